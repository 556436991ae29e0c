"""The engine on its tables: retrieval, simultaneous intakes, restarts, erasure, and the evaluation command."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from chassis.db import Database
from chassis.embedded import EmbeddedPostgres
from clue_service.corpus.generate import Corpus
from clue_service.main import main
from clue_service.matching.cli import matching_database
from clue_service.matching.prepared import ClueText
from clue_service.matching.scoring import Band
from clue_service.matching.service import Matcher, ScoredCandidate
from clue_service.matters.domain import components
from typer.testing import CliRunner

WORDINGS = (
    "夏宁市水利局局长周明辉2022年5月在清河堤防工程中收受承包商孙立人8万元。",
    "周明辉（夏宁市水务局一把手）拿了孙立人八万元，把清河堤防工程交给他做，事情发生在2022年5月。",
    "孙立人为承包清河堤防工程，2022年5月送给水利局局长周明辉80000元。",
)


def report(number: int) -> ClueText:
    return letter(number, WORDINGS[number % 3] + f"来信第{number}封。")


def copy_of(number: int) -> ClueText:
    return letter(number, WORDINGS[number])


def letter(number: int, text: str) -> ClueText:
    unit = ("夏宁市水利局", "夏宁市水务局", "市水利局")[number % 3]
    subject = {"name": "周明辉", "unit_name": unit, "post": "局长"}
    return ClueText.of_body({"received_on": "2022-09-01", "subjects": [subject], "allegations": [{"text": text}]})


@pytest.fixture
async def database(postgres_server: EmbeddedPostgres) -> AsyncIterator[Database]:
    """Empty matching tables, once more the same ones for each test."""
    url = postgres_server.create_service_database("matching").owner
    async with matching_database(url) as made:
        yield made


async def take_in(
    matcher: Matcher, database: Database, text: ClueText, *, follow: bool = True
) -> tuple[UUID, list[ScoredCandidate]]:
    clue_id, prepared = uuid4(), matcher.prepare(text)
    async with database.sessions.begin() as session:
        await matcher.index(session, clue_id, prepared)
    async with database.sessions.begin() as session:
        if follow:
            await matcher.follow(session)
        return clue_id, await matcher.candidates(session, clue_id, prepared)


async def test_fifty_simultaneous_intakes_of_one_matter_end_as_one_cluster(database: Database) -> None:
    matchers = [Matcher(), Matcher()]  # two processes
    work = [take_in(matchers[number % 2], database, report(number)) for number in range(50)]
    outcomes = await asyncio.gather(*work)
    cluster_of = {clue_id: clue_id for clue_id, _ in outcomes}
    for clue_id, found in outcomes:
        for one in found:
            if one.band is Band.LIKELY:
                old, new = cluster_of[clue_id], cluster_of[one.clue_id]
                cluster_of = {clue: new if cluster == old else cluster for clue, cluster in cluster_of.items()}
    assert len(set(cluster_of.values())) == 1
    assert not any(one.clue_id == clue_id for clue_id, found in outcomes for one in found)


async def test_fifty_copies_of_three_wordings_that_are_all_stored_before_any_is_searched_for_end_as_one_cluster(
    database: Database,
) -> None:
    matcher = Matcher()
    prepared = {uuid4(): matcher.prepare(copy_of(number % 3)) for number in range(50)}
    async with database.sessions.begin() as session:
        for clue_id, clue in prepared.items():
            await matcher.index(session, clue_id, clue)
    async with database.sessions.begin() as session:
        found = {clue_id: await matcher.candidates(session, clue_id, clue) for clue_id, clue in prepared.items()}
    pairs = [(clue_id, one.clue_id) for clue_id, all_of in found.items() for one in all_of if one.band != Band.NONE]
    assert len(components(list(prepared), pairs)) == 1
    assert all(len([one for one in all_of if one.band != Band.NONE]) == 49 for all_of in found.values())


async def test_a_process_that_has_not_counted_the_others_clues_yet_finds_them_all_the_same(database: Database) -> None:
    one, other = Matcher(), Matcher()
    told = "清河堤防上的石料以次充好，监理视而不见，雨季一到就塌了三十米，没有人来修。"
    plain = {"received_on": "2022-09-01", "subjects": [], "allegations": [{"text": told}]}
    for text in (report(0), ClueText.of_body(plain)):  # the second has no keys but those of its words
        known, _ = await take_in(one, database, text, follow=False)
        _, found = await take_in(other, database, text, follow=False)
        assert found[0].clue_id == known
        assert found[0].probability > 0.5
    assert (one.clues_counted, other.clues_counted) == (2, 2)


async def test_a_process_that_starts_later_finds_what_was_stored_before(database: Database) -> None:
    first = Matcher()
    known, _ = await take_in(first, database, report(0))
    async with database.sessions.begin() as session:
        await first.save_frequencies(session)
    also_known, _ = await take_in(first, database, report(1))
    later = Matcher()
    async with database.sessions() as session:
        await later.start(session)
    _, found = await take_in(later, database, report(2))
    assert {one.clue_id for one in found if one.band is Band.LIKELY} == {known, also_known}


async def test_indexing_again_replaces_and_forgetting_erases(database: Database) -> None:
    matcher = Matcher()
    clue_id, _ = await take_in(matcher, database, report(0))
    async with database.sessions.begin() as session:
        await matcher.index(session, clue_id, matcher.prepare(report(1)))
    other, found = await take_in(matcher, database, report(2))
    assert [one.clue_id for one in found] == [clue_id]
    async with database.sessions.begin() as session:
        await matcher.forget(session, clue_id)
    _, found = await take_in(matcher, database, report(3))
    assert [one.clue_id for one in found] == [other]


async def test_a_thousand_identical_letters_stay_quick_and_are_found(database: Database) -> None:
    matcher = Matcher()
    prepared = matcher.prepare(report(0))
    async with database.sessions.begin() as session:
        for _ in range(1_000):
            await matcher.index(session, uuid4(), prepared)
    started = asyncio.get_running_loop().time()
    _, found = await take_in(matcher, database, report(0))
    assert asyncio.get_running_loop().time() - started < 2
    assert len(found) == 50
    assert all(one.band is Band.LIKELY for one in found)


def test_the_evaluation_command_measures_and_writes_both_files(tmp_path: Path) -> None:
    clues = Corpus(9, "unseen").clues(120)
    file, pairs, candidates = (tmp_path / name for name in ("clues.jsonl", "pairs.jsonl", "candidates.jsonl"))
    file.write_text("".join(json.dumps(clue, ensure_ascii=False) + "\n" for clue in clues), encoding="utf-8")
    arguments = ["evaluate-matching", str(file), "--pairs-out", str(pairs), "--candidates-out", str(candidates)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    measured = json.loads(result.stdout)
    assert list(measured) == [
        "clues", "true_pairs", "pair_precision", "pair_recall", "pair_f1", "bcubed_f1", "intake_recall", "false_alarm",
        "likely_precision", "likely_recall", "review_pairs_per_clue", "retrieval_recall", "p50_ms", "p99_ms",
    ]  # fmt: skip
    assert measured["clues"] == 120
    assert measured["pair_f1"] > 0.8
    order = {clue["id"]: number for number, clue in enumerate(clues)}
    ranked = [json.loads(line) for line in candidates.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in ranked] == list(order)
    assert all(order[other] < order[line["id"]] for line in ranked for other in line["ranked"])
    scored = [json.loads(line) for line in pairs.read_text(encoding="utf-8").splitlines()]
    assert scored
    assert all(0.01 <= line["probability"] <= 1 for line in scored)


def test_without_truth_the_measures_are_null_and_the_files_are_written(tmp_path: Path) -> None:
    file, candidates = tmp_path / "clues.jsonl", tmp_path / "candidates.jsonl"
    bodies = [{key: value for key, value in clue.items() if key != "matter_ids"} for clue in Corpus(9).clues(20)]
    file.write_text("".join(json.dumps(body) + "\n" for body in bodies), encoding="utf-8")
    result = CliRunner().invoke(main, ["evaluate-matching", str(file), "--candidates-out", str(candidates)])
    assert result.exit_code == 0, result.output
    measured = json.loads(result.stdout)
    assert measured.pop("clues") == 20
    assert measured.pop("p50_ms") > 0
    assert measured.pop("p99_ms") > 0
    assert set(measured.values()) == {None}
    assert len(candidates.read_text(encoding="utf-8").splitlines()) == 20
