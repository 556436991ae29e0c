"""The exchange format of an assembly problem, read into arrays. Knows nothing of how it is solved.

Everything is put into canonical order (people and teams by id, roles and labels by name, home units by their first
person), so that an answer cannot depend on the order in which the input listed things.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.columns import Columns, read_columns
from inspection_service.assembly.errors import refuse_instance, wrong
from inspection_service.assembly.reading import LIMIT, Faults

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Bound:
    """How many of a team's seats may carry a label; ``at_most`` None means no upper limit."""

    team: int
    label: int
    at_least: int
    at_most: int | None


@dataclass(frozen=True)
class Reward:
    """Points for each of the first ``up_to`` seats of a team that carry a label."""

    team: int
    label: int
    each: float
    up_to: int


@dataclass(frozen=True)
class Cooperation:
    """Points for (chief, other) pairs of one team that have worked well together, up to a number per team."""

    pairs: IntArray
    chief_roles: frozenset[int]
    each: float
    up_to: int


@dataclass(frozen=True)
class Instance:
    """An assembly problem in canonical order. Indexes in all arrays are canonical ones."""

    role_names: tuple[str, ...]
    label_names: tuple[str, ...]
    person_ids: tuple[str, ...]
    team_ids: tuple[str, ...]
    home_unit: IntArray
    unit_names: tuple[int, ...]
    """Index of each home unit in the input: home units have no other name."""
    unit_cap: IntArray
    unit_quota: IntArray
    unit_penalty: npt.NDArray[np.float64]
    seats: IntArray
    """Seats by team and role."""
    team_unit_cap: IntArray
    bounds: tuple[Bound, ...]
    rewards: tuple[Reward, ...]
    columns: Columns
    never_together: IntArray
    cooperation: Cooperation | None

    @property
    def is_integral(self) -> bool:
        """Whether every possible objective is a whole number."""
        prices = [r.each for r in self.rewards] + ([self.cooperation.each] if self.cooperation else [])
        arrays = (self.columns.score, self.unit_penalty, np.asarray(prices, dtype=float))
        return all(bool(np.all(a == np.floor(a))) for a in arrays)


_KEYS = ("roles", "labels", "people", "home_units", "teams", "eligible")


def parse_instance(document: dict[str, Any]) -> Instance:
    """Build an Instance from the exchange format.

    Raises InvalidInstance naming every fault by JSON pointer (at most twenty of them).
    """
    missing = [wrong(f"/{key}", "missing", "缺少该字段", "is missing") for key in _KEYS if key not in document]
    if missing:
        raise refuse_instance(missing)
    faults = Faults()
    reader = _Reader(document, faults)
    try:
        instance = reader.read()
    except (KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
        # Reading went on after a fault had been noted; the note is the answer.
        if not faults.noted:
            faults.note("", "malformed", "结构不符合交换格式", "does not have the shape of the exchange format")
        raise refuse_instance(faults.noted) from error
    if faults.noted:
        raise refuse_instance(faults.noted)
    return instance


class _Reader:
    """One pass over a document; notes faults and stops after each section that has any."""

    def __init__(self, document: dict[str, Any], faults: Faults) -> None:
        self.document = document
        self.faults = faults

    def read(self) -> Instance:
        d, f = self.document, self.faults
        roles = f.names(d["roles"], "/roles")
        labels = f.names(d["labels"], "/labels")
        people = f.names(
            [f.field(p, "id", f"/people/{i}") for i, p in enumerate(f.listed(d["people"], "/people"))],
            "/people",
            key="/id",
        )
        teams = f.names(
            [f.field(t, "id", f"/teams/{i}") for i, t in enumerate(f.listed(d["teams"], "/teams"))], "/teams", key="/id"
        )
        units = f.listed(d["home_units"], "/home_units")
        f.stop()
        raw_home = [
            f.whole(p.get("home_unit"), f"/people/{i}/home_unit", 0, len(units) - 1) for i, p in enumerate(d["people"])
        ]
        f.stop()
        self.role_order, self.label_order = _order(roles), _order(labels)
        self.person_order, self.team_order = _order(people), _order(teams)
        unit_order = _unit_order(np.asarray(raw_home, dtype=np.int64), self.person_order.new_of, len(units))
        home = np.zeros(len(people), dtype=np.int64)
        home[self.person_order.new_of] = unit_order.new_of[np.asarray(raw_home, dtype=np.int64)]
        cap, quota, penalty = self._units(units)
        seats, team_unit_cap, bounds, rewards = self._teams(len(roles), len(labels))
        f.stop()
        columns = read_columns(
            d["eligible"],
            f,
            self.person_order.new_of,
            self.team_order.new_of,
            self.role_order.new_of,
            self.label_order.new_of,
        )
        together = self._pairs(d.get("never_together") or [], "/never_together", len(people))
        cooperation = self._cooperation(d.get("cooperation"), len(people), len(roles))
        f.stop()
        return Instance(
            role_names=tuple(roles[i] for i in self.role_order.old_of),
            label_names=tuple(labels[i] for i in self.label_order.old_of),
            person_ids=tuple(people[i] for i in self.person_order.old_of),
            team_ids=tuple(teams[i] for i in self.team_order.old_of),
            home_unit=home,
            unit_names=tuple(int(i) for i in unit_order.old_of),
            unit_cap=cap[unit_order.old_of],
            unit_quota=quota[unit_order.old_of],
            unit_penalty=penalty[unit_order.old_of],
            seats=seats,
            team_unit_cap=team_unit_cap,
            bounds=tuple(sorted(bounds, key=lambda b: (b.team, b.label, b.at_least, b.at_most or 0))),
            rewards=tuple(sorted(rewards, key=lambda r: (r.team, r.label, r.each, r.up_to))),
            columns=columns,
            never_together=together,
            cooperation=cooperation,
        )

    def _units(self, units: list[Any]) -> tuple[IntArray, IntArray, npt.NDArray[np.float64]]:
        f = self.faults
        cap = [f.whole(f.field(u, "cap", f"/home_units/{i}"), f"/home_units/{i}/cap", 0) for i, u in enumerate(units)]
        quota = [
            f.whole(u.get("quota", c), f"/home_units/{i}/quota", 0)
            for i, (u, c) in enumerate(zip(units, cap, strict=True))
        ]
        penalty = [
            f.number(u.get("over_quota_penalty", 0), f"/home_units/{i}/over_quota_penalty", 0)
            for i, u in enumerate(units)
        ]
        f.stop()
        return np.asarray(cap, dtype=np.int64), np.asarray(quota, dtype=np.int64), np.asarray(penalty, dtype=float)

    def _teams(self, roles: int, labels: int) -> tuple[IntArray, IntArray, list[Bound], list[Reward]]:
        f = self.faults
        raw = self.document["teams"]
        seats = np.zeros((len(raw), roles), dtype=np.int64)
        unit_cap = np.zeros(len(raw), dtype=np.int64)
        bounds: list[Bound] = []
        rewards: list[Reward] = []
        for i, team in enumerate(raw):
            at, t = f"/teams/{i}", int(self.team_order.new_of[i])
            counts = f.listed(f.field(team, "roles", at), f"{at}/roles", roles)
            for j, count in enumerate(counts):
                seats[t, self.role_order.new_of[j]] = f.whole(count, f"{at}/roles/{j}", 0)
            cap = team.get("home_unit_cap")
            unit_cap[t] = LIMIT if cap is None else f.whole(cap, f"{at}/home_unit_cap", 0)
            for j, b in enumerate(f.listed(team.get("bounds") or [], f"{at}/bounds")):
                bounds.append(self._bound(b, t, f"{at}/bounds/{j}", labels))
            for j, r in enumerate(f.listed(team.get("rewards") or [], f"{at}/rewards")):
                here = f"{at}/rewards/{j}"
                label = f.whole(f.field(r, "label", here), f"{here}/label", 0, labels - 1)
                each = f.number(f.field(r, "each", here), f"{here}/each", 0)
                up_to = f.whole(f.field(r, "up_to", here), f"{here}/up_to", 0)
                f.stop()
                rewards.append(Reward(t, int(self.label_order.new_of[label]), each, up_to))
        return seats, unit_cap, bounds, rewards

    def _bound(self, raw: Any, team: int, at: str, labels: int) -> Bound:
        f = self.faults
        label = f.whole(f.field(raw, "label", at), f"{at}/label", 0, labels - 1)
        low, high = raw.get("min"), raw.get("max")
        at_least = 0 if low is None else f.whole(low, f"{at}/min", 0)
        at_most = None if high is None else f.whole(high, f"{at}/max", 0)
        f.stop()
        return Bound(team, int(self.label_order.new_of[label]), at_least, at_most)

    def _pairs(self, raw: Any, at: str, people: int) -> IntArray:
        f = self.faults
        pairs: set[tuple[int, int]] = set()
        for i, pair in enumerate(f.listed(raw, at)):
            p, q = (f.whole(x, f"{at}/{i}/{k}", 0, people - 1) for k, x in enumerate(f.listed(pair, f"{at}/{i}", 2)))
            if p == q:
                f.note(f"{at}/{i}", "same_person", "一对中是同一个人", "a pair of one person")
            f.stop()
            a, b = int(self.person_order.new_of[p]), int(self.person_order.new_of[q])
            pairs.add((min(a, b), max(a, b)))
        return np.asarray(sorted(pairs), dtype=np.int64).reshape(-1, 2)

    def _cooperation(self, raw: Any, people: int, roles: int) -> Cooperation | None:
        if raw is None:
            return None
        f, at = self.faults, "/cooperation"
        pairs = self._pairs(f.field(raw, "pairs", at), f"{at}/pairs", people)
        chiefs = [
            f.whole(r, f"{at}/chief_roles/{i}", 0, roles - 1)
            for i, r in enumerate(f.listed(f.field(raw, "chief_roles", at), f"{at}/chief_roles"))
        ]
        each = f.number(f.field(raw, "each", at), f"{at}/each", 0)
        up_to = f.whole(f.field(raw, "up_to", at), f"{at}/up_to", 0)
        f.stop()
        return Cooperation(pairs, frozenset(int(self.role_order.new_of[r]) for r in chiefs), each, up_to)


@dataclass(frozen=True)
class _Order:
    old_of: IntArray
    new_of: IntArray


def _order(names: list[str]) -> _Order:
    old_of = np.asarray(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    return _Order(old_of, _inverse(old_of))


def _unit_order(home: IntArray, person_rank: IntArray, units: int) -> _Order:
    first = np.full(units, len(home), dtype=np.int64)
    np.minimum.at(first, home, person_rank)
    old_of = np.argsort(first, kind="stable").astype(np.int64)
    return _Order(old_of, _inverse(old_of))


def _inverse(order: IntArray) -> IntArray:
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return inverse
