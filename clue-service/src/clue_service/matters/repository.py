"""SQL of matters, their links and leads."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from chassis.db import table_of
from chassis.statements import Statement
from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clues.listing import visible_to as clue_visible_to
from clue_service.clues.models import Clue
from clue_service.locking import may_lock_matters
from clue_service.matter_changes.models import MatterChange
from clue_service.matters.domain import Group, Link
from clue_service.matters.leads import Lead
from clue_service.matters.models import Matter, MatterLead, MatterLink, MatterMember

_LOCK = Statement(text("select pg_advisory_xact_lock(hashtextextended('clue:matters', 0))"))
_IDS = func.any(bindparam("ids", type_=ARRAY(Uuid)))
_MATTERS = Statement(
    select(MatterMember.clue_id, MatterMember.matter_id)
    .where(MatterMember.clue_id == _IDS)
    .order_by(MatterMember.clue_id, MatterMember.matter_id)
)
_MEMBERS = Statement(
    select(MatterMember.matter_id, MatterMember.clue_id, MatterMember.parts)
    .where(MatterMember.matter_id == _IDS)
    .order_by(MatterMember.matter_id, MatterMember.clue_id)
)
_LEADS = Statement(select(*table_of(MatterLead).c).where(MatterLead.scope_id == _IDS))


async def lock_all(session: AsyncSession) -> None:
    """Wait for every other transaction that changes matters, leads or overlap alerts; safe to repeat."""
    if may_lock_matters(session):
        await _LOCK.run(session)


async def new_id(session: AsyncSession) -> UUID:
    """An id for a decision whose rows name it before it is written."""
    return (await session.scalars(select(func.uuidv7(type_=Uuid())))).one()


async def matters_of(session: AsyncSession, clue_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The matters of each clue that belongs to any, earliest first."""
    rows = await _MATTERS.rows(session, {"ids": list(clue_ids)})
    found: dict[UUID, list[UUID]] = {}
    for clue_id, matter_id in rows:
        found.setdefault(clue_id, []).append(matter_id)
    return found


async def members_of(session: AsyncSession, matter_ids: Iterable[UUID]) -> dict[UUID, dict[UUID, list[str]]]:
    """The clues of some matters, earliest first, each with the parts that belong: matter → clue → parts."""
    found: dict[UUID, dict[UUID, list[str]]] = {}
    for row in await _MEMBERS.rows(session, {"ids": list(matter_ids)}):
        found.setdefault(row.matter_id, {})[row.clue_id] = row.parts
    return found


async def links_touching(session: AsyncSession, clue_ids: Iterable[UUID]) -> list[Link]:
    """The links that touch any of some clues."""
    ids = list(clue_ids)
    query = select(MatterLink).where(or_(MatterLink.clue_a.in_(ids), MatterLink.clue_b.in_(ids)))
    return [_link(row) for row in await session.scalars(query.order_by(MatterLink.id))]


async def links_of_source(session: AsyncSession, source_id: UUID) -> list[Link]:
    """The links that one decision made."""
    query = select(MatterLink).where(MatterLink.source_id == source_id)
    return [_link(row) for row in await session.scalars(query.order_by(MatterLink.id))]


def _link(row: MatterLink) -> Link:
    return Link(row.clue_a, row.clue_b, row.source_id, row.part_a, row.part_b, row.source_kind)


async def add_links(session: AsyncSession, links: Sequence[Link], linked_by: str, linked_at: datetime) -> None:
    """Hold clues to be one matter; safe to repeat."""
    if not links:
        return
    rows = [
        {
            "clue_a": link.clue_a,
            "clue_b": link.clue_b,
            "part_a": link.part_a,
            "part_b": link.part_b,
            "source_id": link.source_id,
            "source_kind": link.source_kind,
            "linked_by": linked_by,
            "linked_at": linked_at,
        }
        for link in links
    ]
    await session.execute(insert(MatterLink).values(rows).on_conflict_do_nothing())


async def remove_links(session: AsyncSession, links: Iterable[Link]) -> None:
    """Take links away."""
    ends = [
        and_(
            MatterLink.clue_a == link.clue_a,
            MatterLink.clue_b == link.clue_b,
            MatterLink.part_a.is_not_distinct_from(link.part_a),
            MatterLink.part_b.is_not_distinct_from(link.part_b),
            MatterLink.source_id == link.source_id,
        )
        for link in links
    ]
    if ends:
        await session.execute(delete(MatterLink).where(or_(*ends)))


@reads_as_engine
async def silent_among(session: AsyncSession, clue_ids: Iterable[UUID]) -> set[UUID]:
    """Those of some clues that are silent."""
    query = select(Clue.id).where(Clue.id.in_(list(clue_ids)), Clue.overlap_policy == "silent")
    return set(await session.scalars(query))


@reads_as_engine
async def commissions_of(session: AsyncSession, clue_ids: Iterable[UUID]) -> dict[UUID, tuple[str, bool]]:
    """The commission of each clue, and whether the clue is announced."""
    query = select(Clue.id, Clue.commission, Clue.overlap_policy).where(Clue.id.in_(list(clue_ids)))
    return {clue: (code, policy == "announce") for clue, code, policy in await session.execute(query)}


@reads_as_engine
async def may_be_met(session: AsyncSession, viewer: Viewer, below: Collection[str], matter_id: UUID) -> bool:
    """Whether the viewer sees one of a matter's clues, or all commissions are ``below``.

    Of a matter that has no clues any more those it had last are asked. All is asked at once, so that a hidden matter
    is answered like none.
    """
    members = exists().where(MatterMember.matter_id == matter_id, MatterMember.clue_id == Clue.id)
    is_empty = ~exists().where(MatterMember.matter_id == matter_id)
    had = exists().where(is_empty, Clue.id.in_(_had_last(matter_id)))
    met: list[ColumnElement[bool]] = [members.where(clue_visible_to(viewer)), had.where(clue_visible_to(viewer))]
    if below:
        outside = Clue.commission.not_in(sorted(below))
        met.append(and_(~is_empty, ~members.where(outside)))
        met.append(and_(had, ~had.where(outside)))
    return bool(await session.scalar(select(exists().where(Matter.id == matter_id, or_(*met)))))


def _had_last(matter_id: UUID) -> Select[tuple[UUID]]:
    """The clues a matter had before its last change."""
    members = func.jsonb_extract_path(MatterChange.before, str(matter_id), "members")
    one = func.jsonb_array_elements_text(members).table_valued("value").render_derived()
    change = aliased(MatterChange)
    last = select(change.id).where(change.matter_ids.contains([matter_id])).order_by(change.id.desc()).limit(1)
    listed = select(cast(one.c.value, Uuid)).select_from(MatterChange).join(one, true())
    return listed.where(MatterChange.id == last.scalar_subquery())


async def find_matter(session: AsyncSession, matter_id: UUID) -> Matter | None:
    """One matter, read anew."""
    query = select(Matter).where(Matter.id == matter_id)
    return await session.scalar(query.execution_options(populate_existing=True))


async def add_matter(session: AsyncSession, formed_at: datetime) -> UUID:
    """A matter without members yet."""
    matter = Matter(formed_at=formed_at, version=0)
    session.add(matter)
    await session.flush()
    return matter.id


async def put_members(session: AsyncSession, groups: Mapping[UUID, Group], gone: Iterable[UUID]) -> None:
    """Make the clues of each group the members of its matter; those in ``gone`` are left without any."""
    ids = [*groups, *gone]
    rows = [
        {"matter_id": matter, "clue_id": clue, "parts": list(parts)}
        for matter, group in groups.items()
        for clue, parts in sorted(group.parts.items())
    ]
    await session.execute(delete(MatterMember).where(MatterMember.matter_id.in_(ids)))
    if rows:
        await session.execute(insert(MatterMember).values(rows))


async def say_what_became(session: AsyncSession, merged: Mapping[UUID, UUID | None], bumped: Iterable[UUID]) -> None:
    """Which matters go on as another one (None: as themselves or not at all), and whose version rises."""
    for matter, into in sorted(merged.items()):
        await session.execute(update(Matter).where(Matter.id == matter).values(merged_into=into))
    await session.execute(
        update(Matter).where(Matter.id.in_(list(bumped))).values(version=Matter.version + 1),
        execution_options={"synchronize_session": False},
    )


async def leads_of(session: AsyncSession, scope_ids: Iterable[UUID]) -> dict[UUID, Lead]:
    """The lead of each matter or set of overlapping clues that has one."""
    rows = await _LEADS.rows(session, {"ids": list(scope_ids)})
    return {
        row.scope_id: Lead(
            commission=row.commission, unit=row.unit, clue_id=row.clue_id, basis=row.basis, taken_at=row.taken_at
        )
        for row in rows
    }


async def take_lead(session: AsyncSession, scope_ids: Sequence[UUID], lead: Lead) -> list[UUID]:
    """Take the lead wherever nobody has it; where it was taken."""
    if not scope_ids:
        return []
    rows = [_lead_row(scope_id, lead) for scope_id in scope_ids]
    statement = insert(MatterLead).values(rows).on_conflict_do_nothing().returning(MatterLead.scope_id)
    return list(await session.scalars(statement))


async def put_leads(session: AsyncSession, leads: Mapping[UUID, Lead | None]) -> None:
    """Give the lead of each matter or set of clues, whoever had it; None: nobody leads."""
    gone = [scope_id for scope_id, lead in leads.items() if lead is None]
    if gone:
        await session.execute(delete(MatterLead).where(MatterLead.scope_id.in_(gone)))
    rows = [_lead_row(scope_id, lead) for scope_id, lead in sorted(leads.items()) if lead is not None]
    if rows:
        statement = insert(MatterLead).values(rows)
        changes = {name: statement.excluded[name] for name in ("commission", "unit", "clue_id", "basis", "taken_at")}
        await session.execute(statement.on_conflict_do_update(index_elements=["scope_id"], set_=changes))


def _lead_row(scope_id: UUID, lead: Lead) -> dict[str, object]:
    return {
        "scope_id": scope_id,
        "commission": lead.commission,
        "unit": lead.unit,
        "clue_id": lead.clue_id,
        "basis": lead.basis,
        "taken_at": lead.taken_at,
    }
