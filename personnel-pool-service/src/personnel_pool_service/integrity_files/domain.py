"""The integrity file: what is on record about a supervised person, and who may open it for what."""

from enum import StrEnum

from chassis.directory import UnitTree
from chassis.identity import Principal

OFFICE_TYPES = frozenset({"supervision_office", "dispatched_group", "unit_discipline_body"})
WHOLE_COMMISSION = frozenset({"principal_leader", "case_supervisor"})
OWN_UNITS = frozenset({"leader", "deputy_leader", "handler"})
RECORDERS = WHOLE_COMMISSION | OWN_UNITS


class RecordKind(StrEnum):
    """What is on record."""

    REMINDER_TALK = "reminder_talk"
    PERSONAL_MATTERS_REPORT = "personal_matters_report"
    INTEGRITY_OPINION = "integrity_opinion"
    DISCIPLINARY_DECISION = "disciplinary_decision"
    COMMENDATION = "commendation"
    CLARIFICATION = "clarification"
    OTHER = "other"


class Purpose(StrEnum):
    """What a file is opened for; kept in the audit log."""

    DAILY_SUPERVISION = "daily_supervision"
    CLUE_HANDLING = "clue_handling"
    INTEGRITY_OPINION = "integrity_opinion"
    POOL_ENTRY = "pool_entry"
    INSPECTION = "inspection"


def may_open(caller: Principal, tree: UnitTree, unit_code: str) -> bool:
    """Whether a caller may open the files of a unit's people.

    The commission's leaders and case supervisors for all units their office of supervision reaches; offices and
    resident groups for the units they watch; nobody for their own unit.
    """
    own = caller.unit
    if own is None or own not in tree or own == unit_code:
        return False
    watched = tree.linked_office(unit_code) == own or own in tree.dispatched_groups(unit_code)
    if watched and caller.has_any(*RECORDERS):
        return True
    commission = tree.commission(own)
    office = tree.linked_office(unit_code)
    is_ours = tree.commission(unit_code) == commission or (office is not None and tree.commission(office) == commission)
    return is_ours and caller.has_any(*WHOLE_COMMISSION)
