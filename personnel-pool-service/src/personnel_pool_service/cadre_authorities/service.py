"""Use cases: keep a unit's rules, tell who manages whom."""

from collections.abc import Sequence
from dataclasses import asdict

from chassis.directory import UnitTree
from chassis.errors import FieldError, StaleVersion, Text, UnknownUnit
from chassis.uow import Uow

from personnel_pool_service.cadre_authorities import repository
from personnel_pool_service.cadre_authorities.domain import Authority, AuthorityRule, Holder, authority_over
from personnel_pool_service.cadre_authorities.errors import UnknownPerson
from personnel_pool_service.cadre_authorities.models import AuthorityRow
from personnel_pool_service.supervised_persons import service as persons
from personnel_pool_service.supervised_persons.domain import PersonDraft
from personnel_pool_service.units import service as units


async def write_rules(
    uow: Uow, unit_code: str, rules: Sequence[AuthorityRule], *, seen_version: int | None
) -> tuple[AuthorityRow, bool]:
    """Write all rules of a unit; what changes nothing bumps nothing.

    Raises:
        NotFound: no such unit.
        UnknownUnit, ClosedUnitNamed: a committee that is not in the directory, or no more.
        StaleVersion: the rules are not at ``seen_version``.
    """
    units.require_open(await units.get_unit(uow, unit_code))
    named = {f"/rules/{index}/committee": rule.committee for index, rule in enumerate(rules)}
    await units.require_units(uow, named, may_be_closed=())
    row = await repository.find_rules(uow.session, unit_code, lock=True)
    written = [{**asdict(rule), "posts": list(rule.posts)} for rule in rules]
    if row is None and seen_version is not None:
        raise StaleVersion
    if row is not None:
        row.require_version(seen_version)
        if row.rules == written:
            return row, False
        row.rules = written
        row.touch(uow.now)
    created = row is None
    if row is None:
        row = AuthorityRow(unit_code=unit_code, rules=written, version=1, created_at=uow.now, updated_at=uow.now)
        uow.session.add(row)
    await uow.session.flush()
    await uow.audit("write_cadre_authority", "unit", unit_code, detail={"rules": len(written)})
    return row, created


async def get_rules(uow: Uow, unit_code: str) -> AuthorityRow | None:
    """A unit's own rules, None if it never had any; raises ``NotFound`` for an unknown unit."""
    await units.get_unit(uow, unit_code)
    return await repository.find_rules(uow.session, unit_code)


async def tell(uow: Uow, tree: UnitTree, asked: Sequence[Holder | str]) -> list[Authority]:
    """Who manages each of the holders or persons (by code), in their order.

    Raises:
        UnknownUnit, UnknownPerson: name the fields.
    """
    holders = await _holders(uow, asked)
    message = Text("该单位代码不在单位目录中", "This unit code is not in the directory")
    lost = [f"/items/{index}/unit_code" for index, one in enumerate(holders) if one.unit_code not in tree]
    if lost:
        raise UnknownUnit(errors=[FieldError(pointer, "unknown_unit", message) for pointer in lost])
    above = {code for one in holders for code in tree.superiors(one.unit_code)}
    rules = {row.unit_code: rules_of(row) for row in await repository.list_rules(uow.session, above)}
    named = await units.committees_named(uow)
    return [authority_over(one, tree, rules, named.get) for one in holders]


async def _holders(uow: Uow, asked: Sequence[Holder | str]) -> list[Holder]:
    """Persons as the posts they hold, with what is on record about them."""
    found = await persons.present_persons(uow, {one for one in asked if isinstance(one, str)})
    strangers = [
        f"/items/{index}/person_code" for index, one in enumerate(asked) if isinstance(one, str) and one not in found
    ]
    if strangers:
        raise UnknownPerson(
            errors=[FieldError(pointer, "unknown_person", UnknownPerson.title) for pointer in strangers]
        )
    return [_holder_of(found[one]) if isinstance(one, str) else one for one in asked]


def _holder_of(person: PersonDraft) -> Holder:
    return Holder(person.unit_code, person.post, person.rank, person.is_top_leader, person.managing_committee)


async def hand_over(uow: Uow, committee: str, into: str) -> None:
    """A committee was merged: rules that named it name the other."""
    for row in await repository.list_naming(uow.session, committee):
        row.rules = [{**rule, "committee": into if rule["committee"] == committee else rule["committee"]}
                     for rule in row.rules]  # fmt: skip
        row.touch(uow.now)
    await uow.session.flush()


async def count_naming(uow: Uow, committee: str) -> int:
    """How many units have rules that name a committee."""
    return len(await repository.list_naming(uow.session, committee))


def rules_of(row: AuthorityRow) -> list[AuthorityRule]:
    """A row's rules as they are applied."""
    return [AuthorityRule(**{**rule, "posts": tuple(rule["posts"])}) for rule in row.rules]
