"""Use cases of cadres: entry, change, coming and going, reading."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
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
    NOMINATED,
    Cadre,
    CadreDraft,
    Criteria,
    Extras,
    Post,
    Relative,
    id_number_refusals,
    references,
    refusals,
)
from personnel_pool_service.cadres.errors import CadreExists, CadreIsLent
from personnel_pool_service.cadres.events import cadre_event
from personnel_pool_service.cadres.identity import IdNumber
from personnel_pool_service.cadres.models import CadreRow
from personnel_pool_service.cadres.sealing import recusal_facts, seal_id_number, seal_relatives
from personnel_pool_service.cadres.views import CadreDetail, CadreView, view_of, views_of
from personnel_pool_service.pool_entries import ledger
from personnel_pool_service.principals import service as principals
from personnel_pool_service.tags import service as tags
from personnel_pool_service.tags.domain import fold, to_codes
from personnel_pool_service.units import service as units

_KEPT_ELSEWHERE = ("relatives", "sub", "id_number")
__all__ = ["CadreDetail", "CadreView", "recusal_facts"]  # also asked for here by other features


async def enter_cadre(
    uow: Uow,
    keys: KeyRing,
    draft: CadreDraft,
    relatives: Sequence[Relative],
    extras: Extras,
    *,
    status: str = ACTIVE,
) -> CadreDetail:
    """Take a cadre into the pool: active and lendable at once, unless ``status`` says nominated.

    Raises:
        Invalid: impossible dates, or dates that contradict the identity number.
        UnknownUnit, ClosedUnitNamed: a unit that is not in the directory, or no more.
        CadreExists: the same person is there.
        CadreLinkedElsewhere: the account belongs to another cadre.
    """
    if extras.id_number is not None and draft.birth_date is None:
        draft = replace(draft, birth_date=extras.id_number.birth_date)
    await _check(uow, draft, relatives, extras.id_number)
    row = CadreRow(**_columns(draft), status=status, version=1, created_at=uow.now, updated_at=uow.now)
    row.tag_codes = to_codes(row.tags, await tags.codes_of(uow, row.tags))
    await refuse_twin(uow, row)
    await _refuse_namesake(uow, keys, row, extras.id_number)
    await repository.add_cadre(uow.session, row)
    await repository.replace_posts(uow.session, row.id, draft.work_history)
    await seal_relatives(uow, keys, row.id, relatives)
    if extras.id_number is not None:
        await seal_id_number(uow, keys, row.id, extras.id_number)
    if extras.sub is not None:
        await principals.link_cadre(uow, extras.sub, row.id, draft.home_unit)
    if status == ACTIVE:
        await ledger.appoint(uow, {row.id: row.pool_kinds})
        await tell(uow, row, "pool.cadre.entered.v1")
    await uow.audit("enter_cadre" if status == ACTIVE else "nominate_cadre", "cadre", row.id)
    return await view_of(uow, row)


async def change_cadre(
    uow: Uow,
    keys: KeyRing,
    cadre_id: UUID,
    changes: Mapping[str, Any],
    *,
    seen_version: int | None,
) -> CadreDetail:
    """Change some of a cadre's facts.

    Args:
        uow: The present unit of work.
        keys: Seals relatives.
        cadre_id: Who.
        changes: Field of ``CadreDraft`` → new value; also ``relatives``, ``sub`` and ``id_number``.
        seen_version: The version the change was made for.

    Raises:
        NotFound, StaleVersion, and what ``enter_cadre`` raises.
    """
    row = await _locked(uow, cadre_id, seen_version)
    posts = (await repository.list_posts(uow.session, [cadre_id]))[cadre_id]
    draft = replace(_draft_of(row, posts), **{k: v for k, v in changes.items() if k not in _KEPT_ELSEWHERE})
    relatives: Sequence[Relative] | None = changes.get("relatives")
    await _check(uow, draft, relatives or (), changes.get("id_number"), row)
    for name, value in _columns(draft).items():
        setattr(row, name, value)
    row.tag_codes = to_codes(row.tags, await tags.codes_of(uow, row.tags))
    await refuse_twin(uow, row)
    row.touch(uow.now)
    await repository.flush(uow.session)
    if "work_history" in changes:
        await repository.replace_posts(uow.session, cadre_id, draft.work_history)
    if relatives is not None:
        await seal_relatives(uow, keys, cadre_id, relatives)
    if changes.get("id_number") is not None:
        await seal_id_number(uow, keys, cadre_id, changes["id_number"])
    if "pool_kinds" in changes and row.status != NOMINATED:
        await ledger.appoint(uow, {cadre_id: row.pool_kinds})
    if "sub" in changes:
        await relink(uow, row, changes["sub"])
    await tell(uow, row, "pool.cadre.changed.v1")
    await uow.audit("change_cadre", "cadre", cadre_id, detail={"fields": sorted(changes)})
    return await view_of(uow, row)


async def move_cadre(
    uow: Uow, cadre_id: UUID, verb: str, *, reason: str | None, seen_version: int | None
) -> CadreDetail:
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
        await forget_account(uow, row)
        await ledger.leave(uow, cadre_id)
    if move.event is not None:
        await tell(uow, row, move.event)
    await uow.audit(f"{verb}_cadre", "cadre", cadre_id)
    return await view_of(uow, row)


async def tell(uow: Uow, row: CadreRow, event_type: str) -> None:
    """Emit what has become of a cadre."""
    await repository.flush(uow.session)
    commission = await units.commission(uow, row.home_unit)
    await uow.emit(cadre_event(event_type, row), aggregate_id=row.id, version=row.version, commission=commission)


async def forget_account(uow: Uow, row: CadreRow) -> None:
    """Take account and identity number from a cadre who has left."""
    await principals.unlink_cadre(uow, row.id)
    await repository.delete_identity(uow.session, row.id)


async def get_cadre(uow: Uow, cadre_id: UUID, homes: frozenset[str] | None) -> CadreDetail:
    """A cadre of one of ``homes`` (None: of any); raises ``NotFound``, also for someone the reader may not see."""
    row = await repository.find_cadre(uow.session, cadre_id)
    if row is None or (homes is not None and row.home_unit not in homes):
        raise NotFound
    return await view_of(uow, row)


async def list_cadres(
    uow: Uow, criteria: Criteria, homes: frozenset[str] | None, *, after: UUID | None, limit: int
) -> tuple[list[CadreView], bool]:
    """Cadres by id that meet the criteria and belong to ``homes`` (None: to any), and whether there are more.

    The criteria are in the codes of the vocabulary: see ``in_codes``.
    """
    taken = bookings.taken_on(criteria.period) if criteria.period else None
    rows = await repository.list_cadres(uow.session, criteria, homes=homes, taken=taken, after=after, limit=limit)
    page = rows[:limit]
    ids = [row.id for row in page]
    # Where only who is free was looked for, nobody need be asked about again.
    is_open = taken is not None and ids and not criteria.is_available
    busy = await repository.list_taken(uow.session, ids, taken) if is_open else set()
    views = await views_of(uow, page)
    if criteria.period is not None:
        views = [replace(view, available=view.row.status == ACTIVE and view.row.id not in busy) for view in views]
    return views, len(rows) > limit


async def lock_cadres(uow: Uow, cadre_ids: Collection[UUID]) -> dict[UUID, Cadre]:
    """Cadres by id, locked in one order everywhere; unknown ids are absent."""
    rows = await repository.lock_cadres(uow.session, cadre_ids)
    return {row.id: Cadre(row.id, row.home_unit, row.status) for row in rows}


async def count_members(uow: Uow, homes: Collection[str]) -> dict[str, int]:
    """Active pool members per home unit; homes without any are absent."""
    return await repository.count_active(uow.session, homes) if homes else {}


async def in_codes(uow: Uow, criteria: Criteria) -> Criteria:
    """The same question in the codes of the vocabulary, so that any spelling of a tag finds it."""
    texts = [*criteria.tags, *(tag for demand in criteria.demands for tag in demand.tags)]
    if criteria.text:
        texts.append(criteria.text)
    known = await tags.codes_of(uow, texts)
    return replace(
        criteria,
        tags=tuple(to_codes(criteria.tags, known)),
        text_code=known.get(fold(criteria.text)) if criteria.text else None,
        demands=tuple(replace(demand, tags=tuple(to_codes(demand.tags, known))) for demand in criteria.demands),
    )


async def _check(
    uow: Uow,
    draft: CadreDraft,
    relatives: Sequence[Relative],
    id_number: IdNumber | None,
    present: CadreRow | None = None,
) -> None:
    wrong = [*refusals(draft, uow.clock.today()), *id_number_refusals(draft, id_number)]
    if wrong:
        raise Invalid(errors=wrong)
    await units.require_units(uow, references(draft, relatives))
    if present is None or present.home_unit != draft.home_unit:
        await units.require_units(uow, {"/home_unit": draft.home_unit}, may_be_closed=())


async def refuse_twin(uow: Uow, row: CadreRow) -> None:
    """Raise ``CadreExists`` for another present cadre of the same name, date of birth and home unit."""
    if row.birth_date is None:
        return
    twin = await repository.find_twin(uow.session, row)
    if twin is not None:
        raise CadreExists(members={"cadre_id": str(twin)})


async def _refuse_namesake(uow: Uow, keys: KeyRing, row: CadreRow, number: IdNumber | None) -> None:
    """Raise ``CadreExists`` where a newcomer may be somebody at another unit; two identity numbers settle it."""
    if row.birth_date is None:
        return
    namesake = await repository.find_namesake(uow.session, row, number.digest(keys) if number is not None else None)
    if namesake is not None:
        raise CadreExists(members={"cadre_id": str(namesake)})


async def relink(uow: Uow, row: CadreRow, sub: str | None) -> None:
    """Give a cadre another account, or none; raises ``CadreLinkedElsewhere``."""
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
        clearance=row.clearance,
    )
