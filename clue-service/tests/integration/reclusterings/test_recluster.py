"""Re-clustering on a real database: what matching missed goes to review; what was decided is not asked again."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chassis.embedded import ServiceDatabase
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.row_security import engine_session
from clue_service.candidates.models import Candidate
from clue_service.main import main
from clue_service.matching.scoring import packaged_model
from clue_service.reclusterings.errors import BatchExtraMissing, ReclusteringRunning, ReclusteringTooLong
from clue_service.reclusterings.models import Reclustering
from clue_service.reclusterings.nightly import Nightly
from clue_service.reclusterings.service import Outcome, recluster
from clue_service.reclusterings.settings import ReclusteringSettings
from sqlalchemy import select, text
from typer.testing import CliRunner

from chassis import tables


@pytest.fixture
def settings(tmp_path: Path) -> ReclusteringSettings:
    return ReclusteringSettings(recluster_folder=str(tmp_path), recluster_memory="500MB")


@contextmanager
def unseen(_title: str, _total: int | None) -> Iterator[Callable[[int], None]]:
    yield lambda _done: None


async def run(resources: Resources, settings: ReclusteringSettings) -> Outcome:
    return await recluster(resources, settings, SYSTEM, unseen)


async def pairs(resources: Resources, **where: Any) -> list[Candidate]:
    async with engine_session(resources) as session:
        return list(await session.scalars(select(Candidate).filter_by(**where).order_by(Candidate.id)))


def blind_engine(resources: Resources) -> None:
    """From here on intake finds nothing, as if its search missed every mate."""
    nothing = ((-100.0, 1e-4), (100.0, 1e-4))
    blind = replace(packaged_model(), calibration=nothing, first_calibration=nothing, supported={})
    resources.own.matcher.model = blind


def seeing_engine(resources: Resources) -> None:
    resources.own.matcher.model = packaged_model()


async def decide(resources: Resources, pair: Candidate, decision: str) -> None:
    async with resources.transactions(SYSTEM) as uow:
        row = await uow.session.get_one(Candidate, pair.id)
        row.decision = decision


async def test_what_intake_missed_goes_to_review_once_and_what_is_decided_is_not_asked_again(
    take_in: Any, call: Any, resources: Resources, settings: ReclusteringSettings, harness: Harness
) -> None:
    blind_engine(resources)
    truth = await take_in(90)
    assert await pairs(resources) == []
    seeing_engine(resources)
    outcome = await run(resources, settings)
    found = await pairs(resources)
    assert outcome.clues == 90
    assert outcome.proposed == len(found) > 10
    assert {(one.band, one.origin, one.decision) for one in found} == {("review", "batch", None)}
    assert {one.model_version for one in found} == {packaged_model().version}
    right = sum(not truth[one.clue_a].isdisjoint(truth[one.clue_b]) for one in found)
    assert right / len(found) > 0.6
    assert all(one.reasons[0]["field"] == "batch" and len(one.reasons) > 5 for one in found)
    assert all(one.probability >= 0.10 for one in found)
    shown = (await call("supervisor@cmo-dh", "GET", f"/v1/candidates/{found[0].id}")).json()
    assert (shown["band"], shown["state"], shown["matter_id"]) == ("review", "open", None)
    assert len(await harness.staged_events("clue.candidate.detected")) == len(found)
    for pair in found[::2]:
        await decide(resources, pair, "different")
    await run(resources, settings)
    assert {one.id for one in await pairs(resources, decision="different")} == {one.id for one in found[::2]}
    assert {one.id for one in await pairs(resources)} >= {one.id for one in found}
    again = [one for one in await pairs(resources) if one.id not in {known.id for known in found}]
    assert {frozenset((one.clue_a, one.clue_b)) for one in again}.isdisjoint(
        {frozenset((one.clue_a, one.clue_b)) for one in found}
    )


async def test_a_second_run_on_the_same_clues_proposes_nothing(
    take_in: Any, resources: Resources, settings: ReclusteringSettings
) -> None:
    blind_engine(resources)
    await take_in(30)
    seeing_engine(resources)
    assert (await run(resources, settings)).proposed == len(await pairs(resources)) > 0
    assert (await run(resources, settings)).proposed == 0


async def test_across_commissions_it_goes_blindly_and_a_silent_clue_tells_nobody(
    take_in: Any, call: Any, resources: Resources, settings: ReclusteringSettings, harness: Harness
) -> None:
    blind_engine(resources)
    await take_in(25, who="officer@pet-dh")
    await take_in(25, who="officer@pet-xs")
    await take_in(25, who="officer@pet-xn", overlap_policy="silent")
    seeing_engine(resources)
    await run(resources, settings)
    across = await pairs(resources, is_across=True, origin="batch")
    assert len(across) > 5
    events = await harness.staged_events("clue.overlap_alert.detected")
    told = {commission for event in events for commission in event.data["commissions"]}
    assert told == {"cdi-dh", "cdi-xs"}
    silent = (await call("supervisor@cmo-xn", "GET", "/v1/overlap-alerts")).json()["items"]
    assert silent == []
    seen = (await call("supervisor@cmo-dh", "GET", "/v1/overlap-alerts")).json()["items"]
    assert seen
    assert "cdi-xn" not in json.dumps([alert["commissions"] for alert in seen])


async def test_the_export_is_audited_and_gone_and_the_run_is_on_record(
    city: None, resources: Resources, settings: ReclusteringSettings, tmp_path: Path
) -> None:
    await run(resources, settings)
    assert os.listdir(tmp_path) == []
    async with resources.database.sessions() as session:
        (kept,) = await session.scalars(select(Reclustering))
        query = select(tables.audit_entry).where(tables.audit_entry.c.object_type == "reclustering")
        entries = [(row.action, row.object_id) for row in await session.execute(query)]
    assert (kept.state, kept.counts["clues"]) == ("done", 0)
    assert entries == [("export", str(kept.id)), ("erase_export", str(kept.id))]


async def test_one_run_at_a_time(city: None, resources: Resources, settings: ReclusteringSettings) -> None:
    async with resources.database.engine.connect() as other:
        await other.execute(text("select pg_advisory_lock(hashtextextended('clue:recluster', 0))"))
        with pytest.raises(ReclusteringRunning):
            await run(resources, settings)
        await other.execute(text("select pg_advisory_unlock_all()"))


async def test_a_run_beyond_its_time_proposes_nothing_and_leaves_nothing(
    take_in: Any, resources: Resources, settings: ReclusteringSettings, tmp_path: Path
) -> None:
    blind_engine(resources)
    await take_in(40)
    seeing_engine(resources)
    with pytest.raises(ReclusteringTooLong):
        await run(resources, settings.model_copy(update={"recluster_minutes": 0.02}))
    assert await pairs(resources) == []
    assert os.listdir(tmp_path) == []
    async with resources.database.sessions() as session:
        assert [row.state for row in await session.scalars(select(Reclustering))] == ["failed"]
        actions = select(tables.audit_entry.c.action).where(tables.audit_entry.c.object_type == "reclustering")
        assert (await session.scalars(actions)).all()[-1] == "erase_export"


async def test_the_command_reports_and_says_what_is_missing(
    city: None, service_database: ServiceDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HELI_DATABASE_URL", service_database.app)
    monkeypatch.setenv("HELI_RECLUSTER_FOLDER", str(tmp_path))
    done = await asyncio.to_thread(CliRunner().invoke, main, ["recluster"])
    assert (done.exit_code, json.loads(done.stdout)["clues"]) == (0, 0)
    monkeypatch.setitem(__import__("sys").modules, "splink", None)
    missing = await asyncio.to_thread(CliRunner().invoke, main, ["recluster"])
    assert (missing.exit_code, str(BatchExtraMissing()) in missing.stderr) == (1, True)


async def test_the_worker_starts_one_run_a_night_where_that_is_wanted(
    city: None,
    resources: Resources,
    service_database: ServiceDatabase,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    nightly = Nightly()
    await nightly.start_if_due(resources)
    assert nightly._running is None  # off unless it is wanted
    monkeypatch.setenv("HELI_DATABASE_URL", service_database.app)
    monkeypatch.setenv("HELI_RECLUSTER_FOLDER", str(tmp_path))
    monkeypatch.setenv("HELI_RECLUSTER_NIGHTLY", "true")
    await nightly.start_if_due(resources)
    assert nightly._running is not None
    assert await asyncio.wait_for(nightly._running.wait(), 60) == 0
    await nightly.start_if_due(resources)
    assert nightly._running is None
    async with resources.database.sessions() as session:
        assert [row.state for row in await session.scalars(select(Reclustering))] == ["done"]
