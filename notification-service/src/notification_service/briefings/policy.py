"""Who may draft a briefing, whom it may reach, what a caller is in one; in SQL: ``repository.visible_to``."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol, cast

from chassis.directory import UnitTree
from chassis.identity import CLEARANCES, Clearance, Principal

from notification_service.briefings.domain import OUT, STAFF, Kind, Part
from notification_service.notices.roles import LEADERS

_COMMISSION = frozenset({"cdi", "university_cdi"})
_CASE_HANDLING = _COMMISSION | {
    "case_management_office", "supervision_office", "investigation_office", "dispatched_group", "unit_discipline_body",
}  # fmt: skip

DRAFTERS: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        Kind.PETITION_SITUATION: _COMMISSION | {"petition_office", "case_management_office"},
        Kind.CONDUCT_SITUATION: _COMMISSION | {"conduct_office"},
        Kind.CASE_ANALYSIS: _CASE_HANDLING,
        Kind.DISPOSITION_NOTICE: _CASE_HANDLING,
        Kind.HANDLING_PROGRESS: _CASE_HANDLING,
        Kind.PUBLIC_EXPOSURE: _COMMISSION | {"conduct_office"},
    }
)
"""Kind → types of units whose staff may draft it."""


@dataclass(frozen=True)
class Reader:
    """A caller as the directory and their token show them."""

    sub: str
    unit: str | None
    staffs: str | None
    """The unit the caller acts for; None without a role that acts for one."""
    leads: frozenset[str]
    """Units whose leader the caller is: the own one, and all of the commission where it is one."""
    cleared_for: frozenset[str]


class Facts(Protocol):
    """What a decision needs to know of a briefing."""

    @property
    def state(self) -> str: ...
    @property
    def edition(self) -> int: ...
    @property
    def issuing_unit(self) -> str: ...
    @property
    def secrecy_level(self) -> str: ...
    @property
    def escalated_edition(self) -> int: ...


class Addressee(Protocol):
    """What a decision needs to know of a recipient."""

    @property
    def sub(self) -> str | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def acknowledged_edition(self) -> int: ...


def reader_of(caller: Principal, tree: UnitTree) -> Reader:
    """What a caller is to units."""
    unit = caller.unit if caller.unit in tree else None
    leads: frozenset[str] = frozenset()
    if unit is not None and caller.has_any(*LEADERS):
        leads = frozenset({unit, *(one.code for one in tree if tree.commission(one.code) == unit)})
    return Reader(
        sub=caller.sub,
        unit=unit,
        staffs=unit if caller.has_any(*STAFF) else None,
        leads=leads,
        cleared_for=frozenset(level for level in CLEARANCES if caller.is_cleared_for(level)),
    )


def levels_above(secrecy_level: str) -> tuple[str, ...]:
    """The clearances that suffice for a secrecy level."""
    return tuple(
        level for at, level in enumerate(CLEARANCES) if at >= CLEARANCES.index(cast("Clearance", secrecy_level))
    )


def kinds_of(reader: Reader, tree: UnitTree) -> list[Kind]:
    """The kinds of briefings the caller may draft."""
    unit = tree.find(reader.staffs)
    return [] if unit is None else [kind for kind, types in DRAFTERS.items() if unit.unit_type in types]


def reach_of(issuing_unit: str, tree: UnitTree) -> str:
    """The unit at or below which recipients may be: the area that the issuer's commission answers for."""
    commission = tree.commission(issuing_unit)
    found = tree.find(commission)
    return commission if found is None or found.parent_code is None else found.parent_code


def parts_in(reader: Reader, briefing: Facts, mine: Collection[Addressee]) -> frozenset[str]:
    """The caller's parts, where ``mine`` are the recipients that are the caller, the own unit or people led."""
    if briefing.secrecy_level not in reader.cleared_for:
        return frozenset()
    is_out = briefing.state in OUT
    is_open = any(one.unit in reader.leads and one.acknowledged_edition < briefing.edition for one in mine)
    parts = {
        Part.ISSUER: reader.staffs == briefing.issuing_unit,
        Part.APPROVER: briefing.issuing_unit in reader.leads,
        Part.RECIPIENT: is_out and any(is_me(reader, one) for one in mine),
        Part.OVERSEER: is_out and briefing.escalated_edition == briefing.edition and is_open,
    }
    return frozenset(part.value for part, holds in parts.items() if holds)


def is_me(reader: Reader, recipient: Addressee) -> bool:
    """Whether the caller acknowledges as this recipient."""
    if recipient.sub is not None:
        return recipient.sub == reader.sub
    return recipient.unit == reader.staffs
