"""SQL of clues. Every read that answers a caller is filtered by ``listing.visible_to``."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from chassis.statements import Statement
from chassis.tables import audit_entry
from sqlalchemy import (
    Select,
    Text,
    Uuid,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clues.listing import visible_to
from clue_service.clues.models import Allegation, Clue, ClueStep, Disposition, Result, Subject
from clue_service.clues.outlines import ClueOutline
from clue_service.clues.stages import ENDED
from clue_service.locking import note_clues
from clue_service.matching.models import ClueKey, MatchingPending
from clue_service.matters.models import MatterMember

T = TypeVar("T", Disposition, Result)

_VIEWERS = 1_024  # whose statements a process remembers, some 20 KB each
_IDS = func.any(bindparam("ids", type_=ARRAY(Uuid)))
_OUTLINED = [getattr(Clue, one.name) for one in fields(ClueOutline) if one.name != "is_in_matter"]
_IN_MATTER = exists().where(MatterMember.clue_id == Clue.id).label("is_in_matter")
_OUTLINES = Statement(select(*_OUTLINED, _IN_MATTER).where(Clue.id == _IDS))
_SUBJECTS = select(Subject).where(Subject.clue_id == _IDS).order_by(Subject.clue_id, Subject.position)
_ALLEGATIONS = select(Allegation).where(Allegation.clue_id == _IDS).order_by(Allegation.clue_id, Allegation.position)
_APPROVED = Statement(
    select(Clue.id, Clue.commission, Clue.lead_unit, Disposition.decided_at, Clue.overlap_policy)
    .join(Disposition, Disposition.clue_id == Clue.id)
    .where(
        Clue.id == _IDS,
        Disposition.decision == "approved",
        Disposition.method == func.any(bindparam("methods", type_=ARRAY(Text))),
    )
    .order_by(Disposition.decided_at)
)
_IS_PENDING = Statement(select(exists().where(MatchingPending.clue_id == bindparam("clue_id"))))


# Of each viewer the statements are built once: what one may see takes longer to spell than to ask.
@lru_cache(_VIEWERS)
def _visible_clue(viewer: Viewer) -> Select[Clue]:
    query = select(Clue).where(Clue.id == bindparam("clue_id"), visible_to(viewer))
    return query.execution_options(populate_existing=True)


@lru_cache(_VIEWERS)
def _visible_locked(viewer: Viewer) -> Select[Clue]:
    # NO KEY UPDATE: rows that point at the clue are written by others meanwhile.
    return _visible_clue(viewer).with_for_update(key_share=True)


@lru_cache(_VIEWERS)
def _visible_ids(viewer: Viewer) -> Statement:
    return Statement(select(Clue.id).where(Clue.id == _IDS, visible_to(viewer)))


async def find_visible_clue(session: AsyncSession, viewer: Viewer, clue_id: UUID, *, lock: bool = False) -> Clue | None:
    """The clue, if the viewer may see it; with ``lock`` nobody else changes it until the transaction ends."""
    if lock:
        note_clues(session)
    return await session.scalar((_visible_locked if lock else _visible_clue)(viewer), {"clue_id": clue_id})


async def lock_clue(session: AsyncSession, clue_id: UUID) -> Clue | None:
    """A clue for the service's own work; nobody else changes it until the transaction ends."""
    note_clues(session)
    query = select(Clue).where(Clue.id == clue_id).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


async def find_shared_clue(session: AsyncSession, clue_id: UUID) -> Clue | None:
    """A clue that a share opens; row-level security decides whether it does."""
    return await session.scalar(select(Clue).where(Clue.id == clue_id).execution_options(populate_existing=True))


async def visible_ids(session: AsyncSession, viewer: Viewer, clue_ids: Iterable[UUID]) -> set[UUID]:
    """Those of some clues that the viewer may see."""
    return {row.id for row in await _visible_ids(viewer).rows(session, {"ids": list(clue_ids)})}


async def list_visible(session: AsyncSession, viewer: Viewer, clue_ids: Iterable[UUID]) -> Sequence[Clue]:
    """Those of some clues that the viewer may see, in the order of their registration."""
    query = select(Clue).where(Clue.id.in_(list(clue_ids)), visible_to(viewer)).order_by(Clue.id)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


@reads_as_engine
async def outlines(session: AsyncSession, clue_ids: Iterable[UUID]) -> dict[UUID, ClueOutline]:
    """Whose some clues are and how far they are, without what they say; for the service's own work."""
    rows = await _OUTLINES.rows(session, {"ids": list(clue_ids)})
    return {row.id: ClueOutline(*row) for row in rows}


@reads_as_engine
async def find_clues(session: AsyncSession, clue_ids: Iterable[UUID]) -> dict[UUID, Clue]:
    """Clues by id, for the service's own work."""
    return {clue.id: clue for clue in await session.scalars(select(Clue).where(Clue.id.in_(list(clue_ids))))}


async def list_subjects(session: AsyncSession, clue_ids: Iterable[UUID]) -> Sequence[Subject]:
    """The subjects of some clues, in the order they were given."""
    return (await session.scalars(_SUBJECTS, {"ids": list(clue_ids)})).all()


async def list_allegations(session: AsyncSession, clue_ids: Iterable[UUID]) -> Sequence[Allegation]:
    """The allegations of some clues, in the order they were given."""
    return (await session.scalars(_ALLEGATIONS, {"ids": list(clue_ids)})).all()


async def about_person(session: AsyncSession, clue_ids: Iterable[UUID], *, sub: str, name: str | None) -> set[UUID]:
    """Those of some clues that report on a person, as far as a code or the same name tell."""
    is_meant = or_(Subject.person_code == sub, Subject.name == literal((name or "").strip() or None))
    query = select(Subject.clue_id).where(Subject.clue_id.in_(list(clue_ids)), is_meant)
    return set(await session.scalars(query.distinct()))


async def list_categories(session: AsyncSession, clue_ids: Iterable[UUID]) -> list[tuple[UUID, str]]:
    """The categories of some clues, without the allegations' text."""
    columns = (Allegation.clue_id, Allegation.category_code)
    query = select(*columns).where(
        Allegation.clue_id.in_(list(clue_ids)), Allegation.category_code.is_not(None), Allegation.moved_to_id.is_(None)
    )
    return [(clue_id, code) for clue_id, code in await session.execute(query.distinct().order_by(*columns)) if code]


async def latest_of(session: AsyncSession, model: type[T], clue_ids: Iterable[UUID]) -> dict[UUID, T]:
    """The proposal or outcome that counts of each of some clues that has one."""
    query = select(model).where(model.clue_id.in_(list(clue_ids))).order_by(model.id)
    return {row.clue_id: row for row in await session.scalars(query)}  # the later takes the place of the earlier


async def latest_disposition(session: AsyncSession, clue_id: UUID) -> Disposition | None:
    """The proposal that counts."""
    query = select(Disposition).where(Disposition.clue_id == clue_id).order_by(Disposition.id.desc()).limit(1)
    return await session.scalar(query)


async def latest_result(session: AsyncSession, clue_id: UUID) -> Result | None:
    """The outcome that counts."""
    return await session.scalar(select(Result).where(Result.clue_id == clue_id).order_by(Result.id.desc()).limit(1))


@reads_as_engine
async def approved_checks(session: AsyncSession, clue_ids: Iterable[UUID], methods: Iterable[str]) -> Sequence[Any]:
    """Approvals of some methods: rows of (clue_id, commission, lead_unit, decided_at, overlap_policy)."""
    return await _APPROVED.rows(session, {"ids": list(clue_ids), "methods": sorted(methods)})


@reads_as_engine
async def open_subjects(
    session: AsyncSession, *, person_codes: Iterable[str], names: Iterable[str]
) -> Sequence[tuple[str | None, str | None, str | None]]:
    """Subjects of open, announced clues: (person code, name, unit)."""
    query = (
        select(Subject.person_code, Subject.name, Subject.resolved_unit)
        .join(Clue, Clue.id == Subject.clue_id)
        .where(
            Clue.status.not_in(sorted(ENDED)),
            Clue.overlap_policy == "announce",
            or_(Subject.person_code.in_(list(person_codes)), Subject.name.in_(list(names))),
        )
    )
    return [(code, name, unit) for code, name, unit in await session.execute(query.distinct())]


async def list_steps(session: AsyncSession, clue_id: UUID, actions: Iterable[str]) -> Sequence[Any]:
    """The audit rows of a clue's steps, oldest first."""
    entry = audit_entry.c
    query = (
        select(entry.at, entry.action, entry.actor, entry.acting_for, entry.unit, entry.detail)
        .where(entry.object_type == "clue", entry.object_id == str(clue_id), entry.action.in_(list(actions)))
        .order_by(entry.id)
    )
    return (await session.execute(query)).all()


async def said_with_steps(session: AsyncSession, clue_id: UUID) -> dict[tuple[str, int | None], dict[str, Any]]:
    """What was said with the steps of a clue: (action, version after it) → what."""
    rows = await session.scalars(select(ClueStep).where(ClueStep.clue_id == clue_id))
    return {(row.action, row.version): row.said for row in rows}


async def is_matching_pending(session: AsyncSession, clue_id: UUID) -> bool:
    """Whether candidates are still being looked for."""
    return bool(await _IS_PENDING.scalar(session, {"clue_id": clue_id}))


async def ask_for_matching(session: AsyncSession, clue_id: UUID) -> None:
    """Candidates of a clue are to be found once more; by the system's time, as at registration."""
    await session.execute(insert(MatchingPending).values(clue_id=clue_id, since=func.now()).on_conflict_do_nothing())


@reads_as_engine
async def index_anew(session: AsyncSession, clue_id: UUID) -> None:
    """What a clue tells has changed: it leaves the index and is matched once more."""
    await session.execute(delete(ClueKey).where(ClueKey.clue_id == clue_id))
    await ask_for_matching(session, clue_id)


async def erase_content(session: AsyncSession, clue_id: UUID) -> None:
    """Erase all that a clue of two named people's sealing said, wherever it stands; the database checks the two."""
    await session.execute(select(func.erase_sealed_clue(clue_id)))
