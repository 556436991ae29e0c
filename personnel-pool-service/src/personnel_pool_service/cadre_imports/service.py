"""Use case of rosters: thousands of people in one transaction, each row's fate told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.keyring import KeyRing
from chassis.spreadsheets.domain import Row, split_list
from chassis.uow import Emission, Uow

from personnel_pool_service.cadre_imports import repository
from personnel_pool_service.cadre_imports.domain import COLUMNS, Known, People, Plan, Wish, plan
from personnel_pool_service.cadre_imports.reading import Reading
from personnel_pool_service.cadres import sealing
from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.domain import ACTIVE
from personnel_pool_service.cadres.events import cadre_event
from personnel_pool_service.cadres.models import CadreRow
from personnel_pool_service.file_imports.domain import CREATE, Outcome
from personnel_pool_service.file_imports.unit_names import UnitNames, unit_names
from personnel_pool_service.pool_entries import ledger
from personnel_pool_service.principals import service as principals
from personnel_pool_service.tags import service as tags
from personnel_pool_service.tags.domain import to_codes
from personnel_pool_service.units import service as units

_LISTS = ("tags", "pool_kinds")
_SIMPLE = ("name", "home_unit", "rank", "gender", "birth_date", "party_member", "native_place", "clearance")


class CadreImporter:
    """Rows to cadres. Imported by a pool manager, a new cadre is active and lendable at once."""

    kind = "cadre"
    columns = COLUMNS

    async def run(self, uow: Uow, keys: KeyRing, rows: Sequence[Row], *, apply: bool) -> list[Outcome]:
        """Decide every row's fate; with ``apply`` write all that is taken."""
        await repository.lock_rosters(uow.session)
        spellings = await tags.codes_of(uow, {tag for row in rows for tag in split_list(row.text("tags"))})
        reading = Reading(keys, await unit_names(uow), spellings, uow.clock.today())
        wishes = [reading.wish_of(row) for row in rows]
        names = {wish.given["name"] for wish in wishes if not wish.errors}
        digests = {wish.digest for wish in wishes if wish.digest is not None}
        known = await _known(uow, keys, names, digests)
        await _refuse_accounts(uow, wishes, known)
        _refuse_closed_homes(wishes, reading.units, {one.facts["home_unit"] for one in known})
        result = plan(wishes, People(known))
        if apply:
            await _create(uow, keys, result, spellings)
            await _update(uow, keys, result, spellings)
        return result.outcomes


async def _known(uow: Uow, keys: KeyRing, names: set[str], digests: set[bytes]) -> list[Known]:
    """The present cadres a roster may be about."""
    rows = await repository.list_candidates(uow.session, names, digests)
    ids = [row.id for row in rows]
    if not ids:
        return []
    histories = await repository.list_posts(uow.session, ids)
    numbers = await repository.list_digests(uow.session, ids)
    relatives = await sealing.open_relatives(uow, keys, ids)
    subs = await principals.subs_of(uow, ids)
    return [
        Known(
            row.id,
            {
                **{name: getattr(row, name) for name in _SIMPLE},
                **{name: tuple(getattr(row, name)) for name in _LISTS},
                "work_history": tuple(histories[row.id]),
                "relatives": relatives.get(row.id, ()),
                "sub": subs.get(row.id),
            },
            numbers.get(row.id),
        )
        for row in rows
    ]


async def _refuse_accounts(uow: Uow, wishes: Sequence[Wish], known: Sequence[Known]) -> None:
    """An account belongs to one cadre: a row may name its own, or one that is free."""
    owners = await principals.owners_of(uow, {wish.given["sub"] for wish in wishes if wish.given.get("sub")})
    names = {one.cadre_id: one.facts["name"] for one in known}
    for wish in wishes:
        owner = owners.get(wish.given.get("sub", ""))
        if owner is not None and names.get(owner) != wish.given["name"]:
            wish.errors.append(("sub", "account_of_another"))


def _refuse_closed_homes(wishes: Sequence[Wish], names: UnitNames, kept: set[str]) -> None:
    for wish in wishes:
        home = wish.given.get("home_unit")
        if home is not None and not names.is_active(home) and home not in kept:
            wish.errors.append(("home_unit", "closed_unit_named"))


async def _create(uow: Uow, keys: KeyRing, result: Plan, spellings: dict[str, str]) -> None:
    if not result.creates:
        return
    ids = await repository.new_ids(uow.session, len(result.creates))
    created = list(zip(ids, result.creates, strict=True))
    rows = [_row(uow, cadre_id, wish, spellings) for cadre_id, wish in created]
    await repository.insert_cadres(uow.session, rows)
    await repository.insert_posts(
        uow.session, {cadre_id: wish.given.get("work_history", ()) for cadre_id, wish in created}
    )
    await repository.store_relatives(
        uow.session,
        {
            cadre_id: sealing.sealed_relatives(keys, cadre_id, wish.given.get("relatives", ()))
            for cadre_id, wish in created
        },
    )
    await _store_numbers(uow, keys, created)
    await ledger.appoint(uow, {cadre_id: wish.given.get("pool_kinds", ()) for cadre_id, wish in created})
    await _link(uow, created)
    await _tell(uow, "pool.cadre.entered.v1", [(cadre_id, 1) for cadre_id in ids], {row["id"]: row for row in rows})
    await uow.audit_many("enter_cadre", "cadre", ids)
    by_row = {wish.row: str(cadre_id) for cadre_id, wish in created}
    for outcome in result.outcomes:
        if outcome.action == CREATE:
            outcome.key = by_row[outcome.row]


def _row(uow: Uow, cadre_id: UUID, wish: Wish, spellings: dict[str, str]) -> dict[str, Any]:
    given = wish.given
    return {
        **{name: given.get(name) for name in _SIMPLE},
        "id": cadre_id,
        "birth_date": wish.birth_date,
        "clearance": given.get("clearance", "internal"),
        "tags": list(given.get("tags", ())),
        "tag_codes": to_codes(given.get("tags", ()), spellings),
        "pool_kinds": list(given.get("pool_kinds", ())),
        "status": ACTIVE,
        "status_reason": None,
        "version": 1,
        "created_at": uow.now,
        "updated_at": uow.now,
    }


async def _update(uow: Uow, keys: KeyRing, result: Plan, spellings: dict[str, str]) -> None:
    if not result.updates:
        return
    rows = {
        row.id: row for row in await repository.lock_cadres(uow.session, [one.cadre_id for one, _, _ in result.updates])
    }
    for known, wish, changed in result.updates:
        row = rows[known.cadre_id]
        for name in changed:
            if name in _SIMPLE:
                setattr(row, name, wish.given[name])
            elif name in _LISTS:
                setattr(row, name, list(wish.given[name]))
        if "tags" in changed:
            row.tag_codes = to_codes(row.tags, spellings)
        row.touch(uow.now)
    await repository.flush(uow.session)
    changed_in = {
        name: [(known.cadre_id, wish) for known, wish, changed in result.updates if name in changed]
        for name in ("work_history", "relatives", "id_number", "pool_kinds", "sub")
    }
    await repository.replace_posts(
        uow.session, {one: wish.given["work_history"] for one, wish in changed_in["work_history"]}
    )
    await repository.store_relatives(
        uow.session,
        {one: sealing.sealed_relatives(keys, one, wish.given["relatives"]) for one, wish in changed_in["relatives"]},
    )
    await _store_numbers(uow, keys, changed_in["id_number"])
    await ledger.appoint(uow, {one: wish.given["pool_kinds"] for one, wish in changed_in["pool_kinds"]})
    for cadre_id, wish in changed_in["sub"]:
        await cadres.relink(uow, rows[cadre_id], wish.given["sub"])
    facts = {
        one: {"home_unit": row.home_unit, "status": row.status, "pool_kinds": row.pool_kinds}
        for one, row in rows.items()
    }
    await _tell(uow, "pool.cadre.changed.v1", [(one, row.version) for one, row in rows.items()], facts)
    await uow.audit_many("change_cadre", "cadre", list(rows))


async def _store_numbers(uow: Uow, keys: KeyRing, people: Sequence[tuple[UUID, Wish]]) -> None:
    await repository.store_numbers(
        uow.session,
        [
            (cadre_id, wish.digest, sealing.sealed_id_number(keys, cadre_id, wish.given["id_number"]))
            for cadre_id, wish in people
            if wish.digest is not None
        ],
    )


async def _link(uow: Uow, created: Sequence[tuple[UUID, Wish]]) -> None:
    for cadre_id, wish in created:
        if wish.given.get("sub"):
            await principals.link_cadre(uow, wish.given["sub"], cadre_id, wish.given["home_unit"])


async def _tell(
    uow: Uow, event_type: str, versions: Sequence[tuple[UUID, int]], facts: dict[UUID, dict[str, Any]]
) -> None:
    commissions: dict[str, str] = {}
    emissions = []
    for cadre_id, version in versions:
        home = facts[cadre_id]["home_unit"]
        if home not in commissions:
            commissions[home] = await units.commission(uow, home)
        row = CadreRow(
            id=cadre_id, home_unit=home, status=facts[cadre_id]["status"], pool_kinds=facts[cadre_id]["pool_kinds"]
        )
        emissions.append(Emission(cadre_event(event_type, row), cadre_id, version, commissions[home]))
    await uow.emit_many(emissions)
