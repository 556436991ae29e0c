"""The one clock business code reads: UTC instants and civil dates, shiftable on the local stack only."""

import mmap
import struct
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

_OFFSET = struct.Struct("<d")


class Clock:
    """Business time. ``offset_file`` holds 8 bytes, a little-endian double: seconds ahead of the system clock."""

    def __init__(self, timezone: str = "Asia/Shanghai", offset_file: str | Path = "") -> None:
        self.zone = ZoneInfo(timezone)
        self._offset = _map_offset(Path(offset_file)) if offset_file else None

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        real = datetime.now(UTC)  # noqa: TID251 - the one place that reads the system clock
        if self._offset is None:
            return real
        return real + timedelta(seconds=float(_OFFSET.unpack(self._offset[: _OFFSET.size])[0]))

    def today(self) -> date:
        """The present civil date in the configured time zone."""
        return self.civil_date(self.now())

    def civil_date(self, instant: datetime) -> date:
        """The civil date of an instant in the configured time zone."""
        return instant.astimezone(self.zone).date()


class FixedClock(Clock):
    """A clock that stands still until told otherwise; for tests and reports as of a date."""

    def __init__(self, instant: datetime, timezone: str = "Asia/Shanghai") -> None:
        super().__init__(timezone)
        self.instant = instant

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant

    def advance(self, **delta: float) -> None:
        """Move forward by ``timedelta(**delta)``."""
        self.instant += timedelta(**delta)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day: 31 January + 1 month = 28 or 29 February."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (first_of_next - timedelta(days=1)).day))


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last second of a civil day, in UTC."""
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def _map_offset(path: Path) -> mmap.mmap:
    if not path.exists():
        path.write_bytes(_OFFSET.pack(0.0))
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), _OFFSET.size, access=mmap.ACCESS_READ)
