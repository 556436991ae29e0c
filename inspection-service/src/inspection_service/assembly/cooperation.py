"""The cooperation term: points for (chief, other) pairs of one team who have worked well together."""

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.model import ModelBuilder, RowKind

IntArray = npt.NDArray[np.int64]


def add_cooperation(b: ModelBuilder) -> None:
    """Add the term as auxiliaries that follow from the seats.

    For each team a number of rewarded pairs, at most the sum over its possible chiefs; for each possible chief a number
    of pairs, at most the partners seated and, only while the chief sits, at most the rewarded number.
    """
    rule, i = b.instance.cooperation, b.instance
    if rule is None or rule.each <= 0 or rule.up_to <= 0 or not len(rule.pairs):
        return
    partners = _partners(rule.pairs)
    c = i.columns
    order = np.lexsort((c.person, c.team))
    key = c.team[order] * len(i.person_ids) + c.person[order]
    chief_column = np.isin(c.role, list(rule.chief_roles))
    for team in range(len(i.team_ids)):
        rewarded = b.add_auxiliaries(np.asarray([rule.each]), np.asarray([float(rule.up_to)]))
        sum_row = b.add_rows(RowKind.PAIRS, *_row(team), np.zeros(1), np.full(1, np.inf))
        b.add_entries(sum_row, rewarded, -1.0)
        chiefs = np.unique(c.person[chief_column & (c.team == team)])
        for chief in chiefs.tolist():
            seats = _columns_of(team, np.asarray([chief]), key, order, len(i.person_ids))
            others = _columns_of(team, partners.get(chief, np.zeros(0, dtype=np.int64)), key, order, len(i.person_ids))
            most = min(rule.up_to, len(np.unique(c.person[others])))
            if not most:
                continue
            count = b.add_auxiliaries(np.zeros(1), np.asarray([float(most)]))
            b.add_entries(sum_row, count, 1.0)
            met = b.add_rows(RowKind.PAIRS, *_row(team), np.zeros(1), np.full(1, np.inf))
            b.add_entries(met, count, -1.0)
            b.add_entries(np.repeat(met, len(others)), others, 1.0)
            led = b.add_rows(RowKind.PAIRS, *_row(team), np.zeros(1), np.full(1, np.inf))
            b.add_entries(led, count, -1.0)
            as_chief = seats[chief_column[seats]]
            b.add_entries(np.repeat(led, len(as_chief)), as_chief, float(most))


def _row(team: int) -> tuple[IntArray, IntArray]:
    return np.asarray([team], dtype=np.int64), np.zeros(1, dtype=np.int64)


def _partners(pairs: IntArray) -> dict[int, IntArray]:
    both = np.concatenate((pairs, pairs[:, ::-1]))
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    people, start = np.unique(both[:, 0], return_index=True)
    return dict(zip(people.tolist(), np.split(both[:, 1], start[1:]), strict=True))


def _columns_of(team: int, people: IntArray, key: IntArray, order: IntArray, size: int) -> IntArray:
    """All columns of these people in a team; ``key`` is sorted."""
    wanted = team * size + people
    begin, end = np.searchsorted(key, wanted), np.searchsorted(key, wanted, side="right")
    parts = [order[a:z] for a, z in zip(begin.tolist(), end.tolist(), strict=True)]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
