"""The command fit-matching: from verdicts, from a file; refusals that say why."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from chassis.embedded import ServiceDatabase
from chassis.identity import SYSTEM
from chassis.service import Resources
from clue_service.access.row_security import engine_session
from clue_service.candidates.models import Candidate
from clue_service.corpus.generate import Corpus
from clue_service.main import main
from clue_service.matching.scoring import MatchModel, packaged_model
from clue_service.matching.service import Matcher
from clue_service.matching.training import FitReport
from clue_service.matching_models import fitting_runs, service
from clue_service.matching_models.verdict_pairs import read_verdicts
from sqlalchemy import select, text
from typer.testing import CliRunner, Result

MISLABELLED = 140

Command = Callable[..., Awaitable[Result]]


@pytest.fixture
def command(service_database: ServiceDatabase, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``await command("fit-matching", …)`` on the test's database."""
    monkeypatch.setenv("HELI_DATABASE_URL", service_database.app)
    monkeypatch.setenv("HELI_ENVIRONMENT", "local")

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, main, list(arguments))

    return run


async def decide_all(resources: Resources, truth: Mapping[UUID, frozenset[str]]) -> dict[str, int]:
    """Decide every open pair by the truth; how often each way."""
    counts = {"same": 0, "different": 0}
    async with resources.transactions(SYSTEM) as uow:
        for pair in await uow.session.scalars(select(Candidate)):
            same = not truth[pair.clue_a].isdisjoint(truth[pair.clue_b])
            pair.decision = "same" if same else "different"
            pair.decided_at = uow.now
            counts[pair.decision] += 1
    return counts


async def test_few_verdicts_are_refused_with_how_many_there_are(command: Command, city: None) -> None:
    result = await command("fit-matching", "--from-verdicts")
    assert result.exit_code == 3
    assert "0 pairs of one matter and 0 of different ones; 50 of each are needed" in result.stderr


async def test_verdicts_become_a_version_measured_before_and_after_on_parts_held_back(
    command: Command, take_in: Any, resources: Resources
) -> None:
    counts = await decide_all(resources, await take_in(80))
    arguments = ("--from-verdicts", "--activate", "--clues", "100", "--at-least", "5", "--by", "lin")
    result = await command("fit-matching", *arguments)
    report = json.loads(result.stdout)
    assert (report["counts"]["same"], report["counts"]["different"]) == (counts["same"], counts["different"])
    assert report["counts"]["unreadable"] == 0
    assert set(report["before"]) == set(report["after"]) == {"verdicts", "generated"}
    assert {"pair_f1", "bcubed_f1", "likely_precision"} <= report["after"]["generated"].keys()
    assert report["activated"] is (not report["objections"])
    assert result.exit_code == (1 if report["objections"] else 0)
    async with resources.transactions(SYSTEM) as uow:
        stored, packaged = await service.list_models(uow, before=None, limit=10)
    assert (stored.number, stored.fitted_by) == (report["number"], "operator:lin")
    assert (stored.status, packaged.status) == (
        ("refused", "active") if report["objections"] else ("active", "superseded")
    )
    assert stored.origin["data"] == "verdicts"
    assert "shares" not in stored.origin


async def test_a_verdict_on_a_clue_that_was_erased_is_counted_and_left_out(take_in: Any, resources: Resources) -> None:
    truth = await take_in(25)
    counts = await decide_all(resources, truth)
    async with engine_session(resources) as session:
        gone = await session.scalar(select(Candidate.clue_a))
        await session.execute(text("delete from clue_key where clue_id = :gone"), {"gone": gone})
    async with engine_session(resources) as session:
        found = await read_verdicts(session, Matcher())
    assert found.unreadable >= 1
    assert len(found.pairs) + found.unreadable == sum(counts.values())


async def test_a_worse_model_is_kept_for_people_to_see_and_not_activated(
    command: Command, city: None, resources: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"pair_f1": 0.97, "likely_precision": 0.999}

    async def spoilt(*_: Any) -> tuple[MatchModel, FitReport]:
        return packaged_model(), FitReport(before=good, after=good | {"pair_f1": 0.2}, pairs=100)

    monkeypatch.setattr(fitting_runs, "train", spoilt)
    file = tmp_path / "clues.jsonl"
    file.write_text(json.dumps(Corpus(5).clues(1)[0], ensure_ascii=False), encoding="utf-8")
    result = await command("fit-matching", str(file), "--activate", "--clues", "100")
    assert result.exit_code == 1
    assert "file:f1_lower" in result.stderr
    async with resources.transactions(SYSTEM) as uow:
        stored, packaged = await service.list_models(uow, before=None, limit=10)
    assert (stored.status, packaged.status) == ("refused", "active")
    assert "file:f1_lower" in stored.objections


async def test_a_model_learnt_from_a_file_whose_truth_is_wrong_throughout_is_not_activated(
    command: Command, city: None, resources: Resources, tmp_path: Path
) -> None:
    bodies = Corpus(5).clues(MISLABELLED)
    for body in bodies:  # whoever has one surname is one matter: clues held back agree with those learnt from
        names = [subject["name"] for subject in body["subjects"] if subject["name"]]
        body["matter_ids"] = [names[0][0] if names else body["id"]]
    file = tmp_path / "clues.jsonl"
    file.write_text("".join(json.dumps(body, ensure_ascii=False) + "\n" for body in bodies), encoding="utf-8")
    result = await command("fit-matching", str(file), "--activate", "--clues", "150")
    assert result.exit_code == 1, result.output
    assert "generated:f1_lower" in result.stderr
    assert json.loads(result.stdout)["activated"] is False
    async with resources.transactions(SYSTEM) as uow:
        stored, packaged = await service.list_models(uow, before=None, limit=10)
    assert (stored.status, packaged.status) == ("refused", "active")


async def test_a_file_without_truth_or_with_too_little_is_refused(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "clues.jsonl"
    bodies = Corpus(5).clues(30)
    file.write_text("".join(json.dumps(body) + "\n" for body in bodies), encoding="utf-8")
    few = await command("fit-matching", str(file))
    assert (few.exit_code, "of each are needed" in few.stderr) == (3, True)
    del bodies[3]["matter_ids"]
    file.write_text("".join(json.dumps(body) + "\n" for body in bodies), encoding="utf-8")
    assert (await command("fit-matching", str(file))).exit_code == 2


async def test_versions_are_listed_activated_and_retired_by_command(command: Command, city: None) -> None:
    listed = await command("matching-models", "list")
    assert [json.loads(line)["number"] for line in listed.stdout.splitlines()] == [0]
    refused = await command("matching-models", "activate", "7")
    assert (refused.exit_code, "not_found" in refused.stderr) == (1, True)
    shown = await command("matching-models", "show", "0")
    assert json.loads(shown.stdout)["status"] == "active"
    assert "move_refused" in (await command("matching-models", "retire", "0")).stderr
