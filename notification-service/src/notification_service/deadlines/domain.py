"""Clocks that items run by, which light a clock shows, and who is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from notification_service.notices.addresses import Address, Relation
from notification_service.notices.roles import (
    ACTORS,
    HANDLERS,
    INSPECTION_OFFICE,
    LEADERS,
    OFFICERS,
    SUPERVISORS,
    WORKERS,
)

ACKNOWLEDGING = frozenset({"acknowledge", "receive"})
"""Rules whose clock ends when somebody acknowledges the item itself: they are unacknowledged from their beginning."""

YELLOW_SPAN = timedelta(days=3)
"""The light is yellow in the last three days (the ``generic`` profile)."""


class Light(StrEnum):
    """What a running clock shows; a clock far from its end shows nothing that anybody is told."""

    BLUE = "blue"
    """Local profiles only: it takes long, though nothing is overdue."""
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True)
class Clock:
    """A due date as an event leaves it. ``due_at`` None: the clock stands still or has ended."""

    item_type: str
    item_id: str
    item_no: str | None
    unit: str
    rule: str
    due_at: datetime | None
    within: str | None = None
    escalates_to: str | None = None
    """The unit that is told as well when the date has passed."""


_OWERS: Mapping[str, tuple[Relation, frozenset[str]]] = MappingProxyType(
    {
        "clue": (Relation.UNIT, HANDLERS),
        "overlap_alert": (Relation.CASE_OFFICE, OFFICERS),
        "round": (Relation.UNIT, INSPECTION_OFFICE),
        "briefing_request": (Relation.UNIT, OFFICERS | WORKERS),
        "clue_transfer": (Relation.CASE_OFFICE, OFFICERS),
        "rectification": (Relation.UNIT, WORKERS),
        "advice": (Relation.UNIT, WORKERS),
        "outcome_notice": (Relation.UNIT, WORKERS),
        "reporter_notice": (Relation.CASE_OFFICE, OFFICERS),
        "clue_clock": (Relation.PARTY, HANDLERS | OFFICERS),
        "periodic_duty": (Relation.CASE_OFFICE, SUPERVISORS),
        "supervised_handling": (Relation.PARTY, ACTORS),
        "jurisdiction_objection": (Relation.PARTY, ACTORS),
        "clarification": (Relation.PARTY, ACTORS),
        "protection_request": (Relation.LEADERSHIP, LEADERS),
        "consultation": (Relation.PARTY, ACTORS),
        "consultation_action": (Relation.PARTY, ACTORS),
        "supervision_matter": (Relation.UNIT, WORKERS),
        "coordination_report": (Relation.PARTY, ACTORS),
    }
)
ITEM_TYPES = frozenset(_OWERS)
"""What has clocks."""
_WATCHERS: Mapping[str, tuple[Relation, frozenset[str]]] = MappingProxyType(
    {
        "clue": (Relation.CASE_OFFICE, SUPERVISORS),
        "overlap_alert": (Relation.CASE_OFFICE, SUPERVISORS),
        "briefing_request": (Relation.UNIT, INSPECTION_OFFICE),
        "clue_transfer": (Relation.CASE_OFFICE, SUPERVISORS),
        "rectification": (Relation.UNIT, INSPECTION_OFFICE),
        "advice": (Relation.UNIT, WORKERS),
        "reporter_notice": (Relation.LEADERSHIP, LEADERS),
        "clue_clock": (Relation.CASE_OFFICE, SUPERVISORS),
        "periodic_duty": (Relation.LEADERSHIP, LEADERS),
        "clarification": (Relation.LEADERSHIP, LEADERS),
        "protection_request": (Relation.LEADERSHIP, LEADERS),
        "supervised_handling": (Relation.PARTY, ACTORS),
        "consultation": (Relation.PARTY, ACTORS),
        "consultation_action": (Relation.PARTY, ACTORS),
        "coordination_report": (Relation.PARTY, ACTORS),
    }
)


def addresses_of(
    item_type: str,
    unit: str,
    light: Light,
    *,
    within: str | None,
    escalates_to: str | None,
    leaders: frozenset[str] = frozenset(),
) -> list[Address]:
    """Who is told of a light: those who owe it; once it is red, those who watch over it too.

    ``leaders`` are roles of leaders of the unit that a local profile has told as well.
    """
    # A clue that no office leads is owed by the case office, which watches over the others.
    is_unled = item_type == "clue" and unit == escalates_to
    relation, roles = (_WATCHERS if is_unled else _OWERS)[item_type]
    found = [Address(relation, unit, roles, unit, within)]
    if light is Light.RED and not is_unled and escalates_to is not None and item_type in _WATCHERS:
        relation, roles = _WATCHERS[item_type]
        found.append(Address(relation, escalates_to, roles, escalates_to, within))
    if leaders:
        found.append(Address(Relation.LEADERSHIP, unit, leaders, unit, within))
    return found
