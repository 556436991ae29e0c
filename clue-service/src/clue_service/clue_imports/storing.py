"""Rows of a file to clues and receipts, some hundred in a transaction that also moves the cursor.

The cursor is the fence: whoever finds it elsewhere than expected leaves the import to the one that moved it. A worker
that dies loses the transaction in hand and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import HeliError
from chassis.keyring import KeyRing
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.clue_imports import repository
from clue_service.clue_imports.domain import ImportStatus, Problem, field_of
from clue_service.clue_imports.models import ClueImport
from clue_service.clue_imports.reading import CheckedRow
from clue_service.intake.many import Fate, fates_of, origin_of, register_clues
from clue_service.intake.rows import Registration
from clue_service.intake.schemas import RegisterClueIn
from clue_service.intake.service import receiver_of
from clue_service.sealed_receipts import service as receipts


@dataclass(frozen=True)
class Sender:
    """For whom rows are stored, and by which directory."""

    viewer: Viewer
    tree: UnitTree
    unknown: frozenset[str]
    """Unit codes that the owner of the directory does not know either."""
    today: date


@dataclass
class _Sorted:
    registrations: list[tuple[CheckedRow, Registration]] = field(default_factory=list)
    receipts: list[CheckedRow] = field(default_factory=list)
    refused: list[tuple[int, tuple[Problem, ...]]] = field(default_factory=list)


async def store_rows(
    uow: Uow, keys: KeyRing, sender: Sender, import_id: UUID, cursor: int, rows: Sequence[CheckedRow]
) -> bool:
    """Store the rows that follow the first ``cursor`` ones; False where somebody else has come further."""
    found = await locked_import(uow, import_id, cursor)
    if found is None:
        return False
    is_table = found.form != "ndjson"
    sorted_rows = _sort(rows, sender, is_table=is_table)
    await _store_clues(uow, keys, sender, found, sorted_rows)
    await _store_receipts(uow, keys, sender, found, sorted_rows)
    await repository.add_errors(
        uow.session,
        [
            {"import_id": import_id, "row": number, "position": position, "field": name, "code": code}
            for number, problems in sorted_rows.refused
            for position, (name, code) in enumerate(problems)
        ],
    )
    found.refused += len(sorted_rows.refused)
    found.rows_done += len(rows)
    found.updated_at = uow.now
    found.version += 1
    await uow.session.flush()
    return True


async def locked_import(uow: Uow, import_id: UUID, cursor: int) -> ClueImport | None:
    """The import, if it runs and stands at this row; nobody else moves it until the transaction ends."""
    row = await repository.find_import(uow.session, import_id, uow.actor.acting_for or uow.actor.sub, lock=True)
    if row is None or row.status != ImportStatus.RUNNING or row.rows_done != cursor:
        return None
    return row


def _sort(rows: Sequence[CheckedRow], sender: Sender, *, is_table: bool) -> _Sorted:
    found = _Sorted()
    for row in rows:
        problems = row.errors or _problems(row, sender, is_table=is_table)
        if problems:
            found.refused.append((row.number, problems))
        elif row.receipt is not None:
            found.receipts.append(row)
        elif row.clue is not None:
            receiving, commission = receiver_of(row.clue, sender.viewer, sender.tree)
            found.registrations.append((row, Registration(row.clue, receiving, commission, prepared=None)))
    return found


def _problems(row: CheckedRow, sender: Sender, *, is_table: bool) -> tuple[Problem, ...]:
    given = row.clue or row.receipt
    problems: list[Problem] = []
    if given is not None and given.received_on > sender.today:
        problems.append((field_of(("received_on",), is_table=is_table), "in_the_future"))
    if row.receipt is not None and sender.viewer.office_of is None:
        problems.append((None, "forbidden"))
    if row.clue is not None:
        codes = unit_codes(row.clue).items()
        problems += [
            (field_of(place, is_table=is_table), "unknown_unit") for place, code in codes if code in sender.unknown
        ]
        try:
            if not problems:
                receiver_of(row.clue, sender.viewer, sender.tree)
        except HeliError as error:
            problems.append((field_of(("receiving_unit",), is_table=is_table), _code_of(error)))
    return tuple(problems)


def _code_of(error: HeliError) -> str:
    return error.errors[0].code if error.errors else error.code


def unit_codes(clue: RegisterClueIn) -> dict[tuple[str | int, ...], str]:
    """The units a form names by code, by the place in the form."""
    codes: dict[tuple[str | int, ...], str] = {
        ("subjects", position, "unit_code"): subject.unit_code
        for position, subject in enumerate(clue.subjects)
        if subject.unit_code
    }
    if clue.receiving_unit:
        codes["receiving_unit",] = clue.receiving_unit
    return codes


async def _store_clues(uow: Uow, keys: KeyRing, sender: Sender, found: ClueImport, rows: _Sorted) -> None:
    registrations = [registration for _, registration in rows.registrations]
    if not registrations:
        return
    if found.is_dry_run:
        fates = await fates_of(uow, sender.viewer, [origin_of(one) for one in registrations])
    else:
        fates = await register_clues(uow, sender.viewer, sender.tree, keys, registrations)
    found.created += fates.count(Fate.CREATED)
    found.known += fates.count(Fate.KNOWN)
    is_table = found.form != "ndjson"
    rows.refused += [
        (row.number, ((field_of(("origin_ref",), is_table=is_table), "origin_ref_taken"),))
        for (row, _), fate in zip(rows.registrations, fates, strict=True)
        if fate is Fate.TAKEN
    ]


async def _store_receipts(uow: Uow, keys: KeyRing, sender: Sender, found: ClueImport, rows: _Sorted) -> None:
    digests = {row.number: _digest(keys, sender, row) for row in rows.receipts}
    known = await repository.known_receipts(uow.session, digests.values()) if digests else set()
    recorded = []
    for row in rows.receipts:
        digest = digests[row.number]
        if digest in known:
            found.known += 1
            continue
        found.receipts += 1
        if not found.is_dry_run and row.receipt is not None:
            receipt = await receipts.record_receipt(uow, sender.viewer, row.receipt)
            recorded.append((digest, receipt.id))
    await repository.add_receipts(uow.session, recorded, sender.today)


def _digest(keys: KeyRing, sender: Sender, row: CheckedRow) -> bytes:
    commission = sender.viewer.office_of or ""
    return keys.digest("clue_import_receipt", commission.encode(), *(str(part).encode() for part in row.origin))
