"""Rows of notices, audiences and deliveries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.tables import principal_copy
from sqlalchemy import ColumnElement, Select, String, cast, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from notification_service.notices.addresses import PERSONAL, Address, Relation
from notification_service.notices.models import Audience, Delivery, Notice, NoticeAudience, OriginOffice
from notification_service.withholdings.repository import is_open

_CHUNK = 5_000  # rows of one insert; PostgreSQL takes at most 65,535 parameters


class Held(NamedTuple):
    """A notice in somebody's inbox."""

    delivery: Delivery
    notice: Notice


class Holder(NamedTuple):
    """A person and what the directory copy says about them."""

    sub: str
    unit: str | None
    roles: tuple[str, ...]
    cadre_id: UUID | None


async def remember_office(session: AsyncSession, ref: str, unit: str) -> None:
    """Note which inspection office a reference belongs to."""
    await session.execute(insert(OriginOffice).values(ref=ref, unit=unit).on_conflict_do_nothing())


async def list_offices(session: AsyncSession, refs: Collection[str]) -> dict[str, str]:
    """Reference → inspection office, for those that are known."""
    if not refs:
        return {}
    rows = await session.execute(select(OriginOffice.ref, OriginOffice.unit).where(OriginOffice.ref.in_(refs)))
    return {row.ref: row.unit for row in rows}


async def add_notice(session: AsyncSession, values: Mapping[str, object], addresses: Sequence[Address]) -> UUID | None:
    """Store a notice with its addresses, if any; None if there is one about this event already."""
    statement = insert(Notice).values(**values).on_conflict_do_nothing(index_elements=[Notice.event_id])
    notice_id: UUID | None = await session.scalar(statement.returning(Notice.id))
    if notice_id is None:
        return None
    links: dict[int, str | None] = {}
    for address in addresses:
        links.setdefault(await _audience_id(session, address), address.unit)
    rows = [{"notice_id": notice_id, "audience_id": audience, "unit": unit} for audience, unit in links.items()]
    if rows:
        await session.execute(insert(NoticeAudience), rows)
    return notice_id


async def _audience_id(session: AsyncSession, address: Address) -> int:
    values = {
        "relation": address.relation.value,
        "target": address.target,
        "roles": sorted(address.roles),
        "within": address.within or "",
    }
    statement = insert(Audience).values(**values)
    # An update that changes nothing, so that the row's id comes back in either case.
    statement = statement.on_conflict_do_update(
        index_elements=[Audience.relation, Audience.target, Audience.roles, Audience.within],
        set_={"target": statement.excluded.target},
    )
    audience_id: int | None = await session.scalar(statement.returning(Audience.id))
    assert audience_id is not None
    return audience_id


async def list_holders(session: AsyncSession, units: Collection[str], roles: Collection[str]) -> list[str]:
    """The people of some units who hold one of the roles."""
    if not units:
        return []
    statement = select(principal_copy.c.sub).where(
        principal_copy.c.unit.in_(units), _any_role(principal_copy.c.roles, roles)
    )
    return list(await session.scalars(statement.order_by(principal_copy.c.sub)))


async def list_accounts(session: AsyncSession, cadre_id: str) -> list[str]:
    """The people who are a cadre."""
    statement = select(principal_copy.c.sub).where(cast(principal_copy.c.cadre_id, String) == cadre_id)
    return list(await session.scalars(statement.order_by(principal_copy.c.sub)))


async def find_holder(session: AsyncSession, sub: str) -> Holder | None:
    """What the copy says about a person."""
    row = (await session.execute(principal_copy.select().where(principal_copy.c.sub == sub))).one_or_none()
    return None if row is None else Holder(row.sub, row.unit, tuple(row.roles), row.cadre_id)


async def list_people_of(session: AsyncSession, units: Collection[str]) -> list[Holder]:
    """Everybody of some units."""
    rows = await session.execute(principal_copy.select().where(principal_copy.c.unit.in_(units)))
    return [Holder(row.sub, row.unit, tuple(row.roles), row.cadre_id) for row in rows]


async def deliver(session: AsyncSession, notice_id: UUID, recipients: Mapping[str, str | None], now: datetime) -> int:
    """Put a notice into inboxes (sub → unit concerned); returns how many did not have it."""
    if not recipients:
        return 0
    await _in_commit_order(session)
    count = 0
    rows = [
        {"sub": sub, "notice_id": notice_id, "unit": unit, "delivered_at": now}
        for sub, unit in sorted(recipients.items())
    ]
    for start in range(0, len(rows), _CHUNK):
        statement = insert(Delivery).values(rows[start : start + _CHUNK])
        statement = statement.on_conflict_do_nothing(index_elements=[Delivery.sub, Delivery.notice_id])
        count += len((await session.scalars(statement.returning(Delivery.seq))).all())
    return count


async def _in_commit_order(session: AsyncSession) -> None:
    """One delivering transaction at a time: a lower ``seq`` must never become visible after a higher one."""
    await session.execute(text("select pg_advisory_xact_lock(hashtext('delivery'))"))


class KnownAudience(NamedTuple):
    """An address that notices have had."""

    id: int
    relation: Relation
    target: str
    within: str | None


async def list_audiences_for(session: AsyncSession, holder: Holder) -> list[KnownAudience]:
    """The addresses that may mean a person: by name or cadre, or by one of the roles, whatever the unit."""
    personal = or_(
        (Audience.relation == Relation.PERSON.value) & (Audience.target == holder.sub),
        (Audience.relation == Relation.MEMBER.value) & (Audience.target == str(holder.cadre_id)),
    )
    by_role = Audience.relation.notin_([one.value for one in PERSONAL]) & _any_role(Audience.roles, holder.roles)
    rows = await session.scalars(select(Audience).where(or_(personal, by_role)))
    return [KnownAudience(row.id, Relation(row.relation), row.target, row.within or None) for row in rows]


async def deliver_missed(
    session: AsyncSession, sub: str, audience_ids: Collection[int], *, since: datetime, now: datetime
) -> int:
    """Put the lasting notices with these addresses, made since then, into an inbox; returns how many were new."""
    if not audience_ids:
        return 0
    await _in_commit_order(session)
    first = (
        select(NoticeAudience.notice_id, func.min(NoticeAudience.unit).label("unit"), Notice.created_at)
        .join(Notice, Notice.id == NoticeAudience.notice_id)
        .where(
            NoticeAudience.audience_id.in_(audience_ids),
            Notice.is_lasting,
            Notice.created_at >= since,
            Notice.excluded_sub.is_distinct_from(sub),
        )
        .group_by(NoticeAudience.notice_id, Notice.created_at)
        .order_by(Notice.created_at, NoticeAudience.notice_id)
        .subquery()
    )
    missed = select(literal(sub), first.c.notice_id, first.c.unit, literal(now)).order_by(
        first.c.created_at, first.c.notice_id
    )
    statement = insert(Delivery).from_select(["sub", "notice_id", "unit", "delivered_at"], missed)
    statement = statement.on_conflict_do_nothing(index_elements=[Delivery.sub, Delivery.notice_id])
    return len((await session.scalars(statement.returning(Delivery.seq))).all())


async def list_held(
    session: AsyncSession, sub: str, *, unread: bool, kind: str | None, before: int | None, limit: int
) -> list[Held]:
    """A person's notices, newest first."""
    statement = _held().where(Delivery.sub == sub)
    if unread:
        statement = statement.where(Delivery.read_at.is_(None))
    if kind is not None:
        statement = statement.where(Notice.kind == kind)
    if before is not None:
        statement = statement.where(Delivery.seq < before)
    rows = await session.execute(statement.order_by(Delivery.seq.desc()).limit(limit))
    return [Held(*row) for row in rows]


async def list_after(session: AsyncSession, sub: str, after: int, limit: int) -> list[Held]:
    """A person's notices delivered after a position, in the order of delivery."""
    statement = _held().where(Delivery.sub == sub, Delivery.seq > after)
    rows = await session.execute(statement.order_by(Delivery.seq).limit(limit))
    return [Held(*row) for row in rows]


async def find_held(session: AsyncSession, sub: str, delivery_id: UUID, *, lock: bool = False) -> Held | None:
    """One of a person's notices."""
    statement = _held().where(Delivery.sub == sub, Delivery.id == delivery_id)
    row = (await session.execute(statement.with_for_update(of=Delivery) if lock else statement)).one_or_none()
    return None if row is None else Held(*row)


async def mark_all_read(session: AsyncSession, sub: str, now: datetime) -> int:
    """Mark everything in an inbox that its owner may meet as read; returns how many were not."""
    statement = update(Delivery).where(Delivery.sub == sub, Delivery.read_at.is_(None), Delivery.notice_id == Notice.id)
    statement = statement.where(is_open(Notice.item_type, Notice.item_id, Delivery.sub)).values(read_at=now)
    return len((await session.scalars(statement.returning(Delivery.seq))).all())


async def last_seq(session: AsyncSession) -> int:
    """The position of the newest delivery."""
    return int(await session.scalar(select(func.coalesce(func.max(Delivery.seq), 0))) or 0)


async def list_recipients_after(session: AsyncSession, after: int, limit: int) -> list[tuple[int, str]]:
    """Position and recipient of the deliveries after a position."""
    statement = select(Delivery.seq, Delivery.sub).where(Delivery.seq > after).order_by(Delivery.seq).limit(limit)
    return [(seq, sub) for seq, sub in await session.execute(statement)]


def _held() -> Select[Delivery, Notice]:
    joined = select(Delivery, Notice).join(Notice, Notice.id == Delivery.notice_id)
    return joined.where(is_open(Notice.item_type, Notice.item_id, Delivery.sub))


def _any_role(
    column: ColumnElement[object] | InstrumentedAttribute[list[str]], roles: Iterable[str]
) -> ColumnElement[bool]:
    return column.op("?|", is_comparison=True)(cast(sorted(roles), ARRAY(String)))
