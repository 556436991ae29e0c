"""The grounds of recusal: how much each weighs for whom, and the code under which it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from personnel_pool_service.bookings.domain import months_later

LEADING_ROLES = frozenset({"leader", "deputy_leader"})

HOME_UNIT = "home_unit"
PERSONAL = "personal_ground"
"""The one code of kinship, ties to subjects and open clues: a code that names its reason betrays the secret."""
DUTY = "duty"
WORK_HISTORY = "work_history"
REGION = "region"
CODES = (HOME_UNIT, PERSONAL, DUTY, WORK_HISTORY, REGION)
WAIVABLE = frozenset({DUTY, WORK_HISTORY, REGION})
"""A waiver refused for one private ground and granted for another would tell them apart, so none is ever waived."""


class Rank(IntEnum):
    """How much a ground weighs."""

    CLEAR = 0
    INFO = 1
    REVIEW = 2
    BLOCK = 3


class TieKind(StrEnum):
    """What a cadre may have to declare about a unit or somebody in it."""

    KINSHIP = "kinship"
    OWN_INTEREST = "own_interest"
    RELATIVES_INTEREST = "relatives_interest"
    WITNESS = "witness"
    SUPERIOR_SUBORDINATE = "superior_subordinate"
    SERVED_TOGETHER = "served_together"
    TEACHER_CLASSMATE = "teacher_classmate"
    STUDIED_THERE = "studied_there"
    OTHER = "other"


@dataclass(frozen=True)
class Tie:
    """A declared tie. Known to the recusal engine alone. ``last`` None means that it holds today."""

    kind: TieKind
    unit_code: str
    last: date | None = None


@dataclass(frozen=True)
class TieRule:
    """How much a kind of tie weighs in a leading seat, in another, and where no seat is named."""

    leading: Rank
    other: Rank
    unnamed: Rank
    code: str
    years: int | None = None
    """For how many years after its end it still counts; None is for ever."""

    def rank_for(self, role: str | None, tie: Tie, today: date) -> Rank:
        """The weight of a tie for a seat; one that ended long ago only informs."""
        if self.years is not None and tie.last is not None and tie.last < months_later(today, -12 * self.years):
            return Rank.INFO
        if role is None:
            return self.unnamed
        return self.leading if role in LEADING_ROLES else self.other


_BLOCKS_ALL = TieRule(Rank.BLOCK, Rank.BLOCK, Rank.BLOCK, PERSONAL)
_BLOCKS_LEADERS = TieRule(Rank.BLOCK, Rank.INFO, Rank.REVIEW, PERSONAL)

TIES: Mapping[TieKind, TieRule] = {
    TieKind.KINSHIP: _BLOCKS_ALL,
    TieKind.OWN_INTEREST: TieRule(Rank.BLOCK, Rank.BLOCK, Rank.BLOCK, DUTY),
    TieKind.RELATIVES_INTEREST: _BLOCKS_ALL,
    TieKind.WITNESS: _BLOCKS_ALL,
    TieKind.SUPERIOR_SUBORDINATE: TieRule(Rank.BLOCK, Rank.INFO, Rank.REVIEW, PERSONAL, years=3),
    TieKind.SERVED_TOGETHER: _BLOCKS_LEADERS,
    TieKind.TEACHER_CLASSMATE: _BLOCKS_LEADERS,
    TieKind.STUDIED_THERE: _BLOCKS_LEADERS,
    TieKind.OTHER: TieRule(Rank.REVIEW, Rank.REVIEW, Rank.REVIEW, PERSONAL),
}
"""Supervision Law art. 67, Rules on Recusal of Public Servants, and the stricter local rule for leaders of teams."""
