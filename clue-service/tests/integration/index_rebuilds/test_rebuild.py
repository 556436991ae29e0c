"""The index is rebuilt while letters come in, also when the rebuild is killed; rows of another version harm nobody."""

import asyncio
import base64
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.embedded import ServiceDatabase
from chassis.service import Resources
from chassis.settings import PlatformSettings
from clue_service.access.row_security import engine_session
from clue_service.clues.models import Clue
from clue_service.corpus.generate import Corpus
from clue_service.index_rebuilds.service import STALE, RebuildRunning, StaleRows, rebuild_index
from clue_service.intake.engine import Engine
from clue_service.intake.texts import read_texts
from clue_service.matching import repository as matching
from clue_service.matching.models import ClueKey
from clue_service.matching.prepared import FEATURES_VERSION, dump_features, dump_grams
from clue_service.matching.service import Matcher
from sqlalchemy import func, select, text, update

Document = dict[str, Any]
Register = Callable[..., Awaitable[Document]]
OFFICER = "officer@pet-dh"


@pytest.fixture
def service_settings(service_settings: PlatformSettings, tmp_path: Path) -> PlatformSettings:
    """With a key ring that another process can open."""
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"current": "k1", "keys": {"k1": base64.b64encode(bytes(32)).decode()}}))
    return service_settings.model_copy(update={"keys_file": str(file)})


def letters(count: int) -> list[Document]:
    kept = ("source_code", "channel", "subjects", "allegations")
    bodies = Corpus(31, "fit").clues(count)
    return [{name: body[name] for name in kept} | {"received_on": "2026-11-20"} for body in bodies]


async def make_stale(resources: Resources) -> None:
    """As if another version had written what is there."""
    async with engine_session(resources) as session:
        await session.execute(update(ClueKey).values(format=FEATURES_VERSION + 1, keys=[1, 2]))
        await session.execute(text("UPDATE clue_feature SET features = '\\x00', grams = '\\x0102'"))


async def index_is_fresh(resources: Resources) -> bool:
    """Whether every clue is in the index once, as this version prepares it."""
    engine: Engine = resources.own
    tree = await resources.directory.tree()
    async with engine_session(resources) as session:
        clues = list(await session.scalars(select(Clue)))
        rows = await matching.read_rows(session, [clue.id for clue in clues])
        texts = await read_texts(session, resources.keys, clues)
        size = await session.scalar(select(func.count()).select_from(ClueKey))
    fresh = {clue.id: engine.prepare(texts[clue.id], tree) for clue in clues}
    expected = {
        clue_id: matching.IndexRow(FEATURES_VERSION, one.keys.tolist(), dump_features(one), dump_grams(one))
        for clue_id, one in fresh.items()
    }
    return rows == expected and size == len(clues)


async def start_command(settings: PlatformSettings) -> asyncio.subprocess.Process:
    given = {
        "HELI_ENVIRONMENT": "local",
        "HELI_DATABASE_URL": settings.database_url.get_secret_value(),
        "HELI_KEYS_FILE": settings.keys_file,
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from clue_service.main import main; main()", "index-matching"),
        env={**os.environ, **given},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_a_rebuild_that_is_killed_while_letters_come_in_goes_on_and_leaves_a_fresh_index(
    resources: Resources, service_settings: PlatformSettings, register: Register
) -> None:
    first, meanwhile = letters(140)[:110], letters(140)[110:]
    for body in first:
        await register(OFFICER, body)
    subject = {"name": "钟国梁", "id_number": "110101199003071234"}
    await register(OFFICER, {**first[0], "subjects": [subject]})
    await make_stale(resources)

    async def keep_registering() -> None:
        for body in meanwhile:
            await register(OFFICER, body)

    intake = asyncio.create_task(keep_registering())
    command = await start_command(service_settings)
    assert command.stderr is not None
    async with asyncio.timeout(60):
        said = await command.stderr.readline()
    assert said.startswith(b"indexed 50 of 1"), said
    os.kill(command.pid, signal.SIGKILL)
    await command.wait()
    assert not await index_is_fresh(resources)
    again = await start_command(service_settings)
    answer, errors = await again.communicate()
    await intake
    assert again.returncode == 0, errors
    outcome = json.loads(answer)
    assert outcome["was_resumed"]
    assert outcome["written"] == 111
    assert outcome["stale"] == 0
    assert await index_is_fresh(resources)


async def test_rows_of_another_version_are_passed_over_until_the_index_is_rebuilt(
    resources: Resources, register: Register, matter: tuple[Document, ...]
) -> None:
    known = await register(OFFICER, matter[0])
    await make_stale(resources)
    matcher = Matcher()
    prepared = matcher.prepare((await _texts(resources))[UUID(known["id"])])
    async with engine_session(resources) as session:
        await matcher.start(session)
        await matcher.follow(session)
        assert await matcher.candidates(session, uuid4(), prepared) == []
        assert await matching.count_stale(session) == 1
    outcome = await rebuild_index(resources, lambda _read, _total: None)
    assert (outcome.read, outcome.written, outcome.counted, outcome.stale) == (1, 1, 1, 0)
    async with engine_session(resources) as session:
        await matcher.follow(session)
        found = await matcher.candidates(session, uuid4(), prepared)
    assert [str(one.clue_id) for one in found] == [known["id"]]


async def _texts(resources: Resources) -> dict[UUID, Any]:
    async with engine_session(resources) as session:
        return await read_texts(session, resources.keys, list(await session.scalars(select(Clue))))


async def test_the_worker_writes_stale_rows_anew_and_tells_how_many_there_are(
    resources: Resources, register: Register
) -> None:
    for body in letters(60):
        await register(OFFICER, body)
    await make_stale(resources)
    worker = StaleRows()
    await worker.renew(resources)
    assert STALE.collect()[0].samples[0].value == 60
    assert await index_is_fresh(resources)
    await worker.renew(resources)
    assert STALE.collect()[0].samples[0].value == 0


async def test_a_second_rebuild_writes_nothing_and_erases_what_belongs_to_no_clue(
    resources: Resources, register: Register
) -> None:
    for body in letters(8):
        await register(OFFICER, body)
    matcher: Matcher = resources.own.matcher
    prepared = matcher.prepare((await _texts(resources)).popitem()[1])
    async with engine_session(resources) as session:
        await matcher.index(session, uuid4(), prepared)
    outcome = await rebuild_index(resources, lambda _read, _total: None)
    assert (outcome.read, outcome.written, outcome.removed) == (8, 0, 1)
    assert await index_is_fresh(resources)


async def test_running_processes_take_up_the_new_counts(resources: Resources, register: Register) -> None:
    for body in letters(5):
        await register(OFFICER, body)
    running = Matcher()
    async with engine_session(resources) as session:
        await running.start(session)
    await make_stale(resources)
    await rebuild_index(resources, lambda _read, _total: None)
    async with engine_session(resources) as session:
        await running.follow(session)
    later = Matcher()
    async with engine_session(resources) as session:
        await later.start(session)
    assert running.clues_counted == later.clues_counted == 5


async def test_two_rebuilds_at_once_are_refused(resources: Resources, service_database: ServiceDatabase) -> None:
    lock = text("SELECT pg_advisory_lock(hashtextextended('rebuild the index of matching', 0))")
    async with resources.database.engine.connect() as other:
        await other.execute(lock)
        with pytest.raises(RebuildRunning):
            await rebuild_index(resources, lambda _read, _total: None)
        await other.invalidate()
