"""Which links of the batch people are asked about, what leaves the database for it, and when a night's run is due."""

import stat
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from clue_service.corpus.generate import Corpus
from clue_service.matching.domain import prepare
from clue_service.matching.prepared import ClueText
from clue_service.reclusterings.domain import COLUMNS, Digests, KnownPair, Link, links_to_ask, rows_of
from clue_service.reclusterings.export import ExportFile, export_folder, parent_folder
from clue_service.reclusterings.nightly import is_due

A, B, C, D, E = (UUID(int=number) for number in range(1, 6))


def asked(links: list[tuple[UUID, UUID]], known: list[KnownPair], matters: list[list[UUID]]) -> list[set[UUID]]:
    made = [Link(0.99 - number / 100, one, other) for number, (one, other) in enumerate(links)]
    return [{link.one, link.other} for link in links_to_ask(made, known, matters, 10)]


def test_a_link_that_nobody_knows_is_asked_once_however_many_say_the_same() -> None:
    assert asked([(A, B), (B, C), (A, C)], [], []) == [{A, B}, {B, C}]


def test_what_a_confirmed_matter_holds_together_is_not_asked() -> None:
    assert asked([(A, B), (B, C)], [], [[A, B, C]]) == []


def test_two_matters_are_asked_about_by_their_surest_link_alone() -> None:
    assert asked([(A, C), (B, D)], [], [[A, B], [C, D]]) == [{A, C}]


@pytest.mark.parametrize("decision", [None, "unsure", "same"])
def test_a_pair_that_was_found_before_is_not_asked_again(decision: str | None) -> None:
    assert asked([(A, B)], [KnownPair(A, B, decision)], []) == []


def test_a_pair_decided_different_is_not_asked_again_also_through_others_of_the_two_matters() -> None:
    known = [KnownPair(A, C, "different")]
    assert asked([(A, C), (B, D), (B, C), (D, E)], known, [[A, B], [C, D]]) == [{D, E}]


def test_what_is_apart_stays_apart_when_groups_grow() -> None:
    assert asked([(A, B), (C, D), (B, D)], [KnownPair(A, C, "different")], []) == [{A, B}, {C, D}]


def test_no_more_is_asked_than_allowed_the_surest_first() -> None:
    links = [Link(0.95, C, D), Link(0.99, A, B)]
    assert links_to_ask(links, [], [], 1) == [links[1]]


def test_the_export_holds_numbers_only_and_other_ones_in_every_run() -> None:
    prepared = [prepare(ClueText.of_body(body)) for body in Corpus(3).clues(40)]
    one, other = Digests(b"a" * 16), Digests(b"b" * 16)
    rows = [row for number, clue in enumerate(prepared) for row in rows_of(clue, number, None, one)]
    assert {frozenset(row) | {"unique_id"} for row in rows} == {frozenset(COLUMNS)}
    values = [value for row in rows for value in row.values() if value is not None]
    assert all(isinstance(value, int) or all(isinstance(one, int) for one in value) for value in values)
    again = [row for number, clue in enumerate(prepared) for row in rows_of(clue, number, None, other)]
    names = {row["name"] for row in rows} - {None}
    assert names
    assert names.isdisjoint({row["name"] for row in again})


def test_the_export_is_for_this_user_alone_and_leftovers_of_a_killed_run_go(tmp_path: Path) -> None:
    with export_folder(tmp_path, "db") as (folder, leftovers):
        assert leftovers == 0
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with ExportFile(folder / "clues.parquet") as file:
            file.write([dict.fromkeys(COLUMNS)])
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
        folder.rename(folder.with_name(folder.name + "left"))  # as if this run had been killed
        folder.mkdir()
    with export_folder(tmp_path, "another database") as (_, leftovers):
        assert leftovers == 0
    with export_folder(tmp_path, "db") as (_, leftovers):
        assert leftovers == 1
    assert list(tmp_path.iterdir()) == []
    assert parent_folder(str(tmp_path)) == tmp_path


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("23T01:59", None, False),
        ("23T02:00", None, True),
        ("23T03:00", "22T02:00", True),
        ("23T23:00", "23T02:00", False),
    ],
)
def test_a_run_is_due_once_a_night_from_the_hour_on(now: str, last: str | None, due: bool) -> None:
    def instant(written: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-{written}").replace(tzinfo=UTC)

    assert is_due(instant(now), instant(last) if last else None, 2) is due
