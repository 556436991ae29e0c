"""What two clues probably are to each other: a proposal for people, by the table of relations."""

from datetime import timedelta
from enum import StrEnum

from clue_service.matching.compare import NAME_AGREES, Combination, Levels
from clue_service.matching.prepared import Facts, Prepared

_SAME_MATTER = 0.5
_COPY_WITHIN = timedelta(days=60)


class Relation(StrEnum):
    """How a clue relates to an earlier one."""

    EXACT_REPEAT = "exact_repeat"
    SAME_MATTER_OTHER_REPORTER = "same_matter_other_reporter"
    MULTI_RECIPIENT_COPY = "multi_recipient_copy"
    REPEAT_WITH_NEW_EVIDENCE = "repeat_with_new_evidence"
    SAME_SUBJECT_NEW_ISSUE = "same_subject_new_issue"
    RELATED_SUBJECT = "related_subject"


def propose_relation(
    clue: Prepared, earlier: Prepared, combination: Combination, levels: Levels, probability: float
) -> Relation:
    """The likeliest relation of ``clue`` to ``earlier``; people may choose another."""
    if clue.digest == earlier.digest and clue.length > 0:
        elsewhere = clue.commission != earlier.commission
        soon = abs(clue.received_on - earlier.received_on) <= _COPY_WITHIN
        return Relation.MULTI_RECIPIENT_COPY if elsewhere and soon else _repeat(clue, earlier)
    if probability < _SAME_MATTER:
        same_person = levels["name"] in NAME_AGREES
        return Relation.SAME_SUBJECT_NEW_ISSUE if same_person else Relation.RELATED_SUBJECT
    if _adds_evidence(clue.parts[combination.part], earlier.parts[combination.other_part]):
        return Relation.REPEAT_WITH_NEW_EVIDENCE
    return _repeat(clue, earlier)


def _repeat(clue: Prepared, earlier: Prepared) -> Relation:
    same_reporter = clue.reporter_key is not None and clue.reporter_key == earlier.reporter_key
    return Relation.EXACT_REPEAT if same_reporter else Relation.SAME_MATTER_OTHER_REPORTER


def _adds_evidence(new: Facts, earlier: Facts) -> bool:
    """Whether the new letter tells a mark, a person or several figures that the earlier one does not."""
    if new.tokens - earlier.tokens:
        return True
    people = len(set(new.others) - set(earlier.others)) if len(new.others) > len(earlier.others) else 0
    figures = len(new.quantities - earlier.quantities) if not earlier.quantities else 0
    return people + figures >= 2
