"""From recipients as they are named to those who have to acknowledge."""

from collections.abc import Sequence
from typing import Any

from chassis.directory import UnitTree
from chassis.errors import FieldError, Invalid, Text, invalid_field
from chassis.uow import Uow

from notification_service.briefings import repository
from notification_service.briefings.domain import MOST_RECIPIENTS, Origin
from notification_service.briefings.errors import TooManyRecipients
from notification_service.briefings.policy import levels_above, reach_of
from notification_service.briefings.schemas import RecipientIn

_OUT_OF_REACH = Text("不在本级通报范围内", "Is outside the area that the issuer's commission answers for")
_UNKNOWN = Text("人员不在目录中，或没有单位", "Nobody of this identifier is in the directory, or they have no unit")
_NOT_CLEARED = Text("该人员的知悉范围低于通报密级", "This person is not cleared for the secrecy of the briefing")


async def resolve(
    uow: Uow, tree: UnitTree, issuing_unit: str, secrecy_level: str, named: Sequence[RecipientIn]
) -> list[dict[str, Any]]:
    """Recipients as rows, each person and each unit once. Units are known to the tree.

    Raises Invalid where somebody is unknown, out of reach or not cleared, or where a role is held by nobody;
    TooManyRecipients.
    """
    enough = levels_above(secrecy_level)
    people = await repository.list_people(uow.session, [one.person for one in named if one.person is not None])
    wrong = _wrong(tree, reach_of(issuing_unit, tree), named, people, enough)
    if wrong:
        raise Invalid(errors=wrong)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for at, one in enumerate(named):
        if one.person is not None:
            rows.setdefault(("person", one.person), _row(Origin.PERSON, one.person, people[one.person].unit))
        elif one.role is None:
            assert one.unit is not None  # the schema says so
            rows.setdefault(("unit", one.unit), _row(Origin.UNIT, None, one.unit))
        else:
            assert one.unit is not None
            units = [unit.code for unit in tree if tree.is_within(unit.code, one.unit)] if one.below else [one.unit]
            holders = await repository.list_holders(uow.session, units, [one.role], enough)
            if not holders:
                raise invalid_field(
                    f"/recipients/{at}", "held_by_nobody", "该角色目前无人担任", "Nobody who is cleared holds this role"
                )
            for holder in holders:
                rows.setdefault(("person", holder.sub), _row(Origin.ROLE, holder.sub, holder.unit))
        if len(rows) > MOST_RECIPIENTS:
            raise TooManyRecipients(members={"most": MOST_RECIPIENTS})
    return list(rows.values())


def _row(origin: Origin, sub: str | None, unit: str | None) -> dict[str, Any]:
    return {"origin": origin.value, "sub": sub, "unit": unit}


def _wrong(
    tree: UnitTree,
    reach: str,
    named: Sequence[RecipientIn],
    people: dict[str, repository.Person],
    enough: Sequence[str],
) -> list[FieldError]:
    found = []
    for at, one in enumerate(named):
        if one.person is None:
            unit = one.unit
        else:
            person = people.get(one.person)
            if person is None or person.unit is None:
                found.append(FieldError(f"/recipients/{at}/person", "unknown_person", _UNKNOWN))
                continue
            if person.clearance not in enough:
                found.append(FieldError(f"/recipients/{at}/person", "not_cleared", _NOT_CLEARED))
            unit = person.unit
        if unit is None or not tree.is_within(unit, reach):
            found.append(FieldError(f"/recipients/{at}", "out_of_reach", _OUT_OF_REACH))
    return found
