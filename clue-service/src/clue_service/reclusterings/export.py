"""The export's folder and files: on a memory file system where there is one, for this user only, gone after the run."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from clue_service.reclusterings.domain import COLUMNS
from clue_service.reclusterings.errors import BatchExtraMissing

_MEMORY = Path("/dev/shm")  # noqa: S108 - a memory file system; the folder made there is this user's alone


def parent_folder(configured: str) -> Path:
    """Where exports lie: as configured, else in memory, else with other temporary files."""
    if configured:
        return Path(configured)
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK):
        return _MEMORY
    return Path(tempfile.gettempdir())


@contextmanager
def export_folder(parent: Path, database_url: str) -> Iterator[tuple[Path, int]]:
    """A fresh folder of mode 0700, removed afterwards, and how many leftovers of killed runs were removed before.

    Folders carry a digest of the database's address. Only one run at a time works on a database, so whatever lies
    there when a run begins was left by one that was killed.
    """
    prefix = f"heli-recluster-{os.getuid()}-{sha256(database_url.encode()).hexdigest()[:12]}-"
    leftovers = sorted(parent.glob(f"{prefix}*"))
    for leftover in leftovers:
        shutil.rmtree(leftover)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        yield folder, len(leftovers)
    finally:
        shutil.rmtree(folder)


class ExportFile:
    """One Parquet file of mode 0600, written in pieces; rows are numbered as they come."""

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError as error:
            raise BatchExtraMissing from error
        types = {"long": pa.int64(), "list": pa.list_(pa.int64())}
        self.path = path
        self.rows = 0
        self._table = pa.Table
        self._schema = pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._writer = pq.ParquetWriter(self._file, self._schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._writer.close()
        self._file.close()

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows that lack ``unique_id``."""
        numbered = [{**row, "unique_id": self.rows + number} for number, row in enumerate(rows)]
        self.rows += len(rows)
        if numbered:
            self._writer.write_table(self._table.from_pylist(numbered, schema=self._schema))
