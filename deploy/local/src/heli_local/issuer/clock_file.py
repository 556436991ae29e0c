"""Writes how far the business clock is ahead of the system clock. Every process of the stack has the file mapped."""

import os
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
LATEST = datetime(2200, 1, 1, tzinfo=UTC).timestamp()


class OutOfRange(ValueError):
    """The clock would leave the years 1990-2200."""


class ClockFile:
    """Eight bytes, a little-endian double: seconds. Written in place, since a new file would not reach a mapping."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def set_now(self, instant: datetime) -> datetime:
        """Make it `instant` now; returns the business time."""
        return self._write(instant.timestamp() - time.time())

    def advance(self, seconds: float) -> datetime:
        """Move by so many seconds; returns the business time."""
        return self._write(self.offset_s() + seconds)

    def offset_s(self) -> float:
        """Seconds ahead of the system clock."""
        content = self._path.read_bytes() if self._path.exists() else b""
        return float(struct.unpack("<d", content)[0]) if len(content) == 8 else 0.0

    def _write(self, offset_s: float) -> datetime:
        now = time.time() + offset_s
        if not EARLIEST <= now < LATEST:
            raise OutOfRange(now)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)
        try:
            os.pwrite(descriptor, struct.pack("<d", offset_s), 0)
        finally:
            os.close(descriptor)
        return datetime.fromtimestamp(now, UTC)
