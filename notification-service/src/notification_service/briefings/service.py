"""Use cases of briefings: drafting and revising, and what every move of one begins and ends with."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound, invalid_field
from chassis.service import Resources
from chassis.uow import Uow

from notification_service.briefings import domain, repository
from notification_service.briefings.addressing import resolve
from notification_service.briefings.contents import Content, seal_content
from notification_service.briefings.domain import MOVES, BriefingState
from notification_service.briefings.errors import BriefingPartRequired, MayNotBrief
from notification_service.briefings.models import Briefing, BriefingEdition, BriefingRecipient
from notification_service.briefings.policy import Reader, is_me, kinds_of, parts_in, reader_of
from notification_service.briefings.schemas import BriefingIn


@dataclass(frozen=True)
class Desk:
    """What a use case works with: its transaction, the caller, the directory, the platform."""

    uow: Uow
    reader: Reader
    tree: UnitTree
    resources: Resources


def desk_of(uow: Uow, tree: UnitTree, resources: Resources) -> Desk:
    """The desk of the caller of a transaction."""
    return Desk(uow, reader_of(uow.actor, tree), tree, resources)


async def draft_briefing(desk: Desk, body: BriefingIn) -> Briefing:
    """Draft a briefing of the caller's unit. Raises MayNotBrief, Invalid."""
    uow, unit = desk.uow, desk.reader.staffs
    kinds = kinds_of(desk.reader, desk.tree)
    if unit is None or body.kind not in kinds:
        raise MayNotBrief(members={"kinds": kinds})
    await _check(desk, unit, body)
    briefing = Briefing(
        **_columns(body),
        state=BriefingState.DRAFT.value,
        version=1,
        edition=0,
        issuing_unit=unit,
        commission=desk.tree.commission(unit),
        escalated_edition=0,
        drafted_by=uow.actor.sub,
        drafted_at=uow.now,
    )
    uow.session.add(briefing)
    await uow.session.flush()
    await write_edition(desk, briefing, 1, Content(body.title, body.text))
    await uow.audit("draft", domain.ITEM, briefing.id, detail={"kind": briefing.kind})
    return briefing


async def revise_briefing(desk: Desk, briefing: Briefing, body: BriefingIn) -> None:
    """Replace a draft; whoever wrote it last does not review it either. Raises Invalid, MayNotBrief."""
    if body.kind not in kinds_of(desk.reader, desk.tree) and body.kind != briefing.kind:
        raise MayNotBrief(members={"kinds": kinds_of(desk.reader, desk.tree)})
    await _check(desk, briefing.issuing_unit, body)
    for name, value in _columns(body).items():
        setattr(briefing, name, value)
    await write_edition(desk, briefing, 1, Content(body.title, body.text))


def _columns(body: BriefingIn) -> dict[str, Any]:
    return {
        "kind": body.kind.value,
        "secrecy_level": body.secrecy_level,
        "period_from": body.period_from,
        "period_to": body.period_to,
        "scope_units": body.scope_units,
        "addressed": [one.model_dump(exclude_defaults=True) for one in body.recipients],
        "ack_due_on": body.ack_due_on,
    }


async def _check(desk: Desk, unit: str, body: BriefingIn) -> None:
    if body.secrecy_level not in desk.reader.cleared_for:
        raise invalid_field("/secrecy_level", "above_own", "高于您的知悉范围", "Is above your own clearance")
    check_day(body.ack_due_on, desk.uow.clock.today())
    await resolve(desk.uow, desk.tree, unit, body.secrecy_level, body.recipients)


def check_day(day: date | None, today: date) -> None:
    """Raise Invalid unless a day to acknowledge by lies ahead."""
    if day is not None and day <= today:
        raise invalid_field("/ack_due_on", "not_later", "须晚于今天", "Must be later than today")


async def write_edition(desk: Desk, briefing: Briefing, number: int, content: Content) -> None:
    """Store what an edition says, sealed; a draft is written over."""
    sealed = seal_content(desk.resources.keys, briefing.id, number, content)
    known = await repository.find_edition(desk.uow.session, briefing.id, number)
    if known is None:
        known = BriefingEdition(briefing_id=briefing.id, number=number)
        desk.uow.session.add(known)
    known.sealed, known.written_by, known.written_at = sealed, desk.uow.actor.sub, desk.uow.now
    await desk.uow.session.flush()


async def begin_move(desk: Desk, briefing_id: UUID, verb: str) -> tuple[Briefing, list[BriefingRecipient]]:
    """The briefing, locked, and the recipients that are the caller, for a move that is possible now.

    Raises NotFound, BriefingPartRequired, MoveRefused.
    """
    briefing = await repository.find_visible(desk.uow.session, desk.reader, briefing_id, lock=True)
    if briefing is None:
        raise NotFound
    mine = await repository.list_mine(desk.uow.session, desk.reader, [briefing_id])
    parts = parts_in(desk.reader, briefing, mine)
    if parts.isdisjoint(MOVES[verb].roles):
        raise BriefingPartRequired(members={"parts": sorted(MOVES[verb].roles), "my_parts": sorted(parts)})
    MOVES.take(verb, briefing.state)
    return briefing, [one for one in mine if is_me(desk.reader, one)]


async def finish_move(desk: Desk, briefing: Briefing, verb: str) -> None:
    """Write the state that a move reaches, with another version and an audit entry."""
    briefing.state = str(MOVES[verb].target)
    briefing.version += 1
    await desk.uow.session.flush()
    await desk.uow.audit(verb, domain.ITEM, briefing.id, detail={"edition": briefing.edition})
