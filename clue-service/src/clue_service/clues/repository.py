"""SQL of clues. Every read that answers a caller is filtered by ``listing.visible_to``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from chassis.tables import audit_entry
from sqlalchemy import (
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clues.domain import ENDED
from clue_service.clues.listing import visible_to
from clue_service.clues.models import Allegation, Clue, ClueNumber, Disposition, Result, Subject
from clue_service.matching.models import ClueKey, MatchingPending

T = TypeVar("T", Disposition, Result)

_LOCK_MANY = text(
    """
    select pg_advisory_xact_lock(number) from (
        select distinct hashtextextended(name, 0) as number from unnest(:names) as name order by 1
    ) as ordered
    """
).bindparams(bindparam("names", type_=ARRAY(Text)))


async def find_visible_clue(session: AsyncSession, viewer: Viewer, clue_id: UUID, *, lock: bool = False) -> Clue | None:
    """The clue, if the viewer may see it; with ``lock`` nobody else changes it until the transaction ends."""
    query = select(Clue).where(Clue.id == clue_id, visible_to(viewer)).execution_options(populate_existing=True)
    # NO KEY UPDATE: rows that point at the clue are written by others meanwhile.
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


async def lock_clue(session: AsyncSession, clue_id: UUID) -> Clue | None:
    """A clue for the service's own work; nobody else changes it until the transaction ends."""
    query = select(Clue).where(Clue.id == clue_id).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


async def find_shared_clue(session: AsyncSession, clue_id: UUID) -> Clue | None:
    """A clue that a share opens; row-level security decides whether it does."""
    return await session.scalar(select(Clue).where(Clue.id == clue_id).execution_options(populate_existing=True))


async def visible_ids(session: AsyncSession, viewer: Viewer, clue_ids: Iterable[UUID]) -> set[UUID]:
    """Those of some clues that the viewer may see."""
    return set(await session.scalars(select(Clue.id).where(Clue.id.in_(list(clue_ids)), visible_to(viewer))))


async def list_visible(session: AsyncSession, viewer: Viewer, clue_ids: Iterable[UUID]) -> Sequence[Clue]:
    """Those of some clues that the viewer may see, in the order of their registration."""
    query = select(Clue).where(Clue.id.in_(list(clue_ids)), visible_to(viewer)).order_by(Clue.id)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


@reads_as_engine
async def find_clues(session: AsyncSession, clue_ids: Iterable[UUID]) -> dict[UUID, Clue]:
    """Clues by id, for the service's own work."""
    return {clue.id: clue for clue in await session.scalars(select(Clue).where(Clue.id.in_(list(clue_ids))))}


async def lock_origin(session: AsyncSession, commission: str, source_code: str, origin_ref: str) -> None:
    """Let registrations of one origin come one after the other."""
    name = f"clue:origin\x1f{commission}\x1f{source_code}\x1f{origin_ref}"
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


@reads_as_engine
async def find_by_origin(session: AsyncSession, commission: str, source_code: str, origin_ref: str) -> Clue | None:
    """The clue of an origin."""
    return await session.scalar(
        select(Clue).where(
            Clue.commission == commission, Clue.source_code == source_code, Clue.origin_ref == origin_ref
        )
    )


async def lock_origins(session: AsyncSession, origins: Iterable[tuple[str, str, str]]) -> None:
    """The same for many (commission, source, ref) at once; always in one order, so that nobody waits in a circle."""
    names = [f"clue:origin\x1f{commission}\x1f{source}\x1f{ref}" for commission, source, ref in origins]
    if names:
        await session.execute(_LOCK_MANY, {"names": names})


@reads_as_engine
async def find_by_origins(
    session: AsyncSession, origins: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], Clue]:
    """The clues of some origins, by (commission, source, ref)."""
    commissions, sources, refs = zip(*origins, strict=True) if (origins := list(origins)) else ((), (), ())
    unnested = func.unnest(*(cast(list(names), ARRAY(Text)) for names in (commissions, sources, refs)))
    wanted = unnested.table_valued("commission", "source_code", "origin_ref").render_derived("wanted")
    query = select(Clue).join(
        wanted,
        and_(
            Clue.commission == wanted.c.commission,
            Clue.source_code == wanted.c.source_code,
            Clue.origin_ref == wanted.c.origin_ref,
        ),
    )
    return {
        (one.commission, one.source_code, one.origin_ref): one
        for one in await session.scalars(query)
        if one.origin_ref is not None
    }


async def next_number(session: AsyncSession, commission: str, year: int, *, count: int = 1) -> int:
    """The next registration number, the first of ``count``; given back if the transaction fails: there are no gaps."""
    statement = insert(ClueNumber).values(commission=commission, year=year, last=count)
    last = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=["commission", "year"], set_={"last": ClueNumber.last + count}
        ).returning(ClueNumber.last)
    )
    return int(last or 0) - count + 1


async def new_ids(session: AsyncSession, count: int) -> list[UUID]:
    """Ids for rows that are stored together, rising."""
    return list(await session.scalars(text("select uuidv7() from generate_series(1, :count)"), {"count": count}))


async def insert_clues(
    session: AsyncSession,
    clues: Sequence[Mapping[str, Any]],
    subjects: Sequence[Mapping[str, Any]],
    allegations: Sequence[Mapping[str, Any]],
) -> None:
    """Store many clues with what they say."""
    for model, rows in ((Clue, clues), (Subject, subjects), (Allegation, allegations)):
        if rows:
            await session.execute(insert(model), rows)


async def list_subjects(session: AsyncSession, clue_ids: Iterable[UUID]) -> Sequence[Subject]:
    """The subjects of some clues, in the order they were given."""
    query = select(Subject).where(Subject.clue_id.in_(list(clue_ids))).order_by(Subject.clue_id, Subject.position)
    return (await session.scalars(query)).all()


async def list_allegations(session: AsyncSession, clue_ids: Iterable[UUID]) -> Sequence[Allegation]:
    """The allegations of some clues, in the order they were given."""
    query = select(Allegation).where(Allegation.clue_id.in_(list(clue_ids)))
    return (await session.scalars(query.order_by(Allegation.clue_id, Allegation.position))).all()


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
    query = (
        select(Clue.id, Clue.commission, Clue.lead_unit, Disposition.decided_at, Clue.overlap_policy)
        .join(Disposition, Disposition.clue_id == Clue.id)
        .where(Clue.id.in_(list(clue_ids)), Disposition.decision == "approved", Disposition.method.in_(sorted(methods)))
    )
    return (await session.execute(query.order_by(Disposition.decided_at))).all()


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


async def is_matching_pending(session: AsyncSession, clue_id: UUID) -> bool:
    """Whether candidates are still being looked for."""
    return bool(await session.scalar(select(exists().where(MatchingPending.clue_id == clue_id))))


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
