"""Use cases of imports: check a file, apply it as it was shown, read what happened."""

import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

from chassis.errors import NotFound
from chassis.keyring import KeyRing
from chassis.service import Resources
from chassis.spreadsheets.domain import Column, Row, rows_of
from chassis.spreadsheets.files import read_rows
from chassis.uow import Uow

from personnel_pool_service.file_imports import repository
from personnel_pool_service.file_imports.domain import APPLIED, CHECKED, Outcome, count, fates
from personnel_pool_service.file_imports.errors import ImportFileGone, ImportOutdated
from personnel_pool_service.file_imports.models import FileImportRow

_FILES_KEPT = timedelta(days=7)
_OUTCOMES_KEPT = timedelta(days=90)


class Importer(Protocol):
    """What one kind of import knows of its rows."""

    @property
    def kind(self) -> str:
        """What its rows are."""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns a file may have."""

    async def run(self, uow: Uow, keys: KeyRing, rows: Sequence[Row], *, apply: bool) -> list[Outcome]:
        """Decide every row's fate; with ``apply`` also store the rows that are taken, all in this transaction."""


def read_file(body: bytes, form: str, columns: Sequence[Column]) -> list[Row]:
    """The rows of a file; takes a processor's time, so call it in a thread. Raises ``FileRefused``."""
    return list(rows_of(read_rows(io.BytesIO(body), form), columns))


async def take_file(
    uow: Uow, keys: KeyRing, importer: Importer, body: bytes, form: str, rows: Sequence[Row], *, apply: bool
) -> FileImportRow:
    """Check a file, or apply it at once."""
    outcomes = await importer.run(uow, keys, rows, apply=apply)
    row = FileImportRow(
        kind=importer.kind, form=form, status=CHECKED, created_by=_actor(uow), version=1,
        created_at=uow.now, updated_at=uow.now, applied_by=None, applied_at=None, outcome=None, file=None,
    )  # fmt: skip
    _count_into(row, outcomes)
    uow.session.add(row)
    await uow.session.flush()
    row.outcome = keys.seal(_pack(outcomes), f"file_import:{row.id}:outcome")
    if apply:
        _mark_applied(uow, row)
    else:
        row.file = keys.seal(body, f"file_import:{row.id}:file")
    await uow.session.flush()
    await _audit(uow, row)
    return row


async def open_file(uow: Uow, keys: KeyRing, kind: str, import_id: UUID) -> tuple[bytes, str] | None:
    """The file of a checked import and its format; None if it was applied already.

    Raises:
        NotFound: no such import.
        ImportFileGone: there is nothing to apply any more.
    """
    row = await repository.find_import(uow.session, import_id, kind, full=True)
    if row is None:
        raise NotFound
    if row.status == APPLIED:
        return None
    if row.file is None:
        raise ImportFileGone
    return keys.open(row.file, f"file_import:{row.id}:file"), row.form


async def apply_file(
    uow: Uow, keys: KeyRing, importer: Importer, import_id: UUID, rows: Sequence[Row], *, seen_version: int | None
) -> FileImportRow:
    """Apply a checked file exactly as its dry run showed it; an applied one stays as it is.

    Raises:
        NotFound, StaleVersion.
        ImportOutdated: a row would now meet another fate; nothing is stored.
    """
    row = await repository.find_import(uow.session, import_id, importer.kind, lock=True, full=True)
    if row is None:
        raise NotFound
    if row.status == APPLIED:
        return row
    row.require_version(seen_version)
    shown = _unpack(keys, row)
    outcomes = await importer.run(uow, keys, rows, apply=True)
    packed = _pack(outcomes)
    if fates(json.loads(zlib.decompress(packed))) != fates(shown):
        raise ImportOutdated
    row.outcome = keys.seal(packed, f"file_import:{row.id}:outcome")
    row.file = None
    _mark_applied(uow, row)
    row.touch(uow.now)
    await uow.session.flush()
    await _audit(uow, row)
    return row


async def get_import(uow: Uow, kind: str, import_id: UUID) -> FileImportRow:
    """The import; raises ``NotFound``."""
    row = await repository.find_import(uow.session, import_id, kind)
    if row is None:
        raise NotFound
    return row


async def list_imports(uow: Uow, kind: str, *, before: UUID | None, limit: int) -> list[FileImportRow]:
    """Imports of a kind, latest first, one more than ``limit`` if there are more."""
    return await repository.list_imports(uow.session, kind, before=before, limit=limit)


async def list_outcomes(
    uow: Uow, keys: KeyRing, kind: str, import_id: UUID, *, action: str | None = None, with_errors: bool = False
) -> list[dict[str, Any]]:
    """The fates of an import's rows, in the order of the file; raises ``NotFound``, ``ImportFileGone``."""
    row = await repository.find_import(uow.session, import_id, kind, full=True)
    if row is None:
        raise NotFound
    outcomes = _unpack(keys, row)
    if action is not None:
        outcomes = [one for one in outcomes if one["action"] == action]
    if with_errors:
        outcomes = [one for one in outcomes if one["errors"] or one["flags"]]
    return outcomes


async def forget_old_files(resources: Resources) -> None:
    """Timer: drop files and rows that are older than they may be kept."""
    now = resources.clock.now()
    async with resources.database.sessions.begin() as session:
        await repository.forget_sealed(session, files_before=now - _FILES_KEPT, outcomes_before=now - _OUTCOMES_KEPT)


def _pack(outcomes: Sequence[Outcome]) -> bytes:
    plain = json.dumps([one.to_json() for one in outcomes], ensure_ascii=False, default=_to_json)
    return zlib.compress(plain.encode(), 1)


def _to_json(value: object) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def _unpack(keys: KeyRing, row: FileImportRow) -> list[dict[str, Any]]:
    if row.outcome is None:
        raise ImportFileGone
    outcomes: list[dict[str, Any]] = json.loads(
        zlib.decompress(keys.open(row.outcome, f"file_import:{row.id}:outcome"))
    )
    return outcomes


def _count_into(row: FileImportRow, outcomes: Sequence[Outcome]) -> None:
    counts = count(outcomes)
    for name in ("rows", "created", "updated", "unchanged", "refused", "flagged"):
        setattr(row, name, getattr(counts, name))


def _mark_applied(uow: Uow, row: FileImportRow) -> None:
    row.status, row.applied_by, row.applied_at = APPLIED, _actor(uow), uow.now


def _actor(uow: Uow) -> str:
    return uow.actor.acting_for or uow.actor.sub


async def _audit(uow: Uow, row: FileImportRow) -> None:
    detail = {"created": row.created, "updated": row.updated, "refused": row.refused}
    await uow.audit(f"{row.status}_import", f"{row.kind}_import", row.id, detail=detail)
