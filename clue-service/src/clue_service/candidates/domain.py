"""What a pair can be, what a verdict suggests, and which pairs concern another commission."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any


class Band(StrEnum):
    """How sure the engine is: ``likely`` from .95, ``review`` from .10; below that nothing is shown."""

    LIKELY = "likely"
    REVIEW = "review"


class Decision(StrEnum):
    """A person's verdict. ``unsure`` leaves the pair open."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


SETTLED = frozenset({Decision.SAME, Decision.DIFFERENT})
"""Verdicts that settle a pair: it is not asked again."""


class PairRelation(StrEnum):
    """How two clues are related."""

    EXACT_REPEAT = "exact_repeat"
    SAME_MATTER_OTHER_REPORTER = "same_matter_other_reporter"
    MULTI_RECIPIENT_COPY = "multi_recipient_copy"
    REPEAT_WITH_NEW_EVIDENCE = "repeat_with_new_evidence"
    SAME_SUBJECT_NEW_ISSUE = "same_subject_new_issue"
    RELATED_SUBJECT = "related_subject"


SAME_MATTER = frozenset(
    {
        PairRelation.EXACT_REPEAT,
        PairRelation.SAME_MATTER_OTHER_REPORTER,
        PairRelation.MULTI_RECIPIENT_COPY,
        PairRelation.REPEAT_WITH_NEW_EVIDENCE,
    }
)
"""Relations that say one matter; the others link clues of different matters."""

_ENDED = frozenset({"closed", "archived"})
_MORE_LIKELY_THAN_NOT = 0.5
_ALMOST_CERTAIN = 0.95


def suggested_move(decision: str | None, relation: str | None, first_status: str, second_status: str) -> str | None:
    """What the verdict suggests doing with the later clue or, with new evidence, with the earlier one."""
    if decision != Decision.SAME:
        return None
    if relation == PairRelation.REPEAT_WITH_NEW_EVIDENCE and first_status in _ENDED:
        return "reopen"
    return "retain-as-repeat" if second_status == "registered" else None


def binds(band: str, probability: float) -> bool:
    """Whether a pair across commissions, until people have decided it, lets one lead bind both clues.

    From where it is more probable than not: below, both are told, and a vote or verdict binds.
    """
    return band == Band.LIKELY or probability >= _MORE_LIKELY_THAN_NOT


def calls_for_alert(band: str, probability: float, reasons: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a pair across commissions is told to both.

    Every ``likely`` pair is. A pair for review is told where the accused person's name agrees. Where it agrees in part
    (masked, misspelt) or at another unit (a namesake), the pair must be more probable than not. Where nobody is named,
    as in a letter about a unit, the unit stands for the person and the pair must be almost certain: letters about one
    kind of misconduct in one place are many, and telling a commission of each would betray who is reported there.
    """
    if band == Band.LIKELY:
        return True
    verdicts = {reason.get("field"): reason.get("verdict") for reason in reasons}
    match verdicts.get("name"):
        case "agree":
            return verdicts.get("unit") != "conflict" or probability >= _MORE_LIKELY_THAN_NOT
        case "partly":
            return probability >= _MORE_LIKELY_THAN_NOT
        case "unknown":
            return verdicts.get("unit") == "agree" and probability >= _ALMOST_CERTAIN
    return False
