from typing import Any

import pytest
from inspection_service.assembly_runs.jobs import resume_abandoned_runs
from inspection_service.testing.killing import Guillotine
from sqlalchemy import text

COOP = "su-coop"


async def pretend(city: Any, run_id: str, silence_s: int) -> None:
    """A worker took the run and was last heard of that long ago."""
    statement = text(
        "update assembly_run set status = 'running', heartbeat_at = now() - make_interval(secs => :s) where id = :id"
    )
    async with city.harness.resources.database.sessions.begin() as session:
        await session.execute(statement, {"s": silence_s, "id": run_id})
        await session.execute(text("update job set done_at = now()"))


@pytest.fixture
async def run_id(city: Any) -> str:
    planned = await city.office.post("/v1/rounds", city.round_body(targets=[{"unit_code": COOP}]), expect=201)
    return str((await city.office.post(f"/v1/rounds/{planned['id']}/assembly-runs", expect=202))["id"])


async def test_a_run_whose_worker_is_gone_is_taken_up_by_another(city: Any, run_id: str) -> None:
    await pretend(city, run_id, silence_s=60)
    await resume_abandoned_runs(city.harness.resources)
    await resume_abandoned_runs(city.harness.resources)  # given out once, however many workers look
    assert await city.harness.run_jobs() == 1
    assert (await city.office.get(f"/v1/assembly-runs/{run_id}"))["status"] == "succeeded"


async def test_a_run_in_good_hands_is_left_alone(city: Any, run_id: str) -> None:
    await pretend(city, run_id, silence_s=1)
    await resume_abandoned_runs(city.harness.resources)
    assert await city.harness.run_jobs() == 0
    assert (await city.office.get(f"/v1/assembly-runs/{run_id}"))["status"] == "running"


async def test_a_run_that_waited_too_long_for_the_pool_fails_by_name(city: Any, run_id: str) -> None:
    async with city.harness.resources.database.sessions.begin() as session:
        await session.execute(text("update assembly_run set queued_at = now() - interval '11 minutes'"))
    city.peers.pool_line.is_down = True
    await city.harness.run_jobs()
    run = await city.office.get(f"/v1/assembly-runs/{run_id}")
    assert (run["status"], run["problem"]["code"]) == ("failed", "peer_unavailable")
    assert run["finished_at"]


async def test_a_fault_nobody_foresaw_is_tried_again_then_named(city: Any, run_id: str, guillotine: Guillotine) -> None:
    for boundary in (3, 4):  # between taking the run and hearing from the pool
        guillotine.arm(boundary)
        await city.make_jobs_due()
        await city.harness.run_jobs()
        assert guillotine.has_fallen
    guillotine.disarm()
    assert (await city.office.get(f"/v1/assembly-runs/{run_id}"))["status"] == "queued"
    async with city.harness.resources.database.sessions.begin() as session:
        await session.execute(text("update assembly_run set queued_at = now() - interval '2 minutes'"))
    guillotine.arm(3)
    await city.make_jobs_due()
    await city.harness.run_jobs()
    guillotine.disarm()
    run = await city.office.get(f"/v1/assembly-runs/{run_id}")
    assert (run["status"], run["problem"]["code"]) == ("failed", "internal_error")


async def test_every_run_of_a_round_is_kept_and_numbered(city: Any, run_id: str) -> None:
    first = await city.office.get(f"/v1/assembly-runs/{run_id}")
    second = await city.office.post(f"/v1/rounds/{first['round_id']}/assembly-runs", {"bans": []}, expect=202)
    listed = await city.office.get(f"/v1/rounds/{first['round_id']}/assembly-runs?limit=1")
    assert [run["number"] for run in listed["items"]] == [2]
    rest = await city.office.get(f"/v1/rounds/{first['round_id']}/assembly-runs?cursor={listed['next_cursor']}")
    assert [run["id"] for run in rest["items"]] == [run_id]
    assert second["status"] == "queued"
