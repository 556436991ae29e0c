"""States of a clue, and the codes its moves are told in."""

from enum import StrEnum


class Status(StrEnum):
    """A state is the status plus, for ``closed`` and ``archived``, the closure."""

    REGISTERED = "registered"
    NOT_ACCEPTED = "not_accepted"
    FORWARDED = "forwarded"
    ASSIGNED_DOWN = "assigned_down"
    TRANSFERRED = "transferred"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    DISPOSITION_PROPOSED = "disposition_proposed"
    TALK_INQUIRY = "talk_inquiry"
    PRELIMINARY_VERIFICATION = "preliminary_verification"
    ON_HOLD = "on_hold"
    CASE_FILED = "case_filed"
    TRANSFERRED_TO_PARTY_ORG = "transferred_to_party_org"
    CLOSED = "closed"
    ARCHIVED = "archived"
    RETAINED_AS_REPEAT = "retained_as_repeat"
    SEALED = "sealed"
    """Of somebody managed above: what it said is erased, the number stays."""
    DELETED = "deleted"
    """Its retention is over and two people let it go: what it said is erased, the number stays."""


class Closure(StrEnum):
    """How a clue ended."""

    DIRECT = "direct"
    ACCEPTED_EXPLANATION = "accepted_explanation"
    FIRST_FORM = "first_form"
    AFTER_CHECK = "after_check"
    REMINDER_TALK = "reminder_talk"


class Method(StrEnum):
    """How to go on with a clue."""

    TALK_INQUIRY = "talk_inquiry"
    PRELIMINARY_VERIFICATION = "preliminary_verification"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What a talk or a verification came to."""

    CASE_FILED = "case_filed"
    AFTER_CHECK = "after_check"
    REMINDER_TALK = "reminder_talk"
    ACCEPTED_EXPLANATION = "accepted_explanation"
    FIRST_FORM = "first_form"
    ON_HOLD = "on_hold"
    TRANSFERRED_TO_PARTY_ORG = "transferred_to_party_org"


class DeclineGround(StrEnum):
    """Why a report is not accepted at all."""

    LITIGATION = "litigation"
    OTHER_BODY = "other_body"
    NO_CONTENT = "no_content"


class AssignDownGround(StrEnum):
    """Why a matter of a lower body is assigned down with a result required instead of forwarded."""

    CENTRAL_DECISIONS = "central_decisions"
    PUBLIC_REACTION = "public_reaction"
    LONG_NEGLECTED = "long_neglected"
    OTHER = "other"


class UnitRelation(StrEnum):
    """How a caller's unit must stand to the clue."""

    COMMISSION = "a unit of the clue's commission"
    LEAD_UNIT = "the lead unit; where members are named, one of them"
    APPROVAL = "the lead unit, or the commission itself"
