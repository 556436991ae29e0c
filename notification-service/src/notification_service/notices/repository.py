"""Rows of notices, audiences and deliveries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from chassis.db import as_rows, given_rows, inserting, one_of, table_of, turn_of
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from notification_service.notices.addresses import PERSONAL, Address, Relation
from notification_service.notices.directory import Holder
from notification_service.notices.models import Audience, Delivery, Notice, NoticeAudience, OriginOffice
from notification_service.withholdings.repository import is_open

_TURN = "delivery"
"""Deliveries are written by one transaction at a time: a lower ``seq`` must never become visible after a higher one."""

_ADD_OFFICES = inserting(OriginOffice, "ref", "unit").on_conflict_do_nothing()
_NOTICE = (
    "event_id", "kind", "item_type", "item_id", "item_no", "due_at", "excluded_sub", "is_lasting", "created_at",
)  # fmt: skip
_AUDIENCE_KEY = ("relation", "target", "roles", "within")
_ADD_AUDIENCES = inserting(Audience, *_AUDIENCE_KEY).on_conflict_do_nothing(index_elements=_AUDIENCE_KEY)
_ASKED = given_rows(n=Integer, relation=Text, target=Text, roles=JSONB, within=Text)
_FIND_AUDIENCES = select(_ASKED.c.n, Audience.id).join(
    Audience, and_(*(getattr(Audience, name) == _ASKED.c[name] for name in _AUDIENCE_KEY))
)
_DELIVER = (
    inserting(Delivery, "sub", "notice_id", "unit", "delivered_at", in_turn=_TURN)
    .on_conflict_do_nothing(index_elements=["sub", "notice_id"])
    .returning(Delivery.seq)
)


def _posting() -> Select[UUID, UUID]:
    """Notices, their addresses and their deliveries in one statement: whose event is known already gets none of it."""
    stored = (
        inserting(Notice, *_NOTICE, parameter="notices")
        .on_conflict_do_nothing(index_elements=["event_id"])
        .returning(Notice.event_id, Notice.id, Notice.created_at)
        .cte("stored")
    )
    link = given_rows("links", event_id=Uuid, audience_id=BigInteger, unit=Text)
    linked = insert(table_of(NoticeAudience)).from_select(
        ["notice_id", "audience_id", "unit"],
        select(stored.c.id, link.c.audience_id, link.c.unit).join(stored, stored.c.event_id == link.c.event_id),
    )
    letter = given_rows("deliveries", n=Integer, event_id=Uuid, sub=Text, unit=Text)
    turn = turn_of(_TURN)
    delivered = insert(table_of(Delivery)).from_select(
        ["sub", "notice_id", "unit", "delivered_at"],
        select(letter.c.sub, stored.c.id, letter.c.unit, stored.c.created_at)
        .join(stored, stored.c.event_id == letter.c.event_id)
        .join(turn, turn.c.taken.is_not(None))
        .order_by(letter.c.n),
    )
    return select(stored.c.event_id, stored.c.id).add_cte(linked.cte("linked"), delivered.cte("delivered"))


_POST = _posting()


class Letter(NamedTuple):
    """A notice as it is stored, its addresses, and who gets it (sub → unit concerned)."""

    notice: Mapping[str, object]
    addresses: Sequence[Address]
    recipients: Mapping[str, str | None]

    @property
    def event_id(self) -> object:
        """Of the event it tells of: there is one notice of each."""
        return self.notice["event_id"]


class Held(NamedTuple):
    """A notice in somebody's inbox."""

    delivery: Delivery
    notice: Notice


async def remember_offices(session: AsyncSession, offices: Mapping[str, str]) -> None:
    """Note which inspection office each reference belongs to."""
    if offices:
        rows = [{"ref": ref, "unit": unit} for ref, unit in sorted(offices.items())]
        await session.execute(_ADD_OFFICES, {"rows": as_rows(rows)})


async def list_offices(session: AsyncSession, refs: Collection[str]) -> dict[str, str]:
    """Reference → inspection office, for those that are known."""
    if not refs:
        return {}
    rows = await session.execute(select(OriginOffice.ref, OriginOffice.unit).where(one_of(OriginOffice.ref, refs)))
    return {row.ref: row.unit for row in rows}


async def post(session: AsyncSession, letters: Sequence[Letter], *, at_once: int) -> dict[object, UUID]:
    """Store notices in their order and put those for at most ``at_once`` people into their inboxes.

    Returns:
        Event → notice, without those about whose event there was one already: nothing is done about these.
    """
    ids = await _audience_ids(session, {one for letter in letters for one in letter.addresses})
    links: dict[tuple[object, int], str | None] = {}
    for letter in letters:
        for address in letter.addresses:
            links.setdefault((letter.event_id, ids[_key_of(address)]), address.unit)
    given = {
        "notices": as_rows(letter.notice for letter in letters),
        "links": as_rows({"event_id": key[0], "audience_id": key[1], "unit": unit} for key, unit in links.items()),
        "deliveries": as_rows(
            {"event_id": letter.event_id, "sub": sub, "unit": unit}
            for letter in letters
            if len(letter.recipients) <= at_once
            for sub, unit in sorted(letter.recipients.items())
        ),
    }
    return {row.event_id: row.id for row in await session.execute(_POST, given)}


_AudienceKey = tuple[str, str, tuple[str, ...], str]


def _key_of(address: Address) -> _AudienceKey:
    return (address.relation.value, address.target, tuple(sorted(address.roles)), address.within or "")


async def _audience_ids(session: AsyncSession, addresses: Collection[Address]) -> dict[_AudienceKey, int]:
    """Address → id; addresses that no notice has had yet are stored."""
    wanted = sorted({_key_of(one) for one in addresses})
    ids = await _find_audiences(session, wanted)
    if new := [one for one in wanted if one not in ids]:
        await session.execute(_ADD_AUDIENCES, {"rows": _audience_rows(new)})
        ids |= await _find_audiences(session, new)
    return ids


async def _find_audiences(session: AsyncSession, keys: Sequence[_AudienceKey]) -> dict[_AudienceKey, int]:
    if not keys:
        return {}
    return {keys[row.n]: row.id for row in await session.execute(_FIND_AUDIENCES, {"rows": _audience_rows(keys)})}


def _audience_rows(keys: Sequence[_AudienceKey]) -> list[dict[str, Any]]:
    return as_rows(dict(zip(_AUDIENCE_KEY, key, strict=True)) for key in keys)


async def deliver(session: AsyncSession, recipients: Mapping[UUID, Mapping[str, str | None]], now: datetime) -> int:
    """Put notices into inboxes (notice → sub → unit concerned), in their order; returns how many were new there."""
    rows = [
        {"sub": sub, "notice_id": notice_id, "unit": unit, "delivered_at": now}
        for notice_id, people in recipients.items()
        for sub, unit in sorted(people.items())
    ]
    if not rows:
        return 0
    return len((await session.scalars(_DELIVER, {"rows": as_rows(rows)})).all())


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
    await session.execute(select(turn_of(_TURN)))
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
    rows = await session.execute(_held_after(), {"of": sub, "after": after, "most": limit})
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


@cache  # every open stream asks it at every notice
def _held_after() -> Select[Delivery, Notice]:
    statement = _held().where(Delivery.sub == bindparam("of"), Delivery.seq > bindparam("after"))
    return statement.order_by(Delivery.seq).limit(bindparam("most", type_=Integer))


def _held() -> Select[Delivery, Notice]:
    joined = select(Delivery, Notice).join(Notice, Notice.id == Delivery.notice_id)
    return joined.where(is_open(Notice.item_type, Notice.item_id, Delivery.sub))


def _any_role(
    column: ColumnElement[object] | InstrumentedAttribute[list[str]], roles: Iterable[str]
) -> ColumnElement[bool]:
    return column.op("?|", is_comparison=True)(cast(sorted(roles), ARRAY(String)))
