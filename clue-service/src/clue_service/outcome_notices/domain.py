"""Which outcomes the linked office and the resident group must know (通报), and what becomes of telling them. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from chassis.directory import UnitTree

from clue_service.proceedings.domain import WORKERS, PartMoves, row

ITEM = "outcome_notice"


class NoticeState(StrEnum):
    """``escalated`` where nobody acknowledged in time; it can still be acknowledged."""

    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"


class Kind(StrEnum):
    """What is told of."""

    TALK_INQUIRY = "talk_inquiry"
    ORGANISATIONAL_HANDLING = "organisational_handling"
    ADVICE = "advice"


class Part(StrEnum):
    """What a caller is to a notice."""

    RECIPIENT = "recipient"
    SENDER = "sender"


KIND_OF_OUTCOME: dict[str, Kind] = {
    "accepted_explanation": Kind.TALK_INQUIRY,
    "first_form": Kind.TALK_INQUIRY,
    "reminder_talk": Kind.ORGANISATIONAL_HANDLING,
    "transferred_to_party_org": Kind.ORGANISATIONAL_HANDLING,
}
"""Outcomes of a check that are told; a case that was filed goes its own way."""

S = NoticeState
MOVES = PartMoves(
    (
        row(
            "acknowledge",
            [S.NOTIFIED, S.ESCALATED],
            S.ACKNOWLEDGED,
            ((WORKERS, Part.RECIPIENT),),
            "clue.outcome_notice.acknowledged.v1",
        ),
        row("escalate", [S.NOTIFIED], S.ESCALATED, (), "clue.outcome_notice.escalated.v1", "by the clock"),
    )
)


def recipients(tree: UnitTree, about: str, handling: str | None, within: str | None) -> list[str]:
    """The linked office and the resident groups of a unit, without the unit that did it itself.

    ``within`` limits to one commission: what is silent stays inside it.
    """
    office = tree.linked_office(about)
    found: Iterable[str] = {*([office] if office else []), *tree.dispatched_groups(about)} - {handling}
    return sorted(unit for unit in found if within is None or tree.commission(unit) == within)
