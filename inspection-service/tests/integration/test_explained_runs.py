"""Questions about runs over the API: why not, what if, diff, live progress, cancelling, a solver that dies."""

import asyncio
import json
import os
import signal
from typing import Any
from uuid import UUID, uuid4

import pytest
from inspection_service.assembly_runs.jobs import run_assembly
from inspection_service.resources import own_of
from sqlalchemy import text

COOP, HOUSING = "su-coop", "su-housing"


@pytest.fixture
async def planned(city: Any) -> str:
    await city.record_past()
    return str((await city.office.post("/v1/rounds", city.round_body(), expect=201))["id"])


def members(run: Any, unit: str = COOP) -> dict[str, str]:
    return {m["cadre_id"]: m["role"] for t in run["teams"] if t["unit_code"] == unit for m in t["members"]}


async def test_a_run_records_the_rule_sets_it_used(city: Any, planned: str) -> None:
    run = await city.assemble(planned)
    assert [(one["name"], one["number"]) for one in run["rules"]] == [("mobile_continuity", 1), ("weights", 1)]
    assert all(len(one["digest"]) == 64 for one in run["rules"])


async def test_why_not_names_the_personal_ground_and_nothing_more(city: Any, planned: str) -> None:
    run = await city.assemble(planned)
    body = {"cadre_id": str(city.cadres["kin"]), "unit_code": COOP}
    answer = await city.office.post(f"/v1/assembly-runs/{run['id']}/why-not", body)
    assert answer["verdict"] == "barred"
    assert {(bar["code"], bar["approver"]) for bar in answer["bars"]} == {("personal_ground", None)}
    assert answer["sentence"] == "The cadre cannot sit: a personal ground for recusal."
    query = f"cadre_id={city.cadres['kin']}&unit_code={COOP}"
    assert await city.office.get(f"/v1/assembly-runs/{run['id']}/why-not?{query}") == answer


async def test_insisting_is_priced_and_the_variant_confirms_the_price(city: Any, planned: str) -> None:
    run = await city.assemble(planned)
    absent = next(str(city.cadres[f"c{n}"]) for n in range(8) if str(city.cadres[f"c{n}"]) not in members(run))
    body = {"cadre_id": absent, "unit_code": COOP, "role": "leader"}
    answer = await city.office.post(f"/v1/assembly-runs/{run['id']}/why-not", body)
    assert (answer["verdict"], answer["is_exact"]) == ("possible", True)
    assert [one["rule"] for one in answer["breaks"]] == ["leader_took_part"]
    pins = [{"cadre_id": absent, "unit_code": COOP, "role": "leader"}]
    variant = await city.office.post(f"/v1/assembly-runs/{run['id']}/variants", {"pins": pins}, expect=202)
    assert variant["base_run_id"] == run["id"]
    await city.run_jobs()
    solved = await city.office.get(f"/v1/assembly-runs/{variant['id']}")
    assert run["objective"] - solved["objective"] == answer["points_lost"]
    diff = await city.office.get(f"/v1/assembly-runs/{variant['id']}/diff")
    assert diff["against"] == run["id"]
    assert diff["points_lost"] == answer["points_lost"]
    assert diff["unmet_added"] == [{"rule": "leader_took_part", "unit_code": COOP}]
    joined = {"cadre_id": absent, "before": None, "after": "leader"}
    assert joined in diff["teams"][0]["changes"]
    assert joined in answer["teams"][0]["changes"]


async def test_a_variant_is_asked_on_the_data_of_its_base_however_the_pool_has_changed(city: Any, planned: str) -> None:
    run = await city.assemble(planned)
    city.peers.pool.cadres.clear()
    path = f"/v1/assembly-runs/{run['id']}/variants"
    variant = await city.office.post(path, {"least_change": True}, expect=202)
    frozen = await city.office.post(path, {"frozen_teams": [COOP]}, expect=202)
    await city.run_jobs()
    for one in (variant, frozen):
        solved = await city.office.get(f"/v1/assembly-runs/{one['id']}")
        assert members(solved) == members(run)
        assert solved["objective"] == run["objective"]
        assert (await city.office.get(f"/v1/assembly-runs/{one['id']}/diff"))["seats_changed"] == 0


async def test_banning_one_with_least_change_moves_one_seat(city: Any, planned: str) -> None:
    run = await city.assemble(planned)
    out = next(cadre for cadre, role in members(run).items() if role == "member")
    body = {"bans": [{"cadre_id": out}], "least_change": True}
    variant = await city.office.post(f"/v1/assembly-runs/{run['id']}/variants", body, expect=202)
    await city.run_jobs()
    diff = await city.office.get(f"/v1/assembly-runs/{variant['id']}/diff")
    assert diff["seats_changed"] == 1
    assert diff["points_lost"] >= 0


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"frozen_teams": ["su-housing"]}, "/frozen_teams/0", "not_a_target"),
        ({"weights": {"tag": 1e12}}, "/weights/tag", "out_of_range"),
        ({"weights": {"tag": -1}}, "/weights/tag", "out_of_range"),
        ({"pins": [{"cadre_id": str(uuid4()), "unit_code": "su-housing"}]}, "/pins/0/unit_code", "not_a_target"),
    ],
)
async def test_a_variant_that_contradicts_itself_is_refused_by_field(
    city: Any, planned: str, body: Any, pointer: str, code: str
) -> None:
    run = await city.assemble(planned)
    refused = await city.office.post(f"/v1/assembly-runs/{run['id']}/variants", body, expect=422)
    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [(pointer, code)]


async def test_a_run_without_an_answer_explains_nothing(city: Any, planned: str) -> None:
    run = await city.office.post(f"/v1/rounds/{planned}/assembly-runs", expect=202)
    body = {"cadre_id": str(city.cadres["kin"]), "unit_code": COOP}
    for path, sent in (("why-not", body), ("variants", {})):
        refused = await city.office.post(f"/v1/assembly-runs/{run['id']}/{path}", sent, expect=409)
        assert (refused["code"], refused["state"]) == ("run_not_finished", "queued")
    await city.stranger.post(f"/v1/assembly-runs/{run['id']}/why-not", body, expect=404)


async def test_cancelling_a_waiting_run_ends_it_at_once_and_repeating_it_changes_nothing(
    city: Any, planned: str
) -> None:
    run = await city.office.post(f"/v1/rounds/{planned}/assembly-runs", expect=202)
    path = f"/v1/assembly-runs/{run['id']}/cancel"
    first, second = await city.office.post(path), await city.office.post(path)
    assert first == second
    assert first["status"] == "cancelled"
    await city.run_jobs()
    assert (await city.office.get(f"/v1/assembly-runs/{run['id']}"))["teams"] == []
    refused = await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt", expect=409)
    assert refused["code"] == "run_not_adoptable"


async def test_a_finished_run_cannot_be_cancelled(city: Any, planned: str) -> None:
    run = await city.assemble(planned)
    refused = await city.office.post(f"/v1/assembly-runs/{run['id']}/cancel", expect=409)
    assert (refused["code"], refused["state"]) == ("run_is_final", "succeeded")


def events(raw: str) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for block in raw.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


async def test_the_live_progress_ends_with_the_answer(city: Any, planned: str, client: Any, headers: Any) -> None:
    run = await city.office.post(f"/v1/rounds/{planned}/assembly-runs", expect=202)
    job = asyncio.create_task(city.run_jobs())
    path = f"/v1/assembly-runs/{run['id']}/progress"
    response = await client.get(path, headers=headers("office", "insp-xn", "inspection_office"))
    await job
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    assert told[0][0] == "progress"
    name, last = told[-1]
    assert (name, last["status"], last["gap"]) == ("finished", "succeeded", 0)
    await client.get(path, headers=headers("stranger", "cdi-dh", "leader"))
    assert (await client.get(path, headers=headers("stranger", "cdi-dh", "leader"))).status_code == 404


async def frozen_solver(city: Any) -> int:
    """The solver process of the run in hand, stopped so that it cannot finish first."""
    solver = own_of(city.harness.resources).solver
    async with asyncio.timeout(120):
        while not solver.process_ids:  # noqa: ASYNC110  # the pool tells nobody when a process starts
            await asyncio.sleep(0.01)
    (pid,) = solver.process_ids
    os.kill(pid, signal.SIGSTOP)
    return int(pid)


async def test_a_solver_killed_midway_ends_the_run_with_a_named_failure(city: Any, planned: str) -> None:
    run = await city.office.post(f"/v1/rounds/{planned}/assembly-runs", expect=202)
    job = asyncio.create_task(run_assembly(city.harness.resources, {"run_id": run["id"]}))
    pid = await frozen_solver(city)
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(120):
        await job
    ended = await city.office.get(f"/v1/assembly-runs/{run['id']}")
    assert (ended["status"], ended["problem"]["code"]) == ("failed", "solver_failed")
    assert "SIGKILL" in ended["problem"]["detail"]
    assert (await city.assemble(planned))["status"] == "succeeded"


async def test_a_cancelled_run_at_work_stops_and_proposes_nothing(city: Any, planned: str) -> None:
    run = await city.office.post(f"/v1/rounds/{planned}/assembly-runs", expect=202)
    job = asyncio.create_task(run_assembly(city.harness.resources, {"run_id": run["id"]}))
    pid = await frozen_solver(city)
    asked = await city.office.post(f"/v1/assembly-runs/{run['id']}/cancel")
    assert (asked["status"], bool(asked["cancel_requested_at"])) == ("running", True)
    os.kill(pid, signal.SIGCONT)
    async with asyncio.timeout(120):
        await job
    ended = await city.office.get(f"/v1/assembly-runs/{run['id']}")
    assert (ended["status"], ended["teams"]) == ("cancelled", [])


async def test_the_input_of_a_run_can_be_neither_changed_nor_removed(city: Any, planned: str) -> None:
    run = await city.assemble(planned)
    for statement in ("update assembly_input set document = ''", "delete from assembly_input"):
        async with city.harness.resources.database.sessions() as session:
            with pytest.raises(Exception, match="permission denied"):
                await session.execute(text(statement))
    async with city.harness.resources.database.sessions() as session:
        kept = await session.scalar(
            text("select length(document) from assembly_input where run_id = :id"), {"id": UUID(run["id"])}
        )
    assert kept > 100


async def test_a_run_is_followed_and_stopped_as_an_operation(
    city: Any, planned: str, client: Any, headers: Any
) -> None:
    office = headers("office", "insp-xn", "inspection_office")
    first = await client.post(f"/v1/rounds/{planned}/assembly-runs", json={}, headers=office)
    path = first.headers["location"]
    assert (first.status_code, path) == (202, f"/v1/operations/assembly-run:{first.json()['id']}")
    waiting = await city.office.get(path)
    assert (waiting["kind"], waiting["status"], waiting["result"], waiting["problem"]) == (
        "assembly_run", "queued", None, None,
    )  # fmt: skip
    stopped = await city.office.post(f"{path}/cancel")
    assert (stopped["status"], stopped["result"]) == ("cancelled", None)
    again = await client.post(f"/v1/rounds/{planned}/assembly-runs", json={}, headers=office)
    await city.run_jobs()
    path = again.headers["location"]
    done = await city.office.get(path)
    assert (done["status"], done["result"]) == ("succeeded", await city.office.get(f"/v1/assembly-runs/{done['id']}"))
    told = events((await client.get(f"{path}/events", headers=office)).text)
    assert [name for name, _ in told] == ["finished"]
    await city.stranger.get(path, expect=404)


async def test_a_start_repeated_under_its_key_answers_the_same_operation(
    planned: str, client: Any, headers: Any
) -> None:
    office = {**headers("office", "insp-xn", "inspection_office"), "Idempotency-Key": "start-1"}
    first, again = [await client.post(f"/v1/rounds/{planned}/assembly-runs", json={}, headers=office) for _ in range(2)]
    assert (again.status_code, again.headers["location"]) == (202, first.headers["location"])
    assert again.json() == first.json()
