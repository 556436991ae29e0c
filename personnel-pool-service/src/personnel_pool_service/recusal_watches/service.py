"""Re-checking: whoever relies on a verdict learns that it has turned, but neither how nor why.

A pair is checked again when its stamp changes: the cadre's facts, declarations, requests, waivers, the directory, any
clue, the day. So nothing that writes facts has to remember to ask for a re-check.
"""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.keyring import KeyRing
from chassis.service import Resources
from chassis.uow import Cause, Uow

from contracts import pool
from personnel_pool_service.recusal_watches import repository
from personnel_pool_service.recusal_watches.models import WatchRow
from personnel_pool_service.recusal_watches.repository import Watched
from personnel_pool_service.recusals import checking
from personnel_pool_service.recusals.checking import Question
from personnel_pool_service.recusals.grounds import Rank

CLUES = "clues"
"""The pulse that beats with every event about a clue."""


async def watch(uow: Uow, ref: str, units: Collection[str], roles: Mapping[UUID, str]) -> None:
    """Watch exactly these people at these targets for ``ref``; nobody ends the watch.

    Args:
        uow: The present unit of work.
        ref: Who relies on the verdicts, such as ``team:<id>``.
        units: The targets.
        roles: Cadre → seat.
    """
    present = {(row.cadre_id, row.unit_code): row for row in await repository.list_of_ref(uow.session, ref)}
    known = await repository.list_known_cadres(uow.session, roles.keys()) if roles else set()
    wanted = {(cadre_id, unit): role for cadre_id, role in roles.items() if cadre_id in known for unit in units}
    gone = [pair for pair, row in present.items() if wanted.get(pair) != row.role]
    if gone:
        await repository.delete_pairs(uow.session, ref, gone)
    new = [
        WatchRow(
            ref=ref,
            cadre_id=cadre_id,
            unit_code=unit,
            role=role,
            version=0,
            created_at=uow.now,
            updated_at=uow.now,
        )
        for (cadre_id, unit), role in wanted.items()
        if (cadre_id, unit) not in present or (cadre_id, unit) in gone
    ]
    await repository.add_all(uow.session, new)


async def is_news(uow: Uow, ref: str, version: int) -> bool:
    """Whether a version of what ``ref`` names has not been seen yet; it is seen from now on."""
    return await repository.advance(uow.session, ref, version)


async def count_clue_event(uow: Uow) -> None:
    """Something happened to a clue: every watched verdict may have turned."""
    await repository.count_beat(uow.session, CLUES)


async def recheck(resources: Resources) -> None:
    """Check the pairs whose stamp has changed, and tell of those whose verdict has turned.

    Raises:
        PeerFailed: clue-service does not answer; the pairs stay due.
    """
    async with resources.transactions(SYSTEM) as uow:
        due = [(row, stamp) for row, stamp in await _stamped(uow) if row.stamp != stamp]
    if not due:
        return
    cause = Cause()
    ranks = await _ranks(resources, [row for row, _ in due], cause)
    async with resources.transactions(SYSTEM, cause) as uow:
        rows = await repository.lock_watches(uow.session, list(ranks))
        for before, stamp in due:
            row = rows.get(before.id)
            if row is not None and row.id in ranks:
                await _settle(uow, resources.keys, row, ranks[row.id], stamp)


async def _stamped(uow: Uow) -> list[tuple[WatchRow, bytes]]:
    shared = (
        *await repository.stamp_of_directory(uow.session),
        await repository.beat_of(uow.session, CLUES),
        uow.clock.today().toordinal(),
    )
    return [(one.watch, _stamp(one, shared)) for one in await repository.list_watched(uow.session)]


def _stamp(one: Watched, shared: Sequence[int]) -> bytes:
    parts = (*shared, one.cadre_version, one.declarations, one.requests, one.waivers)
    return sha256(",".join(map(str, parts)).encode()).digest()


async def _ranks(resources: Resources, rows: Sequence[WatchRow], cause: Cause) -> dict[UUID, Rank]:
    """Watch → the present weight, seat by seat: a seat's role is part of the question."""
    found: dict[UUID, Rank] = {}
    tree = await resources.directory.tree(fresh=True)
    for role in sorted({row.role for row in rows}):
        asked = [row for row in rows if row.role == role and row.unit_code in tree]
        question = Question(
            cadre_ids=tuple(dict.fromkeys(row.cadre_id for row in asked)),
            units={f"/{code}": code for code in dict.fromkeys(row.unit_code for row in asked)},
            role=role,
        )
        if not asked:
            continue
        verdicts = await checking.check(resources, SYSTEM, cause, question)
        by_pair = {(one.cadre_id, one.target): one.rank for one in verdicts}
        found.update({row.id: by_pair[row.cadre_id, row.unit_code] for row in asked})
    return found


async def _settle(uow: Uow, keys: KeyRing, row: WatchRow, rank: Rank, stamp: bytes) -> None:
    digest = keys.digest("recusal_watch", row.id.bytes, bytes([rank]))
    is_turned = row.digest is not None and row.digest != digest
    row.stamp, row.digest = stamp, digest
    if is_turned:
        row.touch(uow.now)
        await uow.emit(
            pool.RecusalTurned(watch_id=row.id, ref=row.ref, cadre_id=row.cadre_id, unit_code=row.unit_code),
            aggregate_id=row.id,
            version=row.version,
        )
