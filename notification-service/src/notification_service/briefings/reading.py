"""Briefings as a caller's parts show them. What one says is shown to issuers and recipients alone."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from chassis.errors import NotFound
from pydantic import BaseModel

from notification_service.briefings import domain, repository
from notification_service.briefings.contents import Content, open_content, open_recall
from notification_service.briefings.domain import Part
from notification_service.briefings.errors import BriefingPartRequired
from notification_service.briefings.models import Briefing, BriefingRecipient
from notification_service.briefings.policy import is_me, parts_in
from notification_service.briefings.schemas import BriefingLineOut, BriefingOut, BriefingRecipientOut, RecipientIn
from notification_service.briefings.service import Desk

_ISSUING = frozenset({Part.ISSUER, Part.APPROVER})


async def visible_briefing(desk: Desk, briefing_id: UUID) -> Briefing:
    """A briefing the caller has a part in; raises NotFound."""
    found = await repository.find_visible(desk.uow.session, desk.reader, briefing_id, lock=False)
    if found is None:
        raise NotFound
    return found


async def read_briefing(desk: Desk, briefing: Briefing) -> BriefingOut:
    """One briefing. That somebody could read its text is on record."""
    (values,) = await _values(desk, [briefing])
    if values["text"] is not None:
        await desk.uow.audit("read", domain.ITEM, briefing.id, detail={"edition": briefing.edition})
    return _shown(BriefingOut, values)


async def list_briefings(
    desk: Desk, *, box: str | None, state: str | None, before: UUID | None, limit: int
) -> list[BriefingLineOut]:
    """Briefings the caller has a part in, newest first."""
    found = await repository.list_visible(
        desk.uow.session, desk.reader, box=box, state=state, before=before, limit=limit
    )
    await desk.uow.audit("list", domain.ITEM, "-", detail={"items": [str(one.id) for one in found]})
    return [_shown(BriefingLineOut, values) for values in await _values(desk, found)]


Shape = TypeVar("Shape", bound=BaseModel)


def _shown(shape: type[Shape], values: dict[str, Any]) -> Shape:
    return shape.model_validate({name: values[name] for name in shape.model_fields})


async def _values(desk: Desk, briefings: Sequence[Briefing]) -> list[dict[str, Any]]:
    session, ids = desk.uow.session, [one.id for one in briefings]
    counts = await repository.count_recipients(session, ids)
    editions = await repository.list_editions(session, {one.id: max(one.edition, 1) for one in briefings})
    mine: dict[UUID, list[BriefingRecipient]] = {ident: [] for ident in ids}
    for recipient in await repository.list_mine(session, desk.reader, ids):
        mine[recipient.briefing_id].append(recipient)
    return [
        _one(desk, briefing, open_content(desk.resources.keys, editions[briefing.id]), mine[briefing.id], counts)
        for briefing in briefings
    ]


def _one(
    desk: Desk,
    briefing: Briefing,
    content: Content,
    mine: Sequence[BriefingRecipient],
    counts: dict[UUID, tuple[int, int]],
) -> dict[str, Any]:
    parts = parts_in(desk.reader, briefing, mine)
    is_issuing = not parts.isdisjoint(_ISSUING)
    knows = is_issuing or Part.RECIPIENT in parts
    reads = is_issuing or (knows and briefing.recalled_at is None)
    own = [one for one in mine if is_me(desk.reader, one)]
    times = [one.acknowledged_at for one in own if one.acknowledged_edition == briefing.edition > 0]
    columns = {column.key: getattr(briefing, column.key) for column in Briefing.__table__.columns}
    recipient_count, open_count = counts.get(briefing.id, (0, 0))
    issuing = {
        "recipients": [RecipientIn.model_validate(one) for one in briefing.addressed],
        "recipient_count": recipient_count,
        "open_count": open_count,
        "drafted_by": briefing.drafted_by,
        "reviewed_by": briefing.reviewed_by,
    }
    return {
        **columns,
        **(issuing if is_issuing else dict.fromkeys(issuing)),
        "title": content.title if reads else None,
        "text": content.text if reads else None,
        "correction_reason": content.reason if reads else None,
        "recall_reason": open_recall(desk.resources.keys, briefing) if knows else None,
        "my_parts": sorted(Part(part) for part in parts),
        "acknowledged_at": next(iter(times), None),
        "allowed_moves": domain.allowed_moves(briefing.state, parts, has_acknowledged=len(times) == len(own)),
    }


async def list_recipients(
    desk: Desk, briefing: Briefing, *, acknowledged: bool | None, after: UUID | None, limit: int
) -> list[BriefingRecipientOut]:
    """Who has acknowledged and who has not: everybody for issuers, those of their own units for overseers.

    Raises BriefingPartRequired for those who are recipients only.
    """
    mine = await repository.list_mine(desk.uow.session, desk.reader, [briefing.id])
    parts = parts_in(desk.reader, briefing, mine)
    if parts.isdisjoint({*_ISSUING, Part.OVERSEER}):
        needed = sorted({*_ISSUING, Part.OVERSEER})
        raise BriefingPartRequired(members={"parts": needed, "my_parts": sorted(parts)})
    units = None if not parts.isdisjoint(_ISSUING) else sorted(desk.reader.leads)
    found = await repository.list_recipients(
        desk.uow.session, briefing, units=units, acknowledged=acknowledged, after=after, limit=limit
    )
    return [
        BriefingRecipientOut.model_validate(
            {
                **{column.key: getattr(one, column.key) for column in BriefingRecipient.__table__.columns},
                "has_acknowledged": one.acknowledged_edition == briefing.edition > 0,
            }
        )
        for one in found
    ]
