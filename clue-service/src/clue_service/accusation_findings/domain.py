"""Rules of findings of false accusation (诬告陷害认定). Pure.

Only people find so, and only a commission of a city or above; who proposed or endorsed does not decide. A mistaken
report is no false accusation: at most its reporter is educated. Who reported stays in the vault.
"""

from enum import StrEnum

from chassis.directory import UnitTree

from clue_service.access.policy import LEADERS
from clue_service.proceedings.domain import PartMove, PartMoves, row

ITEM = "accusation_finding"


class FindingState(StrEnum):
    """What was found is also kept once it was handled."""

    PROPOSED = "proposed"
    ENDORSED = "endorsed"
    FALSE_ACCUSATION = "false_accusation"
    MISTAKEN_REPORT = "mistaken_report"
    REJECTED = "rejected"
    HANDLED = "handled"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What is found: fabricated in order to harm, a mistake, or neither."""

    FALSE_ACCUSATION = "false_accusation"
    MISTAKEN_REPORT = "mistaken_report"
    NEITHER = "neither"


class Measure(StrEnum):
    """What follows for who reported. A mistake is followed by education at most."""

    EDUCATION = "education"
    DISCIPLINE = "discipline"
    CRIMINAL_REFERRAL = "criminal_referral"
    NONE = "none"


class Part(StrEnum):
    """What a caller is in a finding."""

    PROPOSER = "proposer"
    ENDORSER = "endorser"
    APPROVER = "approver"


S = FindingState
STATE_OF = {
    Verdict.FALSE_ACCUSATION: S.FALSE_ACCUSATION,
    Verdict.MISTAKEN_REPORT: S.MISTAKEN_REPORT,
    Verdict.NEITHER: S.REJECTED,
}
AFTER_MISTAKE = frozenset({Measure.EDUCATION, Measure.NONE})
PRINCIPALS = LEADERS - {"deputy_leader"}
PROPOSERS = LEADERS | {"case_supervisor"}
HIGH_LEVELS = frozenset({"city", "province", "central"})
_PROPOSER = ((PROPOSERS, Part.PROPOSER),)


def event(name: str) -> str:
    """The type of an event of a finding."""
    return f"clue.accusation_finding.{name}.v1"


MOVE_ROWS: tuple[PartMove, ...] = (
    row(
        "endorse",
        [S.PROPOSED],
        S.ENDORSED,
        ((PRINCIPALS, Part.ENDORSER),),
        event("endorsed"),
        "by the commission's principal leader, not by who proposed it",
    ),
    row(
        "decide",
        [S.ENDORSED],
        None,
        ((PRINCIPALS, Part.APPROVER),),
        event("made"),
        "by a principal leader of a commission of a city or above, who neither proposed nor endorsed it; a false"
        " accusation ends what the reporter was owed, a mistaken report does not",
    ),
    row(
        "record-handling",
        [S.FALSE_ACCUSATION, S.MISTAKEN_REPORT],
        S.HANDLED,
        _PROPOSER,
        event("handled"),
        "after a mistaken report: education at most",
    ),
    row("withdraw", [S.PROPOSED, S.ENDORSED], S.WITHDRAWN, _PROPOSER, event("withdrawn"), "with the reason"),
)
MOVES = PartMoves(MOVE_ROWS)


def approving_commission(tree: UnitTree, commission: str) -> str | None:
    """The nearest commission of a city or above, at or above one; None where the directory knows of none."""
    for code in tree.superiors(commission):
        found = tree.find(code)
        if found is not None and found.unit_type == "cdi" and found.level in HIGH_LEVELS:
            return code
    return None
