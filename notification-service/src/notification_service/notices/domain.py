"""Who is told what: one table from event type to kind and addresses, and what an address means in the directory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from chassis.directory import UnitTree
from contracts.envelope import Event

from contracts import clue, deliberation, inspection, pool

LATE_DELIVERY = timedelta(days=30)
"""Whoever takes up a role gets the notices addressed to it in this time."""

LEADERS = frozenset({"leader", "principal_leader", "deputy_leader"})
HANDLERS = frozenset({"handler"})
OFFICERS = frozenset({"intake_officer", "case_supervisor"})
SUPERVISORS = frozenset({"case_supervisor"})
WORKERS = HANDLERS | LEADERS
INSPECTION_OFFICE = frozenset({"inspection_office"})
POOL_MANAGERS = frozenset({"pool_manager"})
APPROVERS = frozenset({"home_unit_approver"})

_CASE_OFFICES = frozenset({"case_management_office", "petition_office"})


class Relation(StrEnum):
    """How a recipient stands to the target of an address."""

    UNIT = "unit"
    """Holds the role in the unit itself."""
    CASE_OFFICE = "case_office"
    """In the commission itself, its case management office or its petition office."""
    LEADERSHIP = "leadership"
    """In the unit or in its commission itself."""
    OUTCOME = "outcome"
    """In the supervision office linked to the unit, or in the dispatched group resident there."""
    AREA = "area"
    """In a unit above the unit, or in an organ of one of these: what serves the whole area."""
    MEMBER = "member"
    """Is the cadre."""
    PERSON = "person"
    """Is the person."""


PERSONAL = frozenset({Relation.MEMBER, Relation.PERSON})


@dataclass(frozen=True)
class Address:
    """Whom a notice goes to. ``unit`` is the unit concerned, as the recipient sees it; ``within`` limits to one
    commission."""

    relation: Relation
    target: str
    roles: frozenset[str]
    unit: str | None
    within: str | None = None


@dataclass(frozen=True)
class To:
    """A cell of the table: the event's ``field`` names the targets. ``unit_field`` names the unit concerned where the
    target is not one. ``when`` limits the cell to some events."""

    relation: Relation
    field: str
    roles: frozenset[str] = frozenset()
    unit_field: str | None = None
    when: Callable[[Any], bool] = lambda _event: True


@dataclass(frozen=True)
class ToOrigin:
    """The inspection office that the event's reference (finding or team) belongs to; ``otherwise`` if unknown."""

    field: str
    otherwise: To | None = None
    when: Callable[[Any], bool] = lambda _event: True


@dataclass(frozen=True)
class Telling:
    """A row of the table. ``tells_actor`` where the event is news to whoever set it off as well."""

    event: type[Event]
    kind: str
    to: tuple[To | ToOrigin, ...]
    tells_actor: bool = False


def _closed_without_check(event: clue.ClueClosed) -> bool:
    # Any other closing is told as its result; this one was decided with the disposition.
    return event.closure == "direct"


def _all_agreed(event: pool.SecondmentApproved) -> bool:
    return event.state == "approved"


def _became_clue(event: inspection.FindingHandedOver) -> bool:
    return event.clue_id is not None


_CASE_OFFICE = To(Relation.CASE_OFFICE, "commission", OFFICERS)
_CASE_SUPERVISORS = To(Relation.CASE_OFFICE, "commission", SUPERVISORS)
_ALERTED = To(Relation.CASE_OFFICE, "commissions", OFFICERS)
_LEAD_HANDLERS = To(Relation.UNIT, "lead_unit", HANDLERS)
_OUTCOME = To(Relation.OUTCOME, "subject_units", WORKERS)
_LENDERS = To(Relation.UNIT, "home_units", APPROVERS)
_POOL = To(Relation.AREA, "home_units", POOL_MANAGERS)
_BORROWER = ToOrigin("request_ref", otherwise=To(Relation.AREA, "home_units", INSPECTION_OFFICE))
_SEATS = To(Relation.MEMBER, "cadre_ids")
_TEAM = To(Relation.MEMBER, "cadre_ids", unit_field="target_unit")
_OFFICE = To(Relation.UNIT, "office_unit", INSPECTION_OFFICE)
_MENDER = To(Relation.UNIT, "unit_code", WORKERS)

TABLE: tuple[Telling, ...] = (
    Telling(clue.ClueRegistered, "clue_registered", (_CASE_SUPERVISORS,)),
    Telling(
        clue.ClueAssigned,
        "clue_assigned",
        (
            To(Relation.UNIT, "lead_unit", HANDLERS, when=lambda event: not event.members),
            To(Relation.UNIT, "co_units", HANDLERS, when=lambda event: not event.members),
            To(Relation.PERSON, "members", unit_field="lead_unit"),
        ),
    ),
    Telling(clue.ClueReturned, "clue_returned", (_CASE_SUPERVISORS,)),
    Telling(clue.ClueForwarded, "clue_forwarded", (To(Relation.CASE_OFFICE, "to_unit", OFFICERS),)),
    Telling(clue.ClueAssignedDown, "clue_assigned_down", (To(Relation.CASE_OFFICE, "to_unit", OFFICERS),)),
    Telling(clue.ClueTransferred, "clue_transferred", (To(Relation.CASE_OFFICE, "to_unit", OFFICERS),)),
    Telling(clue.ClueDispositionProposed, "disposition_proposed", (To(Relation.LEADERSHIP, "lead_unit", LEADERS),)),
    Telling(clue.ClueDispositionApproved, "disposition_approved", (_LEAD_HANDLERS, _CASE_OFFICE)),
    Telling(clue.ClueDispositionRejected, "disposition_rejected", (_LEAD_HANDLERS,)),
    Telling(clue.ClueResultRecorded, "result_recorded", (_OUTCOME, _CASE_OFFICE, ToOrigin("origin_ref"))),
    Telling(clue.ClueClosed, "clue_closed", (ToOrigin("origin_ref", when=_closed_without_check),)),
    Telling(clue.ClueReopened, "clue_reopened", (_LEAD_HANDLERS, _CASE_SUPERVISORS)),
    Telling(clue.ClueExtended, "clue_extended", (_LEAD_HANDLERS,)),
    # Nobody detects an overlap knowingly, and the last of several votes settles it for all.
    Telling(clue.OverlapAlertDetected, "overlap_detected", (_ALERTED,), tells_actor=True),
    Telling(clue.OverlapAlertResolved, "overlap_resolved", (_ALERTED,), tells_actor=True),
    Telling(
        deliberation.ConsultationScheduled,
        "consultation_scheduled",
        (To(Relation.UNIT, "convener_unit", WORKERS), To(Relation.UNIT, "participant_units", WORKERS)),
    ),
    Telling(
        deliberation.ConsultationConcluded,
        "consultation_concluded",
        (To(Relation.UNIT, "convener_unit", WORKERS), To(Relation.UNIT, "participant_units", WORKERS)),
    ),
    Telling(
        deliberation.AdviceServed,
        "advice_served",
        (To(Relation.UNIT, "addressed_unit", WORKERS), To(Relation.OUTCOME, "addressed_unit", WORKERS)),
    ),
    Telling(deliberation.AdviceReplied, "advice_replied", (To(Relation.UNIT, "issuing_unit", WORKERS),)),
    Telling(pool.SecondmentRequested, "secondment_requested", (_LENDERS,)),
    Telling(
        pool.SecondmentApproved,
        "secondment_approved",
        (
            To(Relation.AREA, "home_units", POOL_MANAGERS, when=_all_agreed),
            ToOrigin("request_ref", otherwise=_BORROWER.otherwise, when=_all_agreed),
        ),
    ),
    Telling(pool.SecondmentRefused, "secondment_refused", (_POOL, _BORROWER)),
    Telling(pool.SecondmentActivated, "secondment_activated", (_SEATS, _LENDERS)),
    Telling(pool.SecondmentRecalled, "secondment_recalled", (To(Relation.MEMBER, "freed"), _LENDERS, _BORROWER)),
    Telling(pool.SecondmentExtended, "secondment_extended", (_SEATS, _LENDERS)),
    Telling(pool.SecondmentEnded, "secondment_ended", (_SEATS, _LENDERS, _BORROWER)),
    Telling(inspection.TeamAuthorised, "team_authorised", (_TEAM, _OFFICE)),
    Telling(inspection.TeamRefused, "team_refused", (_OFFICE,)),
    Telling(inspection.TeamEntered, "team_entered", (_TEAM, _OFFICE)),
    Telling(inspection.TeamClosed, "team_closed", (_TEAM, _OFFICE)),
    Telling(
        inspection.FindingHandedOver,
        "finding_handed_over",
        (To(Relation.UNIT, "office_unit", INSPECTION_OFFICE, when=_became_clue),),
    ),
    Telling(
        inspection.RectificationAssigned,
        "rectification_assigned",
        (_MENDER, To(Relation.OUTCOME, "unit_code", WORKERS)),
    ),
    Telling(inspection.RectificationSubmitted, "rectification_submitted", (_OFFICE,)),
    Telling(inspection.RectificationReturned, "rectification_returned", (_MENDER,)),
    Telling(inspection.RectificationSignedOff, "rectification_signed_off", (_MENDER, _OFFICE)),
    Telling(
        inspection.MatterDecided,
        "supervision_matter_decided",
        (To(Relation.UNIT, "lead_unit", WORKERS), To(Relation.UNIT, "co_units", WORKERS)),
    ),
)
TELLINGS: Mapping[str, Telling] = MappingProxyType({row.event.type: row for row in TABLE})

ORIGINS: Mapping[str, str] = MappingProxyType(
    {inspection.FindingRecorded.type: "finding", inspection.TeamProposed.type: "team"}
)
"""Events from which the inspection office behind a reference ``finding:<id>`` or ``team:<id>`` is known."""


def origin_refs(event: Event) -> list[str]:
    """The references whose inspection office this event's audience needs."""
    cells = [cell for cell in TELLINGS[event.type].to if isinstance(cell, ToOrigin)]
    return [str(ref) for cell in cells if (ref := getattr(event, cell.field)) is not None]


def audience(event: Event, offices: Mapping[str, str]) -> list[Address]:
    """The addresses of an event's notice; ``offices`` is what is known of ``origin_refs``."""
    within = getattr(event, "commission", None) if getattr(event, "overlap_policy", None) == "silent" else None
    found: dict[Address, None] = {}
    for cell in TELLINGS[event.type].to:
        if cell.when(event):
            found.update(dict.fromkeys(_addresses(event, cell, offices, within)))
    return list(found)


def _addresses(event: Event, cell: To | ToOrigin, offices: Mapping[str, str], within: str | None) -> Iterator[Address]:
    if isinstance(cell, ToOrigin):
        office = offices.get(str(getattr(event, cell.field)))
        if office is not None:
            yield Address(Relation.UNIT, office, INSPECTION_OFFICE, office, within)
        elif cell.otherwise is not None:
            yield from _addresses(event, cell.otherwise, offices, within)
        return
    for target in _values(event, cell.field):
        if cell.relation in PERSONAL:
            unit = next(iter(_values(event, cell.unit_field)), None) if cell.unit_field else None
        else:
            unit = target
        yield Address(cell.relation, target, cell.roles, unit, within)


def _values(event: Any, field: str) -> list[str]:
    if field == "cadre_ids":
        people = event.members if isinstance(event, inspection.TeamEvent) else event.seats
        return [str(one.cadre_id) for one in people]
    value = getattr(event, field)
    return [str(one) for one in value] if isinstance(value, tuple) else [] if value is None else [str(value)]


def units_reached(relation: Relation, target: str, within: str | None, tree: UnitTree) -> frozenset[str]:
    """The units whose role holders an impersonal address means, as the directory stands."""
    units = _units_of(relation, target, tree)
    return frozenset(unit for unit in units if within is None or tree.commission(unit) == within)


def _units_of(relation: Relation, target: str, tree: UnitTree) -> Iterable[str]:
    match relation:
        case Relation.UNIT:
            return [target]
        case Relation.CASE_OFFICE:
            commission = tree.commission(target)
            offices = (unit for unit in tree if unit.parent_code == commission and unit.unit_type in _CASE_OFFICES)
            return [commission, *(unit.code for unit in offices)]
        case Relation.LEADERSHIP:
            return [target, tree.commission(target)]
        case Relation.OUTCOME:
            office = tree.linked_office(target)
            return [*([office] if office else []), *tree.dispatched_groups(target)]
        case Relation.AREA:
            above = set(tree.superiors(target))
            return [unit.code for unit in tree if unit.code in above or unit.parent_code in above]
        case Relation.MEMBER | Relation.PERSON:
            return []
