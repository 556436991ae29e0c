"""Appraisals: yearly and special, of a posting or a round."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AppraisalKind(StrEnum):
    """What was appraised."""

    ANNUAL = "annual"
    SPECIAL = "special"
    SECONDMENT = "secondment"


class AppraisalGrade(StrEnum):
    """The four grades of the yearly appraisal, best first."""

    EXCELLENT = "excellent"
    COMPETENT = "competent"
    BASICALLY_COMPETENT = "basically_competent"
    INCOMPETENT = "incompetent"


POOR = frozenset({AppraisalGrade.INCOMPETENT})


@dataclass(frozen=True)
class AppraisalDraft:
    """An appraisal as it is written down; days included at both ends."""

    kind: str
    first: date
    last: date
    grade: str
    unit_code: str
    comment: str | None = None
    recommends_exit: bool = False
    source_ref: str | None = None
