"""Use cases of cadres: entry, change, coming and going, reading."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from chassis.errors import Invalid, NotFound
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.bookings import service as bookings
from personnel_pool_service.cadres import repository
from personnel_pool_service.cadres.domain import (
    ACTIVE,
    EXITED,
    MOVES,
    Cadre,
    CadreDraft,
    Criteria,
    Post,
    RecusalFacts,
    Relative,
    flags,
    references,
    refusals,
    relatives_to_json,
)
from personnel_pool_service.cadres.errors import CadreExists, CadreIsLent
from personnel_pool_service.cadres.events import cadre_entered, cadre_exited
from personnel_pool_service.cadres.models import CadreRow
from personnel_pool_service.principals import service as principals
from personnel_pool_service.units import service as units


@dataclass(frozen=True)
class CadreView:
    """A cadre with what is kept elsewhere. ``available`` is None where no period was asked about."""

    row: CadreRow
    work_history: list[Post]
    sub: str | None
    days_lent: int
    flags: list[str]
    available: bool | None = None


async def enter_cadre(
    uow: Uow, keys: KeyRing, draft: CadreDraft, relatives: Sequence[Relative], sub: str | None
) -> CadreView:
    """Take a cadre into the pool: active and lendable at once.

    Raises:
        Invalid: impossible dates.
        UnknownUnit: a unit that is not in the directory.
        CadreExists: the same person is there.
        CadreLinkedElsewhere: ``sub`` belongs to another cadre.
    """
    await _check(uow, draft, relatives)
    row = CadreRow(**_columns(draft), status=ACTIVE, version=1, created_at=uow.now, updated_at=uow.now)
    await _refuse_twin(uow, row)
    await repository.add_cadre(uow.session, row)
    await repository.replace_posts(uow.session, row.id, draft.work_history)
    await _seal(uow, keys, row.id, relatives)
    if sub is not None:
        await principals.link_cadre(uow, sub, row.id, draft.home_unit)
    commission = await units.commission(uow, row.home_unit)
    await uow.emit(cadre_entered(row), aggregate_id=row.id, version=row.version, commission=commission)
    await uow.audit("enter_cadre", "cadre", row.id)
    return await _view(uow, row)


async def change_cadre(
    uow: Uow,
    keys: KeyRing,
    cadre_id: UUID,
    changes: Mapping[str, Any],
    *,
    seen_version: int | None,
) -> CadreView:
    """Change some of a cadre's facts.

    Args:
        uow: The present unit of work.
        keys: Seals relatives.
        cadre_id: Who.
        changes: Field of ``CadreDraft`` → new value; also ``relatives`` and ``sub``.
        seen_version: The version the change was made for.

    Raises:
        NotFound, StaleVersion, and what ``enter_cadre`` raises.
    """
    row = await _locked(uow, cadre_id, seen_version)
    posts = (await repository.list_posts(uow.session, [cadre_id]))[cadre_id]
    draft = replace(_draft_of(row, posts), **{k: v for k, v in changes.items() if k not in ("relatives", "sub")})
    relatives: Sequence[Relative] | None = changes.get("relatives")
    await _check(uow, draft, relatives or (), row)
    for name, value in _columns(draft).items():
        setattr(row, name, value)
    await _refuse_twin(uow, row)
    row.touch(uow.now)
    await repository.flush(uow.session)
    if "work_history" in changes:
        await repository.replace_posts(uow.session, cadre_id, draft.work_history)
    if relatives is not None:
        await _seal(uow, keys, cadre_id, relatives)
    if "sub" in changes:
        await _relink(uow, row, changes["sub"])
    await uow.audit("change_cadre", "cadre", cadre_id, detail={"fields": sorted(changes)})
    return await _view(uow, row)


async def move_cadre(uow: Uow, cadre_id: UUID, verb: str, *, reason: str | None, seen_version: int | None) -> CadreView:
    """Suspend, resume or let go, as the table of moves says.

    Raises:
        NotFound, StaleVersion, MoveRefused.
        CadreIsLent: someone who is lent, or about to be, can neither be suspended nor leave.
    """
    row = await _locked(uow, cadre_id, seen_version)
    move = MOVES.take(verb, row.status)
    assert move.target is not None  # every move of this table has one
    if move.target != ACTIVE and await bookings.is_taken_from(uow, cadre_id, uow.clock.today()):
        raise CadreIsLent
    row.status, row.status_reason = move.target, reason
    row.touch(uow.now)
    await repository.flush(uow.session)
    if move.target == EXITED:
        await principals.unlink_cadre(uow, cadre_id)
        commission = await units.commission(uow, row.home_unit)
        await uow.emit(cadre_exited(row), aggregate_id=row.id, version=row.version, commission=commission)
    await uow.audit(f"{verb}_cadre", "cadre", cadre_id)
    return await _view(uow, row)


async def get_cadre(uow: Uow, cadre_id: UUID, homes: frozenset[str] | None) -> CadreView:
    """A cadre of one of ``homes`` (None: of any); raises ``NotFound``, also for someone the reader may not see."""
    row = await repository.find_cadre(uow.session, cadre_id)
    if row is None or (homes is not None and row.home_unit not in homes):
        raise NotFound
    return await _view(uow, row)


async def list_cadres(
    uow: Uow, criteria: Criteria, homes: frozenset[str] | None, *, after: UUID | None, limit: int
) -> tuple[list[CadreView], bool]:
    """Cadres by id that meet the criteria and belong to ``homes`` (None: to any), and whether there are more."""
    taken = bookings.taken_on(criteria.period) if criteria.period else None
    rows = await repository.list_cadres(uow.session, criteria, homes=homes, taken=taken, after=after, limit=limit)
    page = rows[:limit]
    ids = [row.id for row in page]
    busy = await repository.list_taken(uow.session, ids, taken) if taken is not None and ids else set()
    views = await _views(uow, page)
    if criteria.period is not None:
        views = [replace(view, available=view.row.status == ACTIVE and view.row.id not in busy) for view in views]
    return views, len(rows) > limit


async def lock_cadres(uow: Uow, cadre_ids: Collection[UUID]) -> dict[UUID, Cadre]:
    """Cadres by id, locked in one order everywhere; unknown ids are absent."""
    rows = await repository.lock_cadres(uow.session, cadre_ids)
    return {row.id: Cadre(row.id, row.home_unit, row.status) for row in rows}


async def rehome(uow: Uow, home_unit: str, into: str) -> None:
    """Let the cadres of a unit that was merged be at home in the other; raises ``CadreExists`` for one held twice."""
    for row in await repository.list_present_of(uow.session, home_unit):
        row.home_unit = into
        await _refuse_twin(uow, row)
        row.touch(uow.now)
        await repository.flush(uow.session)
        await uow.audit("rehome_cadre", "cadre", row.id)


async def count_present(uow: Uow, home_unit: str) -> int:
    """How many cadres at home in a unit have not left."""
    return await repository.count_present(uow.session, home_unit)


async def count_members(uow: Uow, homes: Collection[str]) -> dict[str, int]:
    """Active pool members per home unit; homes without any are absent."""
    return await repository.count_active(uow.session, homes) if homes else {}


async def recusal_facts(uow: Uow, keys: KeyRing, cadre_ids: Sequence[UUID]) -> dict[UUID, RecusalFacts]:
    """What may keep cadres from targets, relatives opened; unknown ids are absent. Never answer or log any of it."""
    sealed = await repository.list_sealed(uow.session, cadre_ids)
    posts = await repository.list_posts(uow.session, cadre_ids)
    facts = {}
    for cadre_id, name, home_unit, native_place in await repository.list_for_recusal(uow.session, cadre_ids):
        relatives = json.loads(keys.open(sealed[cadre_id], _facts_context(cadre_id))) if cadre_id in sealed else []
        facts[cadre_id] = RecusalFacts(
            cadre_id=cadre_id,
            name=name,
            home_unit=home_unit,
            native_place=native_place,
            posts=tuple(posts[cadre_id]),
            relative_units=frozenset(relative["unit_code"] for relative in relatives),
        )
    return facts


async def _check(uow: Uow, draft: CadreDraft, relatives: Sequence[Relative], present: CadreRow | None = None) -> None:
    wrong = refusals(draft, uow.clock.today())
    if wrong:
        raise Invalid(errors=wrong)
    await units.require_units(uow, references(draft, relatives))
    if present is None or present.home_unit != draft.home_unit:
        await units.require_units(uow, {"/home_unit": draft.home_unit}, may_be_closed=())


async def _refuse_twin(uow: Uow, row: CadreRow) -> None:
    if row.birth_date is None:
        return
    twin = await repository.find_twin(uow.session, row)
    if twin is not None:
        raise CadreExists(members={"cadre_id": str(twin)})


async def _seal(uow: Uow, keys: KeyRing, cadre_id: UUID, relatives: Sequence[Relative]) -> None:
    plain = json.dumps(relatives_to_json(relatives), ensure_ascii=False).encode()
    await repository.store_sealed(uow.session, cadre_id, keys.seal(plain, _facts_context(cadre_id)))


def _facts_context(cadre_id: UUID) -> str:
    return f"recusal_fact:{cadre_id}"


async def _relink(uow: Uow, row: CadreRow, sub: str | None) -> None:
    present = (await principals.subs_of(uow, [row.id])).get(row.id)
    if present == sub:
        return
    if present is not None:
        await principals.unlink_cadre(uow, row.id)
    if sub is not None:
        await principals.link_cadre(uow, sub, row.id, row.home_unit)


async def _locked(uow: Uow, cadre_id: UUID, seen_version: int | None) -> CadreRow:
    row = await repository.find_cadre(uow.session, cadre_id, lock=True)
    if row is None:
        raise NotFound
    row.require_version(seen_version)
    return row


def _columns(draft: CadreDraft) -> dict[str, Any]:
    values = asdict(replace(draft, work_history=()))
    del values["work_history"]
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _draft_of(row: CadreRow, posts: Sequence[Post]) -> CadreDraft:
    return CadreDraft(
        name=row.name,
        home_unit=row.home_unit,
        rank=row.rank,
        gender=row.gender,
        party_member=row.party_member,
        birth_date=row.birth_date,
        native_place=row.native_place,
        tags=tuple(row.tags),
        pool_kinds=tuple(row.pool_kinds),
        work_history=tuple(posts),
    )


async def _view(uow: Uow, row: CadreRow) -> CadreView:
    return (await _views(uow, [row]))[0]


async def _views(uow: Uow, rows: Sequence[CadreRow]) -> list[CadreView]:
    ids = [row.id for row in rows]
    posts = await repository.list_posts(uow.session, ids) if ids else {}
    subs = await principals.subs_of(uow, ids)
    lent = await bookings.days_lent(uow, ids)
    return [
        CadreView(
            row=row,
            work_history=posts[row.id],
            sub=subs.get(row.id),
            days_lent=lent.get(row.id, 0),
            flags=flags(posts[row.id]),
        )
        for row in rows
    ]
