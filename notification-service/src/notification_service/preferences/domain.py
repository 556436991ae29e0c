"""When a person wants to be reached outside the inbox, in their own time zone."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

CODE_LIFETIME = timedelta(hours=24)
CODE_TRIES = 5


@dataclass(frozen=True)
class Rhythm:
    """``digest_at`` None: at once; else once a day at that time. Never between ``quiet_from`` and ``quiet_to``."""

    timezone: str
    digest_at: time | None = None
    quiet_from: time | None = None
    quiet_to: time | None = None


def send_after(rhythm: Rhythm, now: datetime) -> datetime:
    """The first instant from ``now`` on at which a message suits the person."""
    if rhythm.digest_at is None:
        return after_quiet(rhythm, now)
    return after_quiet(rhythm, _next(rhythm.digest_at, now, ZoneInfo(rhythm.timezone)))


def after_quiet(rhythm: Rhythm, at: datetime) -> datetime:
    """``at``, or the end of the person's quiet hours if it falls into them: every attempt keeps to that."""
    zone = ZoneInfo(rhythm.timezone)
    if rhythm.quiet_to is None or not _is_quiet(rhythm, at.astimezone(zone).time()):
        return at
    return _next(rhythm.quiet_to, at, zone)


def _is_quiet(rhythm: Rhythm, local: time) -> bool:
    start, end = rhythm.quiet_from, rhythm.quiet_to
    if start is None or end is None:
        return False
    return start <= local < end if start < end else local >= start or local < end


def _next(at: time, now: datetime, zone: ZoneInfo) -> datetime:
    """The next time the clock on the person's wall shows ``at``; where a change of clocks skips it, just after."""
    local = now.astimezone(zone)
    for days in range(3):
        wall = datetime.combine(local.date() + timedelta(days=days), at, tzinfo=zone).astimezone(UTC)
        if wall >= now:
            return wall
    return now


def new_code() -> str:
    """Eight digits that only who reads the mailbox knows."""
    return f"{secrets.randbelow(10**8):08d}"
