"""The eligible (person, team, role) triples as arrays, in canonical order."""

from dataclasses import dataclass
from itertools import chain
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
    person = _indexes([row[0] for row in rows], 0, len(person_of), faults)
    team = _indexes([row[1] for row in rows], 1, len(team_of), faults)
    role = _indexes([row[2] for row in rows], 2, len(role_of), faults)
    score = _scores([row[3] for row in rows], faults)
    owner, label = _labels([row[4] for row in rows], len(label_of), faults)
    faults.stop()
    person, team, role = person_of[person], team_of[team], role_of[role]
    order = np.lexsort((person, role, team))
    _refuse_repeats(person[order], team[order], role[order], order, faults)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    owner, label = rank[owner], label_of[label]
    entries = distinct(owner * max(1, len(label_of)) + label)  # also drops a label named twice in one row
    owner, label = np.divmod(entries, max(1, len(label_of)))
    start = np.searchsorted(owner, np.arange(len(rows) + 1))
    return Columns(person[order], team[order], role[order], score[order], start.astype(np.int64), label)


def _indexes(values: list[Any], place: int, size: int, faults: Faults) -> IntArray:
    if set(map(type, values)) - {int}:
        bad = next(i for i, value in enumerate(values) if type(value) is not int)
        faults.whole(None, f"/eligible/{bad}/{place}", 0)
        faults.stop()
    if values and not (min(values) >= 0 and max(values) < size):
        bad = next(i for i, value in enumerate(values) if not 0 <= value < size)
        faults.note(f"/eligible/{bad}/{place}", "unknown", "该序号不存在", "there is no such index")
        faults.stop()
    return np.asarray(values, dtype=np.int64)


def _scores(values: list[Any], faults: Faults) -> npt.NDArray[np.float64]:
    if set(map(type, values)) - {int, float} or (values and not (min(values) >= -LIMIT and max(values) <= LIMIT)):
        for i, value in enumerate(values):
            faults.number(value, f"/eligible/{i}/3")
        faults.stop()
    scores = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(scores)):
        faults.number(float("nan"), f"/eligible/{int(np.argmin(np.isfinite(scores)))}/3")
        faults.stop()
    return scores


def _labels(values: list[Any], size: int, faults: Faults) -> tuple[IntArray, IntArray]:
    if set(map(type, values)) - {list}:
        bad = next(i for i, value in enumerate(values) if type(value) is not list)
        faults.listed(None, f"/eligible/{bad}/4")
    counts = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    flat = list(chain.from_iterable(values))
    if set(map(type, flat)) - {int} or (flat and not (min(flat) >= 0 and max(flat) < size)):
        bad = next(i for i, labels in enumerate(values) if any(type(x) is not int or not 0 <= x < size for x in labels))
        faults.note(f"/eligible/{bad}/4", "unknown", "标签序号不存在", "there is no such label")
        faults.stop()
    return np.repeat(np.arange(len(values)), counts), np.asarray(flat, dtype=np.int64)


def _refuse_repeats(person: IntArray, team: IntArray, role: IntArray, order: IntArray, faults: Faults) -> None:
    same = (np.diff(person) == 0) & (np.diff(team) == 0) & (np.diff(role) == 0)
    if same.any():
        at = int(order[int(np.argmax(same)) + 1])
        faults.note(f"/eligible/{at}", "repeated", "同一人、组、角色出现两次", "the same person, team and role twice")
        faults.stop()
