"""The cooperation term: points for (chief, other) pairs of one team who have worked well together.

One auxiliary per team and possible pair, at most the chief's seat and at most the partner's. There are many of them and
hardly any matters: ``settle_pairs`` shows by prices alone which ones cannot.
"""

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.building import ModelBuilder
from inspection_service.assembly.model import PairIndex, RowKind

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def add_cooperation(b: ModelBuilder) -> PairIndex | None:
    """Add the rewarded number of pairs of each team and one auxiliary per possible pair."""
    rule, i = b.instance.cooperation, b.instance
    if rule is None or rule.each <= 0 or rule.up_to <= 0 or not len(rule.pairs):
        return None
    teams, people = len(i.team_ids), len(i.person_ids)
    c = i.columns
    group = c.team * people + c.person
    is_chief_column = np.isin(c.role, sorted(rule.chief_roles))
    may_sit = np.zeros(teams * people, dtype=bool)
    may_sit[group] = True
    may_lead = np.zeros(teams * people, dtype=bool)
    may_lead[group[is_chief_column]] = True
    both = np.concatenate((rule.pairs, rule.pairs[:, ::-1]))
    offset = (np.arange(teams) * people)[:, None]
    chief, other = (offset + both[:, 0]).ravel(), (offset + both[:, 1]).ravel()
    possible = may_lead[chief] & may_sit[other]
    chief, other = chief[possible], other[possible]
    if not len(chief):
        return None
    team = chief // people
    zero, free = np.zeros(teams), np.full(teams, np.inf)
    sums = b.add_rows(RowKind.PAIRS, np.arange(teams), np.zeros(teams, dtype=np.int64), zero, free)
    rewarded = b.add_auxiliaries(np.full(teams, rule.each), np.full(teams, float(rule.up_to)))
    b.add_entries(sums, rewarded, -1.0)
    n = len(chief)
    pairs = b.add_auxiliaries(np.zeros(n), np.ones(n))
    b.add_entries(sums[team], pairs, 1.0)
    led = _seat_rows(b, pairs, chief, group, is_chief_column, people)
    met = _seat_rows(b, pairs, other, group, np.ones(len(c), dtype=bool), people)
    return PairIndex(column=pairs, chief=chief, other=other, led_row=led, met_row=met, group=group)


def _seat_rows(
    b: ModelBuilder, pairs: IntArray, wanted: IntArray, group: IntArray, usable: BoolArray, people: int
) -> IntArray:
    """One row per pair: it counts at most as much as the wanted person sits in one of the usable columns."""
    n = len(pairs)
    rows = b.add_rows(RowKind.PAIRS, wanted // people, wanted % people, np.zeros(n), np.full(n, np.inf))
    b.add_entries(rows, pairs, -1.0)
    columns = np.flatnonzero(usable)
    columns = columns[np.argsort(group[columns], kind="stable")]
    begin = np.searchsorted(group[columns], wanted)
    length = np.searchsorted(group[columns], wanted, side="right") - begin
    starts = np.concatenate(([0], np.cumsum(length)))
    positions = np.repeat(begin - starts[:-1], length) + np.arange(starts[-1])
    b.add_entries(np.repeat(rows, length), columns[positions], 1.0)
    return rows


def settle_pairs(index: PairIndex, held: BoolArray, reduced: FloatArray) -> tuple[FloatArray, IntArray]:
    """Price the rows of pairs that are not in the small program.

    A pair outside is worth the price of its team's sum. Let the partner's columns pay for it out of what they lack to
    be attractive, then the chief's. Returns the reduced points after these payments (still a valid set of prices) and
    the pairs, by place in the index, that nobody can pay for: those must come in.
    """
    lack = np.full(int(max(index.chief.max(), index.other.max(), index.group.max())) + 1, np.inf)
    np.minimum.at(lack, index.group, np.maximum(0.0, -reduced[: len(index.group)]))
    before = lack.copy()
    open_pairs = np.flatnonzero(~held[index.column] & (reduced[index.column] > 1e-9))
    worth = reduced[index.column[open_pairs]]
    missing = []
    for at, chief, other, price in zip(
        open_pairs.tolist(),
        index.chief[open_pairs].tolist(),
        index.other[open_pairs].tolist(),
        worth.tolist(),
        strict=True,
    ):
        by_other = min(price, lack[other])
        by_chief = price - by_other
        if by_chief > lack[chief] + 1e-9:
            missing.append(at)
            continue
        lack[other] -= by_other
        lack[chief] -= min(by_chief, lack[chief])
    settled = reduced.copy()
    paid = np.zeros(len(lack))
    finite = np.isfinite(before)
    paid[finite] = before[finite] - lack[finite]
    settled[: len(index.group)] += paid[index.group]
    settled[index.column[open_pairs]] = 0.0
    return settled, np.asarray(missing, dtype=np.int64)
