"""Codes of the registration form."""

from enum import StrEnum


class Source(StrEnum):
    """Where a clue came from."""

    PETITION = "PETITION"
    SUPERIOR_ASSIGNED = "SUPERIOR_ASSIGNED"
    POLICE_PROCURATE_COURT = "POLICE_PROCURATE_COURT"
    SUPERVISION_CHECK = "SUPERVISION_CHECK"
    INVESTIGATION_BYPRODUCT = "INVESTIGATION_BYPRODUCT"
    AUDIT = "AUDIT"
    INSPECTION = "INSPECTION"
    OTHER_ENFORCEMENT = "OTHER_ENFORCEMENT"
    SELF_SURRENDER = "SELF_SURRENDER"
    OTHER = "OTHER"


class Channel(StrEnum):
    """How it came in."""

    LETTER = "letter"
    VISIT = "visit"
    PHONE = "phone"
    ONLINE = "online"
    OTHER = "other"


class SecrecyLevel(StrEnum):
    """Who reads a clue needs a clearance that reaches this."""

    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105 - a level of secrecy, no password


class OverlapPolicy(StrEnum):
    """A silent clue joins no alert and changes nothing outside its commission."""

    ANNOUNCE = "announce"
    SILENT = "silent"


class Urgency(StrEnum):
    """How soon it has to be looked at."""

    ORDINARY = "ordinary"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"


class Sex(StrEnum):
    """As on the registration form."""

    MALE = "male"
    FEMALE = "female"


class PoliticalStatus(StrEnum):
    """Which party somebody belongs to, as on the registration form."""

    PARTY_MEMBER = "party_member"
    PROBATIONARY_PARTY_MEMBER = "probationary_party_member"
    LEAGUE_MEMBER = "league_member"
    DEMOCRATIC_PARTY = "democratic_party"
    NON_PARTISAN = "non_partisan"
    MASSES = "masses"


RANKS = (
    "clerk", "section_deputy", "section_chief", "division_deputy", "division_chief", "bureau_deputy", "bureau_chief",
    "above",
)  # fmt: skip
"""Ranks of cadres as the pool tells them, rising; a letter may say anything."""


class TopLeader(StrEnum):
    """Whether somebody heads a unit: when the clue is handled, when it happened, or both."""

    NO = "no"
    WHEN_HANDLED = "when_handled"
    WHEN_VIOLATING = "when_violating"
    BOTH = "both"


class IdentityType(StrEnum):
    """Real-name means name and usable contact."""

    REAL_NAME = "real_name"
    ANONYMOUS = "anonymous"


class Category(StrEnum):
    """What is alleged: top classes, discipline D1–D6, duty violation V1, duty crime C1–C6, other crime O1."""

    DISCIPLINE = "DISCIPLINE"
    DUTY = "DUTY"
    APPEAL = "APPEAL"
    SUGGESTION = "SUGGESTION"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    NO_SUBSTANCE = "NO_SUBSTANCE"
    D1 = "D1"
    D2 = "D2"
    D3 = "D3"
    D4 = "D4"
    D5 = "D5"
    D6 = "D6"
    V1 = "V1"
    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"
    C5 = "C5"
    C6 = "C6"
    O1 = "O1"
