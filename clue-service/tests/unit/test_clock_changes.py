"""Pauses and extensions against dates worked out by hand; versions of rules; calendars that people wrote."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from chassis.working_days import WorkingCalendar, YearOfWork
from clue_service.deadlines.domain import (
    ASSIGNED_DOWN_REPORT,
    DISPOSITION_OPINION,
    INQUIRY_REPLY,
    RULES,
    Due,
    DueRule,
    Extension,
    Level,
    Pause,
    due_after,
    due_with,
    extension_step,
    latest_until,
    version_for,
)
from hypothesis import given
from hypothesis import strategies as st

DATA = Path(__file__).resolve().parents[1] / "data" / "hand_dated_changes.txt"


def _change(said: str) -> Pause | Extension:
    kind, _, span = said.partition(":")
    first, _, last = span.partition("..")
    if kind == "extend":
        return Extension(date.fromisoformat(first))
    return Pause(date.fromisoformat(first), date.fromisoformat(last))


def cases() -> Iterator[tuple[str, date, str, date]]:
    for line in DATA.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            rule, start, changes, due = line.split()
            yield rule, date.fromisoformat(start), changes, date.fromisoformat(due)


CASES = list(cases())


@pytest.mark.parametrize(("rule", "start", "changes", "due"), CASES)
def test_a_changed_clock_ends_on_the_day_worked_out_by_hand(rule: str, start: date, changes: str, due: date) -> None:
    assert due_with(RULES[rule], start, [_change(one) for one in changes.split(",")]) == Due(due)


def test_there_are_cases_of_every_kind() -> None:
    assert len(CASES) >= 25
    assert {RULES[rule].working_days > 0 for rule, _, _, _ in CASES} == {True, False}


@given(
    rule=st.sampled_from(sorted(RULES)),
    start=st.dates(date(2024, 1, 1), date(2026, 6, 30)),
    after=st.integers(0, 40),
    length=st.integers(0, 90),
)
def test_a_pause_never_shortens_and_ends_on_a_working_day(rule: str, start: date, after: int, length: int) -> None:
    first = start + timedelta(days=after)
    due = due_after(RULES[rule], start)
    later = due_with(RULES[rule], start, [Pause(first, first + timedelta(days=length))])
    assert later.on >= due.on
    assert due_after(DueRule("x"), later.on).on == later.on, "a day on which people work"
    if not length:
        assert later == due


OLD = DueRule("x", months=1)
NEW = DueRule("x", months=2, version=2, valid_from=date(2026, 3, 1))
BACK = DueRule("x", months=3, version=3, valid_from=date(2026, 2, 1))


@pytest.mark.parametrize(
    ("start", "versions", "counted_by"),
    [
        (date(2026, 2, 28), [OLD, NEW], 1),
        (date(2026, 3, 1), [OLD, NEW], 2),
        (date(2026, 3, 1), [OLD, NEW, BACK], 3),
        (date(2026, 2, 1), [OLD, NEW, BACK], 3),
        (date(2026, 1, 31), [OLD, NEW, BACK], 1),
    ],
)
def test_the_latest_version_that_is_valid_counts(start: date, versions: list[DueRule], counted_by: int) -> None:
    assert version_for(versions, start).version == counted_by


def test_a_written_year_comes_before_the_published_one_and_is_certain() -> None:
    rule = DueRule("x", working_days=2)
    assert due_after(rule, date(2027, 5, 6)) == Due(date(2027, 5, 10), is_provisional=True)
    year = YearOfWork(frozenset({date(2027, 5, 10)}), frozenset({date(2027, 5, 8)}))
    assert due_after(rule, date(2027, 5, 6), WorkingCalendar({2027: year})) == Due(date(2027, 5, 8))
    assert due_after(rule, date(2027, 5, 8), WorkingCalendar({2027: year})) == Due(date(2027, 5, 12))
    assert due_after(rule, date(2025, 9, 26), WorkingCalendar({2027: year})) == Due(date(2025, 9, 29))


def test_three_months_more_by_whom_it_was_assigned_to_then_only_by_the_superior() -> None:
    first, second, third = (extension_step(ASSIGNED_DOWN_REPORT, granted) for granted in (0, 1, 2))
    assert first is not None
    assert second is not None
    assert (first.level, first.months, "deputy_leader" in first.roles) == (Level.RECEIVER, 3, False)
    assert (second.level, second.months) == (Level.OWN, None)
    assert third == second
    assert latest_until(first, date(2026, 4, 7)) == date(2026, 7, 7)
    assert latest_until(second, date(2026, 7, 7)) is None
    assert extension_step(INQUIRY_REPLY, 0) is None
    assert extension_step(DISPOSITION_OPINION, 5) is not None
