"""The pool's stand-in and the real service behave alike in everything this service relies on."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from chassis.clock import FixedClock
from chassis.embedded import ServiceDatabase
from chassis.http import Peer
from chassis.identity import Authenticator
from chassis.runtime import build_app
from chassis.service import build_resources
from chassis.settings import PlatformSettings
from chassis.testing.harness import TestIssuer
from chassis.testing.plugin import truncate_all
from inspection_service.clients.errors import PeerRefused
from inspection_service.clients.pool import PoolClient, SeatChange
from inspection_service.testing.pool import PoolStandIn
from personnel_pool_service.main import SERVICE

TARGET, HOME = "su-coop", "sup2-xn"
PERIOD = (date(2026, 11, 24), date(2026, 12, 7))


@dataclass
class Pool:
    """A pool, real or stood in for, and how a test puts people into it."""

    client: PoolClient
    add_cadre: Callable[[str], Awaitable[UUID]]
    approve_all: Callable[[UUID], Awaitable[None]]


@pytest.fixture(params=["stand-in", "real"])
async def pool(
    request: pytest.FixtureRequest, pool_database: ServiceDatabase, issuer: TestIssuer
) -> AsyncIterator[Pool]:
    if request.param == "stand-in":
        stand_in = PoolStandIn()
        http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=stand_in.app), base_url="http://pool.test")

        async def add(home: str) -> UUID:
            if home == TARGET:
                cadre_id = stand_in.add_cadre(home)
                stand_in.say(cadre_id, TARGET, "block")
                return cadre_id
            return stand_in.add_cadre(home)

        async def approve(secondment_id: UUID) -> None:
            stand_in.approve_all(secondment_id)

        yield Pool(PoolClient(lambda: Peer("pool", http)), add, approve)
        await http.aclose()
        return
    async for real in _real_pool(pool_database, issuer):
        yield real
    await truncate_all(pool_database)


async def _real_pool(database: ServiceDatabase, issuer: TestIssuer) -> AsyncIterator[Pool]:
    settings = PlatformSettings.model_validate(
        {
            "environment": "local",
            "database_url": database.app,
            "database_owner_url": database.owner,
            "issuer": issuer.name,
            "jwks_url": f"{issuer.name}/jwks.json",
        }
    )
    built = build_resources(SERVICE, settings, clock=FixedClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)))
    keys = httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer))
    authenticator = Authenticator(jwks_url=settings.jwks_url, issuer=issuer.name, audience="heli", client=keys)
    clue = httpx2.AsyncClient(transport=httpx2.MockTransport(_no_open_clue), base_url="http://clue.test")
    peers: Any = {"clue": Peer("clue", clue)}
    app = build_app(SERVICE, replace(built, authenticator=authenticator, peers=peers), with_worker=False)

    def client_of(sub: str, unit: str | None, *roles: str) -> httpx2.AsyncClient:
        headers = {"Authorization": f"Bearer {issuer.token(sub, unit=unit, roles=roles)}"}
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://pool.test", headers=headers)

    service = client_of("svc:inspection-service", None, "service")
    manager = client_of("manager", "pc-xn", "pool_manager")
    approver = client_of("approver", "pc-xn", "home_unit_approver")

    async def ask(http: httpx2.AsyncClient, method: str, path: str, body: dict[str, Any]) -> Any:
        response = await http.request(method, path, json=body)
        assert response.status_code < 300, response.text
        return response.json()

    units = (
        ("pc-xn", "party_committee", None),
        (HOME, "supervision_office", "pc-xn"),
        (TARGET, "supervised_unit", "pc-xn"),
    )
    for code, unit_type, parent in units:
        unit = {"name": code, "unit_type": unit_type, "parent_code": parent, "level": "city"}
        await ask(manager, "PUT", f"/v1/units/{code}", unit)

    async def add(home: str) -> UUID:
        body = {
            "name": "测试干部",
            "home_unit": home,
            "rank": "section_chief",
            "gender": "female",
            "party_member": True,
            "pool_kinds": ["inspection_member"],
            "work_history": [{"unit_code": home, "post": "副主任", "from": "2021-03-01", "to": None}],
        }
        return UUID((await ask(manager, "POST", "/v1/cadres", body))["id"])

    async def approve(secondment_id: UUID) -> None:
        await ask(approver, "POST", f"/v1/secondments/{secondment_id}/approve", {})

    yield Pool(PoolClient(lambda: Peer("pool", service)), add, approve)
    for http in (service, manager, approver, keys, clue):
        await http.aclose()
    await built.close()


def _no_open_clue(request: httpx2.Request) -> httpx2.Response:
    """What clue-service tells the pool about everybody."""
    asked = json.loads(request.content)["cadres"]
    return httpx2.Response(200, json={"items": [{"cadre_id": one["cadre_id"], "open_clue": False} for one in asked]})


async def reserve(pool: Pool, reference: str, *cadres: UUID) -> Any:
    members = [(cadre_id, "member") for cadre_id in cadres]
    return await pool.client.reserve(
        purpose="inspection", request_ref=reference, period=PERIOD, members=members, acting_for="office"
    )


async def test_cadres_are_listed_with_what_assembly_needs(pool: Pool) -> None:
    cadre_id = await pool.add_cadre(HOME)
    (cadre,) = await pool.client.list_cadres(PERIOD)
    assert (cadre.id, cadre.home_unit, cadre.rank, cadre.available) == (cadre_id, HOME, "section_chief", True)
    assert cadre.pool_kinds == ("inspection_member",)


async def test_a_reserved_cadre_is_not_free(pool: Pool) -> None:
    cadre_id = await pool.add_cadre(HOME)
    await reserve(pool, "team:1", cadre_id)
    (cadre,) = await pool.client.list_cadres(PERIOD)
    assert cadre.available is False


async def test_who_is_lent_takes_room_from_the_home_unit(pool: Pool) -> None:
    first, _ = await pool.add_cadre(HOME), await pool.add_cadre(HOME)
    before = await pool.client.room_to_lend(PERIOD)
    await reserve(pool, "team:1", first)
    after = await pool.client.room_to_lend(PERIOD)
    assert before[HOME] >= 1
    assert after[HOME] == before[HOME] - 1


async def test_only_pairs_with_a_ground_are_told(pool: Pool) -> None:
    own, other = await pool.add_cadre(TARGET), await pool.add_cadre(HOME)
    verdicts = await pool.client.check_recusals([TARGET], [own, other])
    assert [(one.cadre_id, one.target.unit_code, one.verdict) for one in verdicts] == [(own, TARGET, "block")]


async def test_the_same_reference_is_the_same_secondment(pool: Pool) -> None:
    cadre_id = await pool.add_cadre(HOME)
    first = await reserve(pool, "team:1", cadre_id)
    again = await reserve(pool, "team:1", cadre_id)
    assert first == again == await pool.client.get_secondment(first.id)
    assert (first.state, first.version) == ("requested", 1)
    assert [(seat.cadre_id, seat.role, seat.home_unit, seat.state) for seat in first.members] == [
        (cadre_id, "member", HOME, "requested")
    ]


async def test_who_is_taken_is_refused_by_code_and_nobody_is_held(pool: Pool) -> None:
    taken, free = await pool.add_cadre(HOME), await pool.add_cadre(HOME)
    await reserve(pool, "team:1", taken)
    with pytest.raises(PeerRefused) as refused:
        await reserve(pool, "team:2", free, taken)
    assert (refused.value.code, refused.value.status) == ("double_booked", 409)
    assert {cadre.id: cadre.available for cadre in await pool.client.list_cadres(PERIOD)} == {taken: False, free: True}


async def test_a_secondment_goes_from_consent_to_its_end_and_repeats_change_nothing(pool: Pool) -> None:
    made = await reserve(pool, "team:1", await pool.add_cadre(HOME))
    await pool.approve_all(made.id)
    assert (await pool.client.get_secondment(made.id)).state == "approved"
    for verb, state in (("activate", "active"), ("end", "ended")):
        for _ in range(2):
            told = await pool.client.settle(made.id, verb, acting_for="office")  # type: ignore[arg-type]  # a verb of the table
            assert told.state == state


async def test_a_recall_frees_everybody_and_repeats_change_nothing(pool: Pool) -> None:
    made = await reserve(pool, "team:1", await pool.add_cadre(HOME))
    for actor in ("office", "another"):
        told = await pool.client.settle(made.id, "recall", acting_for=actor)
        assert (told.state, told.holds_anybody) == ("recalled", False)
    (cadre,) = await pool.client.list_cadres(PERIOD)
    assert cadre.available is True


async def test_silent_seats_are_given_back_and_repeating_it_changes_nothing(pool: Pool) -> None:
    silent = await pool.add_cadre(HOME)
    made = await reserve(pool, "team:1", silent)
    for _ in range(2):
        told = await pool.client.give_back_silent(made.id, [silent], acting_for="office")
        assert ([seat.state for seat in told.members], told.state) == (["recalled"], "replacement_wanted")
        assert told.holds_anybody is False
    assert (await pool.client.settle(made.id, "recall", acting_for="office")).state == "recalled"


async def test_who_has_answered_keeps_the_seat(pool: Pool) -> None:
    cadre_id = await pool.add_cadre(HOME)
    made = await reserve(pool, "team:1", cadre_id)
    await pool.approve_all(made.id)
    told = await pool.client.give_back_silent(made.id, [cadre_id], acting_for="office")
    assert [seat.state for seat in told.members] == ["approved"]


async def test_an_empty_seat_is_filled_once_or_nobody_comes(pool: Pool) -> None:
    here, new, taken, *_others = [await pool.add_cadre(HOME) for _ in range(6)]  # the home unit lends half of them
    await reserve(pool, "team:other", taken)
    made = await reserve(pool, "team:1", here)
    await pool.approve_all(made.id)
    both = [SeatChange(None, new, "member"), SeatChange(None, taken, "member")]
    with pytest.raises(PeerRefused) as refused:
        await pool.client.fill_seats(made.id, both, key="plan-1", acting_for="office")
    assert refused.value.code == "double_booked"
    assert [seat.cadre_id for seat in (await pool.client.get_secondment(made.id)).members] == [here]
    for _ in range(2):
        told = await pool.client.fill_seats(made.id, both[:1], key="plan-2", acting_for="office")
        assert told.state == "requested"
        assert [(s.cadre_id, s.role, s.state) for s in told.members] == [
            (here, "member", "approved"),
            (new, "member", "requested"),
        ]


async def test_a_running_posting_exchanges_a_seat_and_goes_on(pool: Pool) -> None:
    stays, leaves, new, *_others = [await pool.add_cadre(HOME) for _ in range(6)]  # the home unit lends half of them
    made = await reserve(pool, "team:1", stays, leaves)
    await pool.approve_all(made.id)
    await pool.client.settle(made.id, "activate", acting_for="office")
    change = [SeatChange(leaves, new, "member")]
    for _ in range(2):
        freed = await pool.client.free_seats(made.id, [leaves], key="plan-1", acting_for="office")
        assert (freed.state, freed.gone) == ("active", (leaves,))
    for _ in range(2):
        told = await pool.client.fill_seats(made.id, change, key="plan-1", acting_for="office")
        assert told.state == "active"
        assert {s.cadre_id: s.state for s in told.members} == {stays: "active", new: "requested"}
    await pool.approve_all(made.id)
    told = await pool.client.get_secondment(made.id)
    assert {s.cadre_id: s.state for s in told.members} == {stays: "active", new: "active"}
    ended = await pool.client.settle(made.id, "end", acting_for="office")
    assert {s.cadre_id: s.state for s in ended.members} == {stays: "ended", new: "ended"}


@pytest.mark.parametrize("has_begun", [False, True])
async def test_the_only_member_leaves_and_another_takes_the_seat(pool: Pool, has_begun: bool) -> None:
    leaves, new, *_others = [await pool.add_cadre(HOME) for _ in range(6)]  # the home unit lends half of them
    made = await reserve(pool, "team:1", leaves)
    if has_begun:
        await pool.approve_all(made.id)
        await pool.client.settle(made.id, "activate", acting_for="office")
    freed = await pool.client.free_seats(made.id, [leaves], key="plan-1", acting_for="office")
    assert (freed.state, freed.holds_anybody) == ("active" if has_begun else "replacement_wanted", False)
    for _ in range(2):
        change = [SeatChange(leaves, new, "member")]
        told = await pool.client.fill_seats(made.id, change, key="plan-1", acting_for="office")
        assert told.state == ("active" if has_begun else "requested")
        assert {s.cadre_id: s.state for s in told.members} == {new: "requested"}
