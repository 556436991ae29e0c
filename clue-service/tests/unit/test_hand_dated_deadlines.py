"""Every rule against due dates worked out by hand, to the day."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from clue_service.deadlines.domain import RULES, Due, due_after

DATA = Path(__file__).resolve().parents[1] / "data" / "hand_dated.txt"


def cases() -> Iterator[tuple[str, date, date]]:
    for line in DATA.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        rule, span, due = line.split()
        first, _, last = span.partition("..")
        day, until = date.fromisoformat(first), date.fromisoformat(last or first)
        while day <= until:
            yield rule, day, date.fromisoformat(due)
            day += timedelta(days=1)


CASES = list(cases())


@pytest.mark.parametrize(("rule", "start", "due"), CASES)
def test_a_limit_ends_on_the_day_worked_out_by_hand(rule: str, start: date, due: date) -> None:
    assert due_after(RULES[rule], start) == Due(due)


def test_there_are_two_hundred_cases_and_every_rule_is_among_them() -> None:
    assert len(CASES) >= 200
    assert {rule for rule, _, _ in CASES} == set(RULES)
