"""Entries of the information library: the six kinds, how far one reaches, and the text as it is searched. Pure."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from chassis.identity import CLEARANCES


class Kind(StrEnum):
    """What an entry is: figures of reports, of clues; what an inspection fed back; a check; a case; advice."""

    REPORT_STAT = "report_stat"
    CLUE_STAT = "clue_stat"
    INSPECTION_FEEDBACK = "inspection_feedback"
    SPECIAL_CHECK = "special_check"
    CASE_ANALYSIS = "case_analysis"
    ADVICE = "advice"


class Reach(StrEnum):
    """Who may read an entry without asking: the owner unit, its commission, or every unit of the deployment."""

    UNIT = "unit"
    COMMISSION = "commission"
    PLATFORM = "platform"


class ItemState(StrEnum):
    """``withdrawn`` by its owner; ``erased`` by a leader afterwards, which leaves a number and nothing else."""

    ENTERED = "entered"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class SourceClue(Protocol):
    """What an entry needs to know of a clue it draws on."""

    @property
    def secrecy_level(self) -> str: ...
    @property
    def overlap_policy(self) -> str: ...


def is_secret_enough(level: str, clues: Iterable[SourceClue]) -> bool:
    """Whether an entry is at least as secret as every clue it draws on."""
    order: list[str] = list(CLEARANCES)
    return all(order.index(level) >= order.index(clue.secrecy_level) for clue in clues)


def may_leave_commission(reach: str, *, is_listed: bool, clues: Iterable[SourceClue]) -> bool:
    """Whether reach and card are allowed: what draws on a silent clue is not even listed outside the commission."""
    is_silent = any(clue.overlap_policy == "silent" for clue in clues)
    return not is_silent or (reach != Reach.PLATFORM and not is_listed)


class Dated(Protocol):
    """What decides whether an entry is shown beyond its owner."""

    @property
    def state(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime | None: ...


def is_current(item: Dated, now: datetime) -> bool:
    """Whether an entry is valid now."""
    return item.state == ItemState.ENTERED and item.starts_at <= now and (item.ends_at is None or item.ends_at > now)


def is_period(first: date | None, last: date | None) -> bool:
    """Whether two days can bound a period."""
    return first is None or last is None or first <= last
