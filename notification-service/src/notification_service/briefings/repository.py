"""SQL of briefings. Every read that answers a caller is filtered by ``visible_to``."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from chassis.db import one_of
from chassis.tables import principal_copy
from sqlalchemy import ColumnElement, String, and_, cast, delete, false, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.briefings.domain import OUT, BriefingState
from notification_service.briefings.models import Briefing, BriefingEdition, BriefingRecipient
from notification_service.briefings.policy import Reader

_CHUNK = 5_000  # rows of one insert; PostgreSQL takes at most 65,535 parameters


class Person(NamedTuple):
    """Somebody as the directory copy knows them."""

    sub: str
    unit: str | None
    clearance: str


def _is_me(reader: Reader) -> ColumnElement[bool]:
    """``policy.is_me`` in SQL."""
    by_unit: ColumnElement[bool] = false()
    if reader.staffs is not None:
        by_unit = and_(BriefingRecipient.sub.is_(None), BriefingRecipient.unit == reader.staffs)
    return or_(BriefingRecipient.sub == reader.sub, by_unit)


def _issues(reader: Reader) -> ColumnElement[bool]:
    own = {*reader.leads, *([reader.staffs] if reader.staffs else [])}
    return one_of(Briefing.issuing_unit, sorted(own)) if own else false()


def _receives(reader: Reader) -> ColumnElement[bool]:
    mine = select(BriefingRecipient.briefing_id).where(_is_me(reader))
    return and_(Briefing.state.in_(sorted(OUT)), Briefing.id.in_(mine))


def _oversees(reader: Reader) -> ColumnElement[bool]:
    if not reader.leads:
        return false()
    theirs = (
        select(BriefingRecipient.id)
        .where(
            BriefingRecipient.briefing_id == Briefing.id,
            one_of(BriefingRecipient.unit, sorted(reader.leads)),
            BriefingRecipient.acknowledged_edition < Briefing.edition,
        )
        .exists()
    )
    return and_(Briefing.state.in_(sorted(OUT)), Briefing.escalated_edition == Briefing.edition, theirs)


def visible_to(reader: Reader, box: str | None = None) -> ColumnElement[bool]:
    """``policy.parts_in`` in SQL: whether the reader has any part, or the one that a box shows."""
    boxes = {"issued": _issues, "received": _receives, "overseen": _oversees}
    chosen = [boxes[box]] if box is not None else list(boxes.values())
    return and_(Briefing.secrecy_level.in_(sorted(reader.cleared_for)), or_(*(one(reader) for one in chosen)))


async def find_visible(session: AsyncSession, reader: Reader, briefing_id: UUID, *, lock: bool) -> Briefing | None:
    """A briefing the reader has a part in."""
    query = select(Briefing).where(Briefing.id == briefing_id, visible_to(reader))
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(of=Briefing) if lock else query)


async def list_visible(
    session: AsyncSession, reader: Reader, *, box: str | None, state: str | None, before: UUID | None, limit: int
) -> Sequence[Briefing]:
    """Briefings the reader has a part in, newest first."""
    query = select(Briefing).where(visible_to(reader, box))
    if state is not None:
        query = query.where(Briefing.state == state)
    if before is not None:
        query = query.where(Briefing.id < before)
    return (await session.scalars(query.order_by(Briefing.id.desc()).limit(limit))).all()


async def list_mine(
    session: AsyncSession, reader: Reader, briefing_ids: Collection[UUID]
) -> Sequence[BriefingRecipient]:
    """Recipients of some briefings that are the reader, the own unit, or people of units the reader leads."""
    led = one_of(BriefingRecipient.unit, sorted(reader.leads)) if reader.leads else false()
    query = select(BriefingRecipient).where(one_of(BriefingRecipient.briefing_id, briefing_ids))
    return (await session.scalars(query.where(or_(_is_me(reader), led)))).all()


async def find_edition(session: AsyncSession, briefing_id: UUID, number: int) -> BriefingEdition | None:
    """One edition."""
    return await session.get(BriefingEdition, (briefing_id, number))


async def list_editions(session: AsyncSession, keys: Mapping[UUID, int]) -> dict[UUID, BriefingEdition]:
    """The edition of that number of each briefing."""
    query = select(BriefingEdition).where(one_of(BriefingEdition.briefing_id, keys))
    rows = await session.scalars(query)
    return {row.briefing_id: row for row in rows if row.number == keys[row.briefing_id]}


async def count_recipients(session: AsyncSession, briefing_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """Briefing → how many recipients it has, and how many have not acknowledged the present edition."""
    is_open = BriefingRecipient.acknowledged_edition < Briefing.edition
    query = (
        select(Briefing.id, func.count(), func.count().filter(is_open))
        .join(BriefingRecipient, BriefingRecipient.briefing_id == Briefing.id)
        .where(one_of(Briefing.id, briefing_ids))
        .group_by(Briefing.id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in await session.execute(query)}


async def list_recipients(
    session: AsyncSession,
    briefing: Briefing,
    *,
    units: Collection[str] | None,
    acknowledged: bool | None,
    after: UUID | None,
    limit: int,
) -> Sequence[BriefingRecipient]:
    """Recipients in the order they were added; of some units only, where ``units`` is given."""
    query = select(BriefingRecipient).where(BriefingRecipient.briefing_id == briefing.id)
    if units is not None:
        query = query.where(one_of(BriefingRecipient.unit, units))
    if acknowledged is not None:
        has = BriefingRecipient.acknowledged_edition >= briefing.edition
        query = query.where(has if acknowledged else ~has)
    if after is not None:
        query = query.where(BriefingRecipient.id > after)
    return (await session.scalars(query.order_by(BriefingRecipient.id).limit(limit))).all()


async def list_open(session: AsyncSession, briefing: Briefing) -> Sequence[tuple[str | None, str]]:
    """(sub, unit) of all who have not acknowledged the present edition."""
    query = select(BriefingRecipient.sub, BriefingRecipient.unit).where(
        BriefingRecipient.briefing_id == briefing.id, BriefingRecipient.acknowledged_edition < briefing.edition
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def list_addressees(session: AsyncSession, briefing_id: UUID) -> Sequence[tuple[str | None, str]]:
    """(sub, unit) of all recipients."""
    query = select(BriefingRecipient.sub, BriefingRecipient.unit).where(BriefingRecipient.briefing_id == briefing_id)
    return [(row[0], row[1]) for row in await session.execute(query)]


async def list_units(session: AsyncSession, briefing_id: UUID) -> list[str]:
    """The units of all recipients, sorted."""
    query = select(BriefingRecipient.unit).where(BriefingRecipient.briefing_id == briefing_id).distinct()
    return sorted(await session.scalars(query))


async def set_recipients(session: AsyncSession, briefing_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make these the recipients: new ones are added, who is not among them any more is let go."""
    known = await session.execute(
        select(BriefingRecipient.id, BriefingRecipient.sub, BriefingRecipient.unit).where(
            BriefingRecipient.briefing_id == briefing_id
        )
    )
    before = {_key(row.sub, row.unit): row.id for row in known}
    wanted = {_key(row["sub"], row["unit"]): row for row in rows}
    gone = [ident for key, ident in before.items() if key not in wanted]
    if gone:
        await session.execute(delete(BriefingRecipient).where(one_of(BriefingRecipient.id, gone)))
    added = [
        {**row, "briefing_id": briefing_id, "acknowledged_edition": 0}
        for key, row in wanted.items()
        if key not in before
    ]
    for start in range(0, len(added), _CHUNK):
        await session.execute(insert(BriefingRecipient), added[start : start + _CHUNK])


def _key(sub: str | None, unit: str) -> tuple[str, str]:
    return ("unit", unit) if sub is None else ("person", sub)


async def acknowledge(
    session: AsyncSession, briefing: Briefing, recipient_ids: Collection[UUID], by: str, now: datetime
) -> None:
    """Note that recipients have read the present edition."""
    statement = update(BriefingRecipient).where(one_of(BriefingRecipient.id, recipient_ids))
    await session.execute(
        statement.values(acknowledged_edition=briefing.edition, acknowledged_by=by, acknowledged_at=now)
    )


async def lock_to_escalate(session: AsyncSession, now: datetime) -> Briefing | None:
    """A briefing whose leaders are to be told now, locked."""
    query = (
        select(Briefing)
        .where(
            Briefing.state == BriefingState.ISSUED.value,
            Briefing.escalate_at < now,
            Briefing.escalated_edition < Briefing.edition,
        )
        .order_by(Briefing.escalate_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return await session.scalar(query)


async def find(session: AsyncSession, briefing_id: UUID) -> Briefing | None:
    """A briefing, for the service's own work."""
    return await session.get(Briefing, briefing_id)


async def list_people(session: AsyncSession, subs: Collection[str]) -> dict[str, Person]:
    """People by sub, as the directory copy knows them."""
    table = principal_copy.c
    rows = await session.execute(select(table.sub, table.unit, table.clearance).where(one_of(table.sub, subs)))
    return {row.sub: Person(row.sub, row.unit, row.clearance) for row in rows}


async def list_holders(
    session: AsyncSession, units: Collection[str], roles: Collection[str], clearances: Collection[str]
) -> list[Person]:
    """People of some units who hold one of the roles and have one of the clearances."""
    table = principal_copy.c
    held = table.roles.op("?|", is_comparison=True)(cast(sorted(roles), ARRAY(String)))
    query = select(table.sub, table.unit, table.clearance).where(
        one_of(table.unit, units), held, table.clearance.in_(sorted(clearances))
    )
    return [Person(*row) for row in await session.execute(query.order_by(table.sub))]
