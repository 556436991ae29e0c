"""Whatever breaks in the middle of an import, no row is lost and none is stored twice."""

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from chassis.service import Resources
from chassis.settings import PlatformSettings
from chassis.testing.harness import Harness
from chassis.testing.tables import as_csv
from clue_service.access.row_security import engine_session
from clue_service.clue_imports import worker
from sqlalchemy import text

OFFICER = "officer@pet-dh"


@pytest.fixture
def service_settings(service_settings: PlatformSettings, tmp_path: Path) -> PlatformSettings:
    """With a key ring that another process can open."""
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"current": "k1", "keys": {"k1": base64.b64encode(bytes(32)).decode()}}))
    return service_settings.model_copy(update={"keys_file": str(file)})


@pytest.fixture
def begin(call: Any, ledger: Any) -> Callable[[int], Awaitable[str]]:
    """``await begin(40)`` → the id of an import whose work waits."""

    async def send(count: int) -> str:
        kind = {"Content-Type": "text/csv"}
        answer = await call(OFFICER, "POST", "/v1/clue-imports", headers=kind, content=as_csv(ledger(count)))
        assert answer.status_code == 202
        return str(answer.json()["id"])

    return send


async def is_whole(call: Any, resources: Resources, import_id: str, count: int) -> None:
    told = (await call(OFFICER, "GET", f"/v1/operations/{import_id}")).json()
    assert (told["status"], told["progress"]) == ("succeeded", {"done": count, "total": count})
    assert [told["result"][name] for name in ("created", "known", "refused")] == [count, 0, 0]
    async with engine_session(resources) as session:
        refs = sorted(await session.scalars(text("select origin_ref from clue")))
        numbers = sorted(await session.scalars(text("select clue_no from clue")))
        events = sorted(await session.scalars(text("select aggregate_id from outbox")))
        entries = sorted(await session.scalars(text("select object_id from audit_entry where action = 'register'")))
        ids = sorted(await session.scalars(text("select id::text from clue")))
    assert refs == sorted(f"l:{n}" for n in range(count))
    assert numbers == [f"cdi-dh-2026-{n:06d}" for n in range(1, count + 1)]
    assert events == entries == ids


PROCESS = """
import asyncio, sys
from chassis.jobs import JobRunner
from chassis.service import build_resources
from chassis.settings import PlatformSettings
from clue_service.clue_imports import worker
from clue_service.main import SERVICE

worker.BATCH = 20
store = worker.store_rows

async def told(*given):
    done = await store(*given)
    print("stored", flush=True)
    return done

worker.store_rows = told

async def main():
    resources = build_resources(SERVICE, PlatformSettings())
    await JobRunner(resources, dict(SERVICE.jobs)).run_due()

asyncio.run(main())
"""


async def start_worker(settings: PlatformSettings) -> asyncio.subprocess.Process:
    given = {
        "HELI_ENVIRONMENT": "local",
        "HELI_DATABASE_URL": settings.database_url.get_secret_value(),
        "HELI_KEYS_FILE": settings.keys_file,
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROCESS), env={**os.environ, **given}, stdout=asyncio.subprocess.PIPE
    )


async def test_a_worker_killed_in_the_middle_leaves_nothing_out_and_nothing_double(
    call: Any, resources: Resources, service_settings: PlatformSettings, harness: Harness, begin: Any
) -> None:
    import_id = await begin(400)
    process = await start_worker(service_settings)
    assert process.stdout is not None
    async with asyncio.timeout(60):
        for _ in range(3):
            assert await process.stdout.readline() == b"stored\n"
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    told = (await call(OFFICER, "GET", f"/v1/operations/{import_id}")).json()
    assert told["status"] == "running"
    assert 40 <= told["progress"]["done"] < 400
    assert await harness.run_jobs() == 0  # the dead worker's lease
    async with resources.database.sessions.begin() as session:
        await session.execute(text("update job set locked_until = now() - interval '1 second'"))
    await harness.run_jobs()
    await is_whole(call, resources, import_id, 400)


async def test_two_workers_with_one_import_do_not_double_it(
    call: Any, resources: Resources, monkeypatch: pytest.MonkeyPatch, begin: Any
) -> None:
    monkeypatch.setattr(worker, "BATCH", 20)
    import_id = await begin(300)
    await asyncio.gather(*(worker.import_clues(resources, {"import_id": import_id}) for _ in range(4)))
    await is_whole(call, resources, import_id, 300)


async def test_a_turn_that_is_over_hands_over_to_the_next(
    call: Any, resources: Resources, harness: Harness, monkeypatch: pytest.MonkeyPatch, begin: Any
) -> None:
    monkeypatch.setattr(worker, "BATCH", 20)
    monkeypatch.setattr(worker, "_TURN_SECONDS", 0.0)
    import_id = await begin(100)
    turns = 0
    while await harness.run_jobs():
        turns += 1
    assert turns == 6  # five of twenty rows, and the end
    await is_whole(call, resources, import_id, 100)


async def test_one_row_that_the_database_refuses_keeps_no_other_from_being_stored(
    call: Any, resources: Resources, harness: Harness, monkeypatch: pytest.MonkeyPatch, begin: Any
) -> None:
    import_id = await begin(60)
    store = worker.store_rows

    async def spoil(*given: Any) -> bool:
        done = await store(*given)
        if any(row.clue is not None and row.clue.origin_ref == "l:33" for row in given[5]):
            await given[0].session.execute(text("insert into clue_number (commission, year, last) values (null, 1, 1)"))
        return done

    monkeypatch.setattr(worker, "store_rows", spoil)
    await harness.run_jobs()
    told = (await call(OFFICER, "GET", f"/v1/operations/{import_id}")).json()
    assert [told["result"][name] for name in ("created", "refused")] == [59, 1]
    found = (await call(OFFICER, "GET", f"/v1/clue-imports/{import_id}/errors")).json()["items"]
    assert [(one["row"], one["code"]) for one in found] == [(35, "not_storable")]
    async with engine_session(resources) as session:
        assert await session.scalar(text("select max(last) from clue_number")) == 59


async def test_intake_and_imports_at_once_share_the_numbers(
    call: Any, resources: Resources, harness: Harness, register: Any, begin: Any
) -> None:
    await begin(200)
    form = {"source_code": "OTHER", "received_on": "2026-11-23", "allegations": [{"text": "一"}]}
    _, *letters = await asyncio.gather(
        harness.run_jobs(),
        *(call(OFFICER, "POST", "/v1/clues", {**form, "origin_ref": f"by-hand:{n}"}) for n in range(10)),
    )
    assert {answer.status_code for answer in letters} == {201}
    async with engine_session(resources) as session:
        numbers = sorted(await session.scalars(text("select clue_no from clue")))
    assert numbers == [f"cdi-dh-2026-{n:06d}" for n in range(1, 211)]
