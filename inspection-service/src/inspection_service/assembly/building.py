"""Builds the linear model of an instance: each rule's rows and the entries of the columns they bind."""

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.columns import distinct
from inspection_service.assembly.instance import Instance
from inspection_service.assembly.model import INF, Matrix, Model, PairIndex, RowKind

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


class ModelBuilder:
    """Gathers rows and entries, then sorts the entries by column."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.rows: list[tuple[IntArray, IntArray, IntArray, FloatArray, FloatArray]] = []
        self.row_count = 0
        self.entry_row: list[IntArray] = []
        self.entry_column: list[IntArray] = []
        self.entry_value: list[FloatArray] = []
        self.aux_cost: list[FloatArray] = []
        self.aux_upper: list[FloatArray] = []
        self.column_count = len(instance.columns)
        c = instance.columns
        self.label_owner = c.label_owner
        self.label_key = c.team[self.label_owner] * max(1, len(instance.label_names)) + c.label
        """Team and label of each entry of ``columns.label``, as one number."""

    def add_rows(self, kind: RowKind, first: IntArray, second: IntArray, low: FloatArray, high: FloatArray) -> IntArray:
        self.rows.append((np.full(len(first), int(kind), dtype=np.int64), first, second, low, high))
        made = np.arange(self.row_count, self.row_count + len(first))
        self.row_count += len(first)
        return made

    def add_entries(self, rows: IntArray, columns: IntArray, value: float | FloatArray = 1.0) -> None:
        if (columns[1:] < columns[:-1]).any():
            order = np.argsort(columns, kind="stable")
            rows, columns = rows[order], columns[order]
            value = value if np.ndim(value) == 0 else np.asarray(value)[order]
        self.entry_row.append(rows)
        self.entry_column.append(columns)
        self.entry_value.append(np.broadcast_to(np.asarray(value, dtype=np.float64), rows.shape))

    def add_auxiliaries(self, cost: FloatArray, upper: FloatArray) -> IntArray:
        self.aux_cost.append(cost)
        self.aux_upper.append(upper)
        made = np.arange(self.column_count, self.column_count + len(cost))
        self.column_count += len(cost)
        return made

    def finish(self, pairs: PairIndex | None) -> Model:
        kind, first, second, low, high = (np.concatenate(part) for part in zip(*self.rows, strict=True))
        matrix = self._by_column()
        c = self.instance.columns
        return Model(
            instance=self.instance,
            kind=kind,
            first=first,
            second=second,
            low=low,
            high=high,
            cost=np.concatenate((c.score, *self.aux_cost)),
            upper=np.concatenate((np.ones(len(c)), *self.aux_upper)),
            matrix=matrix,
            binaries=len(c),
            pairs=pairs,
        )

    def _by_column(self) -> Matrix:
        """All entries by column, within one in the order of the rules. Each rule's come sorted: nothing is compared."""
        counts = [np.bincount(column, minlength=self.column_count) for column in self.entry_column]
        start = np.concatenate(([0], np.cumsum(np.sum(counts, axis=0)))).astype(np.int64)
        row = np.empty(int(start[-1]), dtype=np.int64)
        value = np.empty(int(start[-1]))
        filled = start[:-1].copy()
        for rows, columns, values, count in zip(
            self.entry_row, self.entry_column, self.entry_value, counts, strict=True
        ):
            shift = filled - (np.cumsum(count) - count)
            at = shift[columns] + np.arange(len(columns))
            row[at], value[at] = rows, values
            filled += count
        return Matrix(start, row, value)


def build_circle_model(instance: Instance) -> Model:
    """The model without points for cooperation, ready for circles (``circles.py``): a team may have one."""
    b = _rules(instance, everyone=True)
    teams = np.arange(len(instance.team_ids))
    b.add_rows(RowKind.CIRCLE, teams, teams, np.full(len(teams), -INF), np.ones(len(teams)))
    return b.finish(None)


def build_model(instance: Instance) -> Model:
    """The whole model of an instance."""
    b = _rules(instance, everyone=False)
    pairs = None
    if instance.cooperation is not None:
        from inspection_service.assembly.cooperation import add_cooperation  # it builds on this module

        pairs = add_cooperation(b)
    return b.finish(pairs)


def _rules(instance: Instance, *, everyone: bool) -> ModelBuilder:
    b = ModelBuilder(instance)
    _seats(b)
    _labels(b)
    _people(b, often=0 if everyone else 1)
    _team_units(b)
    _units(b)
    _together(b)
    _rewards(b)
    return b


def _seats(b: ModelBuilder) -> None:
    i = b.instance
    teams, roles = i.seats.shape
    first, second = np.divmod(np.arange(teams * roles), max(1, roles))
    wanted = i.seats.ravel().astype(float)
    made = b.add_rows(RowKind.SEATS, first, second, wanted, wanted)
    b.add_entries(made[i.columns.team * roles + i.columns.role], np.arange(len(i.columns)))


def _labels(b: ModelBuilder) -> None:
    """One row per team and label, however many bounds name it: a conflict names the pair."""
    i = b.instance
    limits: dict[tuple[int, int], tuple[float, float]] = {}
    for bound in i.bounds:
        low, high = limits.get((bound.team, bound.label), (0.0, INF))
        high = high if bound.at_most is None else min(high, bound.at_most)
        limits[bound.team, bound.label] = (max(low, bound.at_least), high)
    total = i.seats.sum(axis=1)
    binding = {k: v for k, v in limits.items() if v[0] > 0 or v[1] < total[k[0]]}
    _count_labels(b, RowKind.LABEL, binding)


def _count_labels(b: ModelBuilder, kind: RowKind, limits: dict[tuple[int, int], tuple[float, float]]) -> IntArray:
    i = b.instance
    pairs = np.asarray(list(limits), dtype=np.int64).reshape(-1, 2)
    values = np.asarray(list(limits.values()), dtype=float).reshape(-1, 2)
    made = b.add_rows(kind, pairs[:, 0], pairs[:, 1], values[:, 0], values[:, 1])
    labels = max(1, len(i.label_names))
    where = np.full(len(i.team_ids) * labels, -1, dtype=np.int64)
    where[pairs[:, 0] * labels + pairs[:, 1]] = made
    rows = where[b.label_key]
    hit = rows >= 0
    b.add_entries(rows[hit], b.label_owner[hit])
    return made


def _people(b: ModelBuilder, *, often: int) -> None:
    """One seat for everybody with more than ``often`` columns."""
    person = b.instance.columns.person
    people = np.flatnonzero(np.bincount(person, minlength=len(b.instance.person_ids)) > often)
    made = b.add_rows(RowKind.PERSON, people, people, np.full(len(people), -INF), np.ones(len(people)))
    _entries_by_key(b, person, people, made)


def _team_units(b: ModelBuilder) -> None:
    i = b.instance
    units = len(i.unit_names)
    key = i.columns.team * max(1, units) + i.home_unit[i.columns.person]
    keys, people = _people_per_key(key, i.columns.person, len(i.person_ids))
    cap = i.team_unit_cap[keys // max(1, units)].astype(np.float64)
    keys, cap = keys[people > cap], cap[people > cap]
    first, second = np.divmod(keys, max(1, units))
    made = b.add_rows(RowKind.TEAM_UNIT, first, second, np.full(len(keys), -INF), cap)
    _entries_by_key(b, key, keys, made)


def _units(b: ModelBuilder) -> None:
    """Lent - over <= quota with 0 <= over <= cap - quota says cap, quota and penalty in one row."""
    i = b.instance
    home = i.home_unit[i.columns.person]
    keys, people = _people_per_key(home, i.columns.person, len(i.person_ids))
    priced = (i.unit_penalty[keys] > 0) & (i.unit_quota[keys] < i.unit_cap[keys])
    high = np.where(priced, i.unit_quota[keys], i.unit_cap[keys])
    use = people > high
    keys, high, priced = keys[use], high[use].astype(float), priced[use]
    made = b.add_rows(RowKind.UNIT, keys, keys, np.full(len(keys), -INF), high)
    _entries_by_key(b, home, keys, made)
    over = keys[priced]
    aux = b.add_auxiliaries(-i.unit_penalty[over], (i.unit_cap[over] - i.unit_quota[over]).astype(float))
    b.add_entries(made[priced], aux, -1.0)


def _together(b: ModelBuilder) -> None:
    i = b.instance
    if not len(i.never_together):
        return
    seats: dict[tuple[int, int], list[int]] = {}
    watched = np.flatnonzero(np.isin(i.columns.person, np.unique(i.never_together)))
    for column, person, at in zip(
        watched.tolist(), i.columns.person[watched].tolist(), i.columns.team[watched].tolist(), strict=True
    ):
        seats.setdefault((person, at), []).append(column)
    teams, people, columns, lengths = [], [], [], []
    for p, q in i.never_together.tolist():
        for team in range(len(i.team_ids)):
            if (p, team) in seats and (q, team) in seats:
                both = seats[p, team] + seats[q, team]
                teams.append(team)
                people.append(p)
                columns += both
                lengths.append(len(both))
    first, second = np.asarray(teams, dtype=np.int64), np.asarray(people, dtype=np.int64)
    made = b.add_rows(RowKind.TOGETHER, first, second, np.full(len(first), -INF), np.ones(len(first)))
    b.add_entries(np.repeat(made, lengths), np.asarray(columns, dtype=np.int64))


def _rewards(b: ModelBuilder) -> None:
    """Rewarded seats are at most those carrying the label; several rewards for one label add up."""
    remaining = [r for r in b.instance.rewards if r.each > 0 and r.up_to > 0]
    while remaining:
        layer = {(r.team, r.label): r for r in remaining}
        made = _count_labels(b, RowKind.REWARD, dict.fromkeys(layer, (0.0, INF)))
        chosen = list(layer.values())
        aux = b.add_auxiliaries(np.asarray([r.each for r in chosen]), np.asarray([float(r.up_to) for r in chosen]))
        b.add_entries(made, aux, -1.0)
        used = {id(r) for r in chosen}
        remaining = [r for r in remaining if id(r) not in used]


def _people_per_key(key: IntArray, person: IntArray, people: int) -> tuple[IntArray, IntArray]:
    """Each key with the number of different people behind it."""
    pairs = distinct(key * max(1, people) + person)
    keys, counts = np.unique(pairs // max(1, people), return_counts=True)
    return keys, counts


def _entries_by_key(b: ModelBuilder, key: IntArray, keys: IntArray, rows: IntArray) -> None:
    """Put every column whose key is one of ``keys`` into that key's row."""
    if not len(keys) or not len(key):
        return
    place = np.full(int(max(key.max(), keys.max())) + 1, -1, dtype=np.int64)
    place[keys] = rows
    found = place[key]
    hit = found >= 0
    b.add_entries(found[hit], np.flatnonzero(hit))
