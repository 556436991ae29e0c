"""SQL of key rotations: what is sealed, and under which key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from clue_service.clue_exports.models import ClueExportFile
from clue_service.clue_imports.models import ClueImportPiece
from clue_service.clues.models import Subject
from clue_service.consultations.models import ConsultationOpinion
from clue_service.interference_records.models import InterferenceContent
from clue_service.protection_requests.models import ProtectionContent
from clue_service.reporters.models import Reporter
from clue_service.transfers.models import ClueTransfer
from clue_service.unsealings.models import Unsealing

Column = InstrumentedAttribute[Any]


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values. ``keys`` name the row, ``names`` are what its context is made of, after the kind."""

    kind: str
    value: Column
    keys: tuple[Column, ...]
    names: tuple[Column, ...]
    key_name: Column | None = None
    """A column that repeats the name of the key."""

    def keys_of(self, row: Row[Any]) -> tuple[Any, ...]:
        """What names a row that ``take_other`` found."""
        return tuple(row[1 : 1 + len(self.keys)])

    def context_of(self, row: Row[Any]) -> str:
        """What binds a value to its row, as it was sealed."""
        return ":".join([self.kind, *map(str, row[1 + len(self.keys) :])])


_OPINION = (ConsultationOpinion.consultation_id, ConsultationOpinion.unit)
_RECORD = (InterferenceContent.record_id,)
_REQUEST = (ProtectionContent.request_id,)
_PIECE = (ClueImportPiece.import_id, ClueImportPiece.start)

SEALED = (
    SealedColumn("reporter", Reporter.sealed, (Reporter.clue_id,), (Reporter.clue_id,), Reporter.sealed_under),
    SealedColumn("subject", Subject.id_number_sealed, (Subject.id,), (Subject.clue_id, Subject.position)),
    SealedColumn("opinion", ConsultationOpinion.sealed, _OPINION, _OPINION),
    SealedColumn("transfer", ClueTransfer.content, (ClueTransfer.id,), (ClueTransfer.id,)),
    SealedColumn("clue_import", ClueImportPiece.sealed, _PIECE, _PIECE),
    SealedColumn("clue_export", ClueExportFile.sealed, (ClueExportFile.export_id,), (ClueExportFile.export_id,)),
    SealedColumn("interference_record", InterferenceContent.sealed, _RECORD, _RECORD),
    SealedColumn("protection_request", ProtectionContent.sealed, _REQUEST, _REQUEST),
    SealedColumn("unsealing", Unsealing.reason_sealed, (Unsealing.id,), (Unsealing.clue_id, Unsealing.requested_by)),
)
"""Everything this service seals. A new sealed column belongs here; a test compares with the tables."""


def _is_under(column: SealedColumn, key: str) -> ColumnElement[bool]:
    # A sealed value begins with the length and the name of its key.
    name = key.encode()
    prefix = bytes([len(name)]) + name
    return func.substring(column.value, 1, len(prefix)) == literal(prefix)


async def count_other(session: AsyncSession, column: SealedColumn, key: str) -> int:
    """How many values lie under another key."""
    query = select(func.count()).select_from(column.value.class_).where(column.value.is_not(None))
    return int(await session.scalar(query.where(~_is_under(column, key))) or 0)


async def take_other(
    session: AsyncSession, column: SealedColumn, key: str, *, after: tuple[Any, ...] | None, limit: int
) -> Sequence[Row[Any]]:
    """The next rows under another key, locked: (sealed value, the row's keys …, what its context is made of …)."""
    # Labels, since a key may be part of the context too and would be selected once only.
    parts = [one.label(f"part_{number}") for number, one in enumerate((*column.keys, *column.names))]
    query = select(column.value.label("sealed"), *parts).where(column.value.is_not(None), ~_is_under(column, key))
    if after is not None:
        query = query.where(tuple_(*column.keys) > tuple_(*(literal(one) for one in after)))
    return (await session.execute(query.order_by(*column.keys).limit(limit).with_for_update(key_share=True))).all()


async def put(session: AsyncSession, column: SealedColumn, keys: tuple[Any, ...], sealed: bytes, name: str) -> None:
    """Store a value sealed anew under the key of that name."""
    values = {column.value: sealed} | ({column.key_name: name} if column.key_name is not None else {})
    where = and_(*(one == value for one, value in zip(column.keys, keys, strict=True)))
    await session.execute(
        update(column.value.class_).where(where).values(values), execution_options={"synchronize_session": False}
    )
