"""The clock opens every commission's half-year report: once, whatever restarts, races or sleeps."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from chassis.clock import FixedClock
from inspection_service.main import SERVICE
from inspection_service.testing.killing import Guillotine, Killed

OPEN = next(timer for timer in SERVICE.timers if timer.name == "half-year-reports")
COMMISSIONS = ["cdi-dh", "cdi-xn"]
OPENED = "inspection.coordination_report.opened"
MATTER = {
    "title": "供销系统资金监管",
    "basis": "要点",
    "theme": "fund_supervision",
    "targets": "目标",
    "scope_units": ["su-coop"],
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
}
DECISION = {"minutes_ref": "纪要", "decided_on": "2026-05-01", "lead_unit": "sup2-xn"}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 5, 10, 2, tzinfo=UTC))


@pytest.fixture
async def tick(city: Any) -> Callable[[], Any]:
    """One round of the worker's timer; the commissions have been met."""

    async def run() -> None:
        await OPEN.run(city.harness.resources)

    await run()
    return run


async def opened(city: Any) -> list[tuple[str, str]]:
    """Period and commission of every report that was said to be open, in the order they were opened."""
    return [(event.data["period"], event.data["unit_code"]) for event in await city.harness.staged_events(OPENED)]


async def reports(city: Any) -> list[Any]:
    """The reports of the city's own commission, newest first; its leaders see those of the district below too."""
    found = (await city.leader.get("/v1/coordination-reports"))["items"]
    return [report for report in found if report["unit_code"] == "cdi-xn"]


async def test_a_report_is_opened_once_its_half_year_is_over(city: Any, clock: FixedClock, tick: Any) -> None:
    clock.instant = datetime(2026, 6, 30, 16, 4, tzinfo=UTC)  # four minutes past midnight: the day still settles
    await tick()
    assert await opened(city) == []
    clock.instant = datetime(2026, 6, 30, 16, 6, tzinfo=UTC)
    for _ in range(3):
        await tick()
    assert await opened(city) == [("2026-H1", unit) for unit in COMMISSIONS]
    (report,) = await reports(city)
    assert (report["state"], report["as_of"], report["contribute_until"]) == ("drafting", "2026-06-30", "2026-07-14")
    asked = await city.leader.post("/v1/coordination-reports", {"period": "2026-H1"}, expect=200)
    assert asked["id"] == report["id"]
    event = (await city.harness.staged_events(OPENED))[1]
    assert (event.data["contributions_due_at"], event.data["due_at"]) == (
        "2026-07-14T15:59:59Z",
        "2026-07-30T15:59:59Z",
    )


async def test_whatever_time_nobody_was_there_is_caught_up_on(city: Any, clock: FixedClock, tick: Any) -> None:
    clock.instant = datetime(2027, 8, 2, 1, tzinfo=UTC)
    await tick()
    await tick()
    assert await opened(city) == [(period, one) for period in ("2026-H1", "2026-H2", "2027-H1") for one in COMMISSIONS]


async def test_a_commission_owes_no_report_from_before_its_time(city: Any, clock: FixedClock, tick: Any) -> None:
    clock.instant = datetime(2026, 7, 20, 1, tzinfo=UTC)
    await city.harness.add_units({"code": "cdi-new", "unit_type": "cdi", "parent_code": "cdi-xn", "level": "county"})
    await tick()
    assert await opened(city) == [("2026-H1", unit) for unit in COMMISSIONS]
    clock.instant = datetime(2027, 1, 2, tzinfo=UTC)
    await tick()
    assert (await opened(city))[2:] == [("2026-H2", unit) for unit in ("cdi-dh", "cdi-new", "cdi-xn")]


async def test_workers_and_people_at_the_same_moment_open_one(city: Any, clock: FixedClock, tick: Any) -> None:
    clock.instant = datetime(2026, 7, 1, 1, tzinfo=UTC)
    asking = (city.leader.send("/v1/coordination-reports", {"period": "2026-H1"}) for _ in range(4))
    answers = await asyncio.gather(*asking, *(tick() for _ in range(4)))
    assert set(answers[:4]) <= {200, 201}
    assert sorted(await opened(city)) == [("2026-H1", unit) for unit in COMMISSIONS]
    assert len(await reports(city)) == 1


@pytest.mark.parametrize("boundary", range(1, 7))
async def test_a_worker_killed_at_any_boundary_loses_and_doubles_none(
    city: Any, clock: FixedClock, tick: Any, guillotine: Guillotine, boundary: int
) -> None:
    clock.instant = datetime(2026, 7, 1, 1, tzinfo=UTC)
    guillotine.arm(boundary)
    with suppress(Killed):
        await tick()
    assert guillotine.has_fallen
    guillotine.disarm()
    await tick()
    assert await opened(city) == [("2026-H1", unit) for unit in COMMISSIONS]


async def test_an_interim_report_owes_nothing_and_the_clock_opens_its_own(
    city: Any, clock: FixedClock, tick: Any
) -> None:
    await city.leader.post("/v1/coordination-reports", {"period": "2026-H1", "as_of": "2026-05-09"}, expect=201)
    (interim,) = await city.harness.staged_events(OPENED)
    assert (interim.data["due_at"], interim.data["contributions_due_at"]) == (None, None)
    clock.instant = datetime(2026, 7, 1, 1, tzinfo=UTC)
    await tick()
    assert [one["as_of"] for one in await reports(city)] == ["2026-06-30", "2026-05-09"]


async def test_units_with_a_matter_contribute_and_see_nobody_elses_part(
    city: Any, clock: FixedClock, tick: Any
) -> None:
    handler = city.desk("handler", "sup2-xn", "handler")
    made = await handler.post("/v1/supervision-matters", MATTER, expect=201)
    await city.leader.post(f"/v1/supervision-matters/{made['id']}/decide", DECISION)
    clock.instant = datetime(2026, 7, 1, 1, tzinfo=UTC)
    await tick()
    (report,) = (await handler.get("/v1/coordination-reports"))["items"]
    assert report["author_units"] == ["sup2-xn"]
    path = f"/v1/coordination-reports/{report['id']}"
    await city.leader.post(f"{path}/contribute", {"text": "本机关情况"})
    own = await handler.post(f"{path}/contribute", {"text": "本室情况"})
    assert [one["text"] for one in own["contributions"]] == ["本室情况"]
    whole = await city.leader.get(path)
    assert [one["unit"] for one in whole["contributions"]] == ["cdi-xn", "sup2-xn"]
    told = await city.harness.staged_events("inspection.coordination_report.contributed")
    assert [event.data["unit"] for event in told] == ["cdi-xn", "sup2-xn"]
    await city.desk("other", "su-housing", "handler").get(path, expect=404)


async def test_a_report_of_the_clock_is_the_same_byte_for_byte_when_made_again(
    city: Any, clock: FixedClock, tick: Any
) -> None:
    handler = city.desk("handler", "sup2-xn", "handler")
    made = await handler.post("/v1/supervision-matters", MATTER, expect=201)
    clock.instant = datetime(2026, 12, 31, 20, tzinfo=UTC)
    await tick()
    await city.leader.post(f"/v1/supervision-matters/{made['id']}/decide", DECISION)
    for report in await reports(city):
        again = await city.leader.get(f"/v1/coordination-reports/{report['id']}/made-again")
        assert (again["is_identical"], again["digest"]) == (True, report["digest"])
        assert report["document"]["matters"]["by_state"] == {"proposed": 1}
