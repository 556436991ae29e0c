"""Taking many clues in at once: the same rows, numbers, events and audit entries as one by one, in few statements."""

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from itertools import chain

from chassis.directory import UnitTree
from chassis.keyring import KeyRing
from chassis.uow import Emission, Uow

from clue_service.access.policy import Viewer, access_to
from clue_service.clues.events import clue_event
from clue_service.clues.models import Clue
from clue_service.intake import storing
from clue_service.intake.rows import Registration, allegation_rows, clue_row, ids_of_parts, subject_rows
from clue_service.reporters import service as reporters

Origin = tuple[str, str, str]


class Fate(StrEnum):
    """What became of a registration among many."""

    CREATED = "created"
    KNOWN = "known"
    TAKEN = "taken"
    """Its ``origin_ref`` belongs to a clue that is not for the caller to see."""


def origin_of(registration: Registration) -> Origin | None:
    """(commission, source, ref), by which a clue is known for ever."""
    body = registration.body
    return None if body.origin_ref is None else (registration.commission, body.source_code.value, body.origin_ref)


async def register_clues(
    uow: Uow, viewer: Viewer, tree: UnitTree, keys: KeyRing, registrations: Sequence[Registration]
) -> list[Fate]:
    """Store the clues that are new; matching finds their candidates later. The fates, in the order given."""
    origins = [origin_of(one) for one in registrations]
    await storing.lock_origins(uow.session, [one for one in origins if one is not None])
    fates = await fates_of(uow, viewer, origins)
    new = [one for one, fate in zip(registrations, fates, strict=True) if fate is Fate.CREATED]
    if new:
        await _store(uow, viewer, tree, keys, new)
    return fates


async def fates_of(uow: Uow, viewer: Viewer, origins: Sequence[Origin | None]) -> list[Fate]:
    """What would become of registrations with these origins; of two with one origin the second is known."""
    known = await storing.find_by_origins(uow.session, [one for one in origins if one is not None])
    fates, seen = [], set[Origin]()
    for origin in origins:
        first = known.get(origin) if origin else None
        if first is not None:
            fates.append(Fate.TAKEN if access_to(viewer, first) is None else Fate.KNOWN)
        elif origin in seen:
            fates.append(Fate.KNOWN)
        else:
            fates.append(Fate.CREATED)
            if origin is not None:
                seen.add(origin)
    return fates


async def _store(
    uow: Uow, viewer: Viewer, tree: UnitTree, keys: KeyRing, registrations: Sequence[Registration]
) -> None:
    more = sum(ids_of_parts(one.body) for one in registrations)
    taken = await storing.new_ids(uow.session, len(registrations) + more)
    ids, left = taken[: len(registrations)], iter(taken[len(registrations) :])
    numbers = await _numbers(uow, registrations)
    year, now = uow.clock.today().year, uow.now
    rows = [
        clue_row(viewer, tree, one, clue_id=clue_id, number=number, year=year, now=now)
        for clue_id, one, number in zip(ids, registrations, numbers, strict=True)
    ]
    bodies = [(clue_id, one.body) for clue_id, one in zip(ids, registrations, strict=True)]
    await storing.store_clues(
        uow.session,
        rows,
        list(chain.from_iterable(subject_rows(tree, keys, clue_id, body, left) for clue_id, body in bodies)),
        list(chain.from_iterable(allegation_rows(clue_id, body, left) for clue_id, body in bodies)),
    )
    identities = {clue_id: body.reporter.identity() for clue_id, body in bodies if body.reporter}
    await reporters.keep_reporters(uow, keys, {clue_id: one for clue_id, one in identities.items() if one})
    await uow.emit_many([_registered(Clue(**row)) for row in rows])
    detail = {"to": rows[0]["status"], "version": rows[0]["version"]}
    await uow.audit_many("register", "clue", ids, detail=detail)


async def _numbers(uow: Uow, registrations: Sequence[Registration]) -> list[int]:
    """A number for each, commission by commission in one order, so that nobody waits in a circle."""
    year = uow.clock.today().year
    of: dict[str, list[int]] = defaultdict(list)
    for position, one in enumerate(registrations):
        of[one.commission].append(position)
    numbers = [0] * len(registrations)
    for commission in sorted(of):
        first = await storing.next_number(uow.session, commission, year, count=len(of[commission]))
        for number, position in enumerate(of[commission], first):
            numbers[position] = number
    return numbers


def _registered(clue: Clue) -> Emission:
    event = clue_event("clue.clue.registered.v1", clue, None, registered_by=clue.registered_by)
    return Emission(event, clue.id, clue.version, clue.commission)
