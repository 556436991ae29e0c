"""From recipients as they are named to those who have to acknowledge."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.directory import UnitTree
from chassis.errors import FieldError, Invalid, Text
from chassis.uow import Uow

from notification_service.briefings import repository
from notification_service.briefings.domain import MOST_RECIPIENTS, Origin
from notification_service.briefings.errors import TooManyRecipients
from notification_service.briefings.policy import levels_above, reach_of
from notification_service.briefings.schemas import RecipientIn

_OUT_OF_REACH = Text("不在本级通报范围内", "Is outside the area that the issuer's commission answers for")
_UNKNOWN = Text("人员不在目录中，或没有单位", "Nobody of this identifier is in the directory, or they have no unit")
_HELD_BY_NOBODY = Text("该角色目前无人担任", "Nobody who is cleared holds this role")
_NOT_CLEARED = Text("该人员的知悉范围低于通报密级", "This person is not cleared for the secrecy of the briefing")


async def resolve(
    uow: Uow,
    tree: UnitTree,
    issuing_unit: str,
    secrecy_level: str,
    named: Sequence[RecipientIn],
    *,
    lets_go: bool = False,
) -> list[dict[str, Any]]:
    """Recipients as rows, each person and each unit once. Units are known to the tree.

    Raises Invalid where somebody is unknown, out of reach or not cleared, or where a role is held by nobody; with
    ``lets_go`` these are left out instead. Raises TooManyRecipients.
    """
    enough = levels_above(secrecy_level)
    people = await repository.list_people(uow.session, [one.person for one in named if one.person is not None])
    reach = reach_of(issuing_unit, tree)
    wrong: list[FieldError] = []
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for at, one in enumerate(named):
        refused = _refused(tree, reach, one, people, enough)
        found = [] if refused is not None else await _rows_of(uow, tree, one, people, enough)
        if not found:
            pointer, code, message = refused or ("", "held_by_nobody", _HELD_BY_NOBODY)
            wrong.append(FieldError(f"/recipients/{at}{pointer}", code, message))
        for row in found:
            rows.setdefault(("person", row["sub"]) if row["sub"] is not None else ("unit", row["unit"]), row)
        if len(rows) > MOST_RECIPIENTS:
            raise TooManyRecipients(members={"most": MOST_RECIPIENTS})
    if wrong and not lets_go:
        raise Invalid(errors=wrong)
    return list(rows.values())


async def _rows_of(
    uow: Uow, tree: UnitTree, one: RecipientIn, people: Mapping[str, repository.Person], enough: Sequence[str]
) -> list[dict[str, Any]]:
    if one.person is not None:
        return [_row(Origin.PERSON, one.person, people[one.person].unit)]
    assert one.unit is not None  # the schema says so
    if one.role is None:
        return [_row(Origin.UNIT, None, one.unit)]
    units = [unit.code for unit in tree if tree.is_within(unit.code, one.unit)] if one.below else [one.unit]
    holders = await repository.list_holders(uow.session, units, [one.role], enough)
    return [_row(Origin.ROLE, holder.sub, holder.unit) for holder in holders]


def _row(origin: Origin, sub: str | None, unit: str | None) -> dict[str, Any]:
    return {"origin": origin.value, "sub": sub, "unit": unit}


def _refused(
    tree: UnitTree, reach: str, one: RecipientIn, people: Mapping[str, repository.Person], enough: Sequence[str]
) -> tuple[str, str, Text] | None:
    """Why somebody cannot be a recipient: field, code and message."""
    unit = one.unit
    if one.person is not None:
        person = people.get(one.person)
        if person is None or person.unit is None:
            return "/person", "unknown_person", _UNKNOWN
        if person.clearance not in enough:
            return "/person", "not_cleared", _NOT_CLEARED
        unit = person.unit
    return None if unit is not None and tree.is_within(unit, reach) else ("", "out_of_reach", _OUT_OF_REACH)
