"""How people are addressed: by their relation to a unit, as the directory stands when the event arrives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chassis.directory import Unit, UnitTree
from contracts.envelope import Event

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
    OVERSIGHT = "oversight"
    """In the unit, in a unit above it, or in the commission beside it: whose leaders answer for an office."""
    AREA = "area"
    """In a unit above the unit, or in an organ of one of these: what serves the whole area."""
    PARTY = "party"
    """In the unit itself, and where that is a commission in its case management office: who acts for it."""
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
        case Relation.PARTY:
            offices = (unit for unit in tree if unit.parent_code == target == tree.commission(target))
            return [target, *(unit.code for unit in offices if unit.unit_type == "case_management_office")]
        case Relation.LEADERSHIP:
            return [target, tree.commission(target)]
        case Relation.OUTCOME:
            office = tree.linked_office(target)
            return [*([office] if office else []), *tree.dispatched_groups(target)]
        case Relation.OVERSIGHT:
            found = tree.find(target)
            beside = [] if found is None else [unit.code for unit in tree if _is_commission_of(found.parent_code, unit)]
            return [target, *tree.superiors(target), *beside]
        case Relation.AREA:
            above = set(tree.superiors(target))
            return [unit.code for unit in tree if unit.code in above or unit.parent_code in above]
        case Relation.MEMBER | Relation.PERSON:
            return []


def _is_commission_of(committee: str | None, unit: Unit) -> bool:
    return committee is not None and unit.parent_code == committee and unit.unit_type == "cdi"
