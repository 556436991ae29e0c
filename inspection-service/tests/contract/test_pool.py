"""The pool's stand-in and the real service behave alike in everything this service relies on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx2
import pytest
from chassis.http import Peer
from inspection_service.clients.errors import PeerRefused
from inspection_service.clients.pool import PoolClient, SeatChange
from inspection_service.testing.pool import PoolStandIn

TARGET, HOME = "su-coop", "sup2-xn"
PERIOD = (date(2026, 11, 24), date(2026, 12, 7))


@dataclass
class Pool:
    """A pool, real or stood in for, and how a test puts people into it."""

    client: PoolClient
    add_cadre: Callable[..., Awaitable[UUID]]
    """``add_cadre(home, kin=(name, unit))`` names a relative."""
    approve_all: Callable[[UUID], Awaitable[None]]


@pytest.fixture(params=["stand-in", "real"])
async def pool(request: pytest.FixtureRequest, open_real_pool: Any) -> AsyncIterator[Pool]:
    if request.param == "real":
        async with open_real_pool() as real:
            yield Pool(real.client, real.add_cadre, real.approve_all)
        return
    stand_in = PoolStandIn()
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=stand_in.app), base_url="http://pool.test")
    named: dict[UUID, str] = {}

    async def add(home: str, *, name: str = "测试干部", kin: tuple[str, str] | None = None) -> UUID:
        cadre_id = stand_in.add_cadre(home)
        if home == TARGET:
            stand_in.say(cadre_id, TARGET, "block")
        stand_in.apart += [(other, cadre_id) for other, known in named.items() if kin and known == kin[0]]
        named[cadre_id] = name
        return cadre_id

    async def approve(secondment_id: UUID) -> None:
        stand_in.approve_all(secondment_id)

    yield Pool(PoolClient(lambda: Peer("pool", http)), add, approve)
    await http.aclose()


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
    (before,) = await pool.client.lending_quotas(PERIOD)
    await reserve(pool, "team:1", first)
    (after,) = await pool.client.lending_quotas(PERIOD)
    assert (before.home_unit, before.members) == (HOME, 2)
    assert before.room >= 1
    assert after.room == before.room - 1


async def test_only_pairs_with_a_ground_are_told(pool: Pool) -> None:
    own, other = await pool.add_cadre(TARGET), await pool.add_cadre(HOME)
    verdicts = await pool.client.check_recusals([TARGET], [own, other])
    assert [(one.cadre_id, one.target.unit_code, one.verdict) for one in verdicts] == [(own, TARGET, "block")]


async def test_who_may_not_share_a_team_is_told_as_a_pair(pool: Pool) -> None:
    one = await pool.add_cadre(HOME, name="甲某")
    other = await pool.add_cadre(HOME, name="乙某", kin=("甲某", HOME))
    await pool.add_cadre(HOME, name="丙某")
    ((first, second),) = await pool.client.team_separations()
    assert {first, second} == {one, other}


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
