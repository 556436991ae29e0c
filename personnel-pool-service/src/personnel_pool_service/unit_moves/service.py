"""Use cases of units that end: what was theirs goes over, what they were stays readable."""

from dataclasses import replace
from datetime import date

from chassis.errors import invalid_field
from chassis.moves import Move
from chassis.uow import Uow

from personnel_pool_service.cadre_authorities import service as authorities
from personnel_pool_service.cadres import standing as cadres
from personnel_pool_service.supervised_persons import service as persons
from personnel_pool_service.units import repository, service
from personnel_pool_service.units.domain import DISSOLVED, MERGED, MOVES, UnitDraft
from personnel_pool_service.units.errors import UnitCycle, UnitInUse
from personnel_pool_service.units.models import UnitRow


async def merge_unit(
    uow: Uow, code: str, into: str, *, reason: str | None, effective_on: date | None, seen_version: int | None
) -> UnitRow:
    """Let a unit end in another.

    Units below it, cadres at home in it, supervised persons and every link to it go over. The other unit takes its
    names as aliases. The merged unit becomes a node below the other, so that whoever answers for the other answers
    for what was decided under the old code.

    Raises:
        NotFound, StaleVersion, MoveRefused.
        UnknownUnit, ClosedUnitNamed: the other unit does not exist any more, or never did.
        UnitCycle: the other unit lies below this one: move it first.
        CadreExists: the same person is in the pool under both units: let one of the two leave first.
    """
    row = await _take(uow, "merge-into", code, seen_version)
    if into == code:
        raise invalid_field("/into", "same_unit", "不能并入自身", "A unit cannot be merged into itself")
    await service.require_units(uow, {"/into": into}, may_be_closed=())
    if code in {above for above, _ in await repository.list_superiors(uow.session, into)}:
        raise UnitCycle("/into")
    day = await service.effective_day(uow, code, effective_on)
    target = await service.get_unit(uow, into)
    for citing in await repository.list_citing(uow.session, code):
        if citing.code not in (code, into):
            await _hand_over(uow, citing, code, into, service.Change(["moved"], uow.clock.today(), reason))
    kept = service.draft_of(target)
    names = (row.name, *row.aliases, *row.former_names)
    absorbed = replace(kept, aliases=tuple(dict.fromkeys([*kept.aliases, *(n for n in names if n != kept.name)])))
    service.assign(target, _without(absorbed, code, into), uow)
    await service.record(uow, target, service.Change(["absorbed"], uow.clock.today(), reason))
    row.status, row.merged_into, row.parent_code = MERGED, into, into
    row.touch(uow.now)
    await service.record(uow, row, service.Change(["merged"], day, reason))
    await cadres.rehome(uow, code, into)
    await authorities.hand_over(uow, code, into)
    await persons.rehome(uow, code, into)
    return row


async def move_unit(
    uow: Uow, code: str, verb: str, *, reason: str | None, effective_on: date | None, seen_version: int | None
) -> UnitRow:
    """Dissolve a unit, or bring a dissolved one back.

    Raises:
        NotFound, StaleVersion, MoveRefused.
        UnitInUse: there are still units or people; merge it instead, or move them.
    """
    row = await _take(uow, verb, code, seen_version)
    move = MOVES[verb]
    assert move.target is not None  # every move of this table has one
    if move.target == DISSOLVED:
        await _require_empty(uow, code)
    day = await service.effective_day(uow, code, effective_on)
    row.status = move.target
    row.touch(uow.now)
    await service.record(uow, row, service.Change([_word(move)], day, reason))
    return row


async def _take(uow: Uow, verb: str, code: str, seen_version: int | None) -> UnitRow:
    await repository.lock_directory(uow.session)
    row = await service.get_unit(uow, code)
    row.require_version(seen_version)
    MOVES.take(verb, row.status)
    return row


def _word(move: Move) -> str:
    return "dissolved" if move.target == DISSOLVED else "restored"


async def _require_empty(uow: Uow, code: str) -> None:
    left = {
        "units": await repository.count_active_below(uow.session, code),
        "cadres": await cadres.count_present(uow, code),
        "supervised_persons": await persons.count_of_unit(uow, code),
        "cadre_authorities": await authorities.count_naming(uow, code),
    }
    if any(left.values()):
        raise UnitInUse(members=left)


async def _hand_over(uow: Uow, citing: UnitRow, code: str, into: str, change: service.Change) -> None:
    """Let a unit name the new one where it named the old."""
    service.assign(citing, _replaced(service.draft_of(citing), code, into), uow)
    await service.record(uow, citing, change)


def _replaced(draft: UnitDraft, old: str, new: str) -> UnitDraft:
    return replace(
        draft,
        parent_code=new if draft.parent_code == old else draft.parent_code,
        linked_office=new if draft.linked_office == old else draft.linked_office,
        cadre_authority=new if draft.cadre_authority == old else draft.cadre_authority,
        host_units=tuple(dict.fromkeys(new if host == old else host for host in draft.host_units)),
    )


def _without(draft: UnitDraft, old: str, own: str) -> UnitDraft:
    """The absorbing unit, whose links to the absorbed one would now point to itself."""
    named = _replaced(draft, old, own)
    return replace(
        named,
        linked_office=None if named.linked_office == own else named.linked_office,
        cadre_authority=None if named.cadre_authority == own else named.cadre_authority,
        host_units=tuple(host for host in named.host_units if host != own),
    )
