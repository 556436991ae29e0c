"""The eligible (person, team, role) triples as arrays, in canonical order."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.reading import LIMIT, Faults

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """One column per eligible triple, ordered by team, role, person; labels in compressed rows."""

    person: IntArray
    team: IntArray
    role: IntArray
    score: npt.NDArray[np.float64]
    label_start: IntArray
    label: IntArray

    def __len__(self) -> int:
        return len(self.person)

    @property
    def label_owner(self) -> IntArray:
        """The column each entry of ``label`` belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.label_start))


def distinct(values: IntArray) -> IntArray:
    """Each value once, ascending (numpy's own ``unique`` hashes first, which takes ten times as long on millions)."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    result: IntArray = ordered[first]
    return result


def read_columns(
    raw: Any, faults: Faults, person_of: IntArray, team_of: IntArray, role_of: IntArray, label_of: IntArray
) -> Columns:
    """Read ``eligible``; the four arrays translate indexes of the input into canonical ones.

    Notes faults and raises InvalidInstance on the first kind of them.
    """
    rows = faults.listed(raw, "/eligible")
    if set(map(type, rows)) - {list} or set(map(len, rows)) - {5}:
        bad = next(i for i, row in enumerate(rows) if not isinstance(row, list) or len(row) != 5)
        faults.note(
            f"/eligible/{bad}",
            "malformed",
            "应为 [人, 组, 角色, 分, [标签]]",
            "must be [person, team, role, score, [labels]]",
        )
        faults.stop()
    person = person_of[_indexes(rows, 0, len(person_of), faults)]
    team = team_of[_indexes(rows, 1, len(team_of), faults)]
    role = role_of[_indexes(rows, 2, len(role_of), faults)]
    score = _scores(rows, faults)
    counts, label = _labels(rows, len(label_of), faults)
    faults.stop()
    # One number per row: sorting numbers is several times as fast as sorting by three keys.
    order = np.argsort((team * max(1, len(role_of)) + role) * max(1, len(person_of)) + person, kind="stable")
    person, team, role = person[order], team[order], role[order]
    _refuse_repeats(person, team, role, order, faults)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    bits = max(1, len(label_of)).bit_length()
    entries = distinct((np.repeat(rank, counts) << bits) | label_of[label])  # drops a label named twice in one row
    held = np.bincount(entries >> bits, minlength=len(rows))
    start = np.concatenate(([0], np.cumsum(held))).astype(np.int64)
    return Columns(person, team, role, score[order], start, entries & ((1 << bits) - 1))


def _indexes(rows: list[list[Any]], place: int, size: int, faults: Faults) -> IntArray:
    pick = itemgetter(place)
    if set(map(type, map(pick, rows))) - {int}:
        bad = next(i for i, row in enumerate(rows) if type(row[place]) is not int)
        faults.whole(None, f"/eligible/{bad}/{place}", 0)
        faults.stop()
    values = _whole_numbers(map(pick, rows), len(rows))
    if values is None or (len(values) and not (values.min() >= 0 and values.max() < size)):
        bad = next(i for i, row in enumerate(rows) if not 0 <= row[place] < size)
        faults.note(f"/eligible/{bad}/{place}", "unknown", "该序号不存在", "there is no such index")
        faults.stop()
    assert values is not None
    return values


def _whole_numbers(values: Iterable[int], count: int) -> IntArray | None:
    """The numbers as an array, None if one of them is too large for it."""
    try:
        return np.fromiter(values, dtype=np.int64, count=count)
    except OverflowError:
        return None


def _scores(rows: list[list[Any]], faults: Faults) -> npt.NDArray[np.float64]:
    pick = itemgetter(3)
    scores = None
    if not set(map(type, map(pick, rows))) - {int, float}:
        with suppress(OverflowError):  # the number is named below
            scores = np.fromiter(map(pick, rows), dtype=np.float64, count=len(rows))
    # A comparison with what is not a number is false.
    if scores is None or not np.all(np.abs(scores) <= LIMIT):
        for i, row in enumerate(rows):
            faults.number(row[3], f"/eligible/{i}/3")
        faults.stop()
    assert scores is not None
    return scores


def _labels(rows: list[list[Any]], size: int, faults: Faults) -> tuple[IntArray, IntArray]:
    """How many labels each row names, and all of them one after another."""
    pick = itemgetter(4)
    if set(map(type, map(pick, rows))) - {list}:
        bad = next(i for i, row in enumerate(rows) if type(row[4]) is not list)
        faults.listed(None, f"/eligible/{bad}/4")
    counts = np.fromiter(map(len, map(pick, rows)), dtype=np.int64, count=len(rows))
    labels = None
    if not set(map(type, chain.from_iterable(map(pick, rows)))) - {int}:
        labels = _whole_numbers(chain.from_iterable(map(pick, rows)), int(counts.sum()))
    if labels is None or (len(labels) and not (labels.min() >= 0 and labels.max() < size)):
        bad = next(i for i, row in enumerate(rows) if any(type(x) is not int or not 0 <= x < size for x in row[4]))
        faults.note(f"/eligible/{bad}/4", "unknown", "标签序号不存在", "there is no such label")
        faults.stop()
    assert labels is not None
    return counts, labels


def _refuse_repeats(person: IntArray, team: IntArray, role: IntArray, order: IntArray, faults: Faults) -> None:
    same = (np.diff(person) == 0) & (np.diff(team) == 0) & (np.diff(role) == 0)
    if same.any():
        at = int(order[int(np.argmax(same)) + 1])
        faults.note(f"/eligible/{at}", "repeated", "同一人、组、角色出现两次", "the same person, team and role twice")
        faults.stop()
