"""The seats of a team and the ranks of cadres: words that rules, demands and scores share."""

from enum import StrEnum


class Role(StrEnum):
    """Seats of an inspection team."""

    LEADER = "leader"
    DEPUTY_LEADER = "deputy_leader"
    COMMISSIONER = "commissioner"
    LIAISON = "liaison"
    PETITION_HANDLER = "petition_handler"
    MEMBER = "member"
    SPECIALIST = "specialist"


CHIEF_ROLES = frozenset({Role.LEADER, Role.DEPUTY_LEADER})

RANKS = (
    "clerk",
    "section_deputy",
    "section_chief",
    "division_deputy",
    "division_chief",
    "bureau_deputy",
    "bureau_chief",
    "above",
)
"""Lowest first."""
