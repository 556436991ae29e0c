"""Circles: the chiefs of a team together with those who have worked well with them, taken as one column.

Points for cooperation depend on who leads and who else sits there. Taken person by person the linear relaxation seats
half of one chief and half of another and is paid for both; a circle is seated whole or not, so what a mixture of them
reaches is close to what teams can reach. There are far too many circles to list: ``best`` finds, at given prices, the
best of every team, and proves that there is no better one.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.columns import distinct
from inspection_service.assembly.instance import Cooperation
from inspection_service.assembly.model import Model

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

MOST_CHIEFS = 3
"""Chief seats of a team up to which circles are made."""

_MOST_SETS = 2_000_000
"""Sets of chiefs of one team whose limits are looked at in one go."""

_AT_ONCE = 4_000
"""Sets of chiefs whose value is worked out in one go, the most promising first."""

_WORTH_IT = 1e-6


@dataclass(frozen=True)
class Circle:
    """Some or all chiefs of a team and partners of theirs, by binary column, and the pairs among them that count."""

    team: int
    members: tuple[int, ...]
    pairs: int


@dataclass(frozen=True)
class Chiefs:
    """The chief seats of a team and the columns that could fill each."""

    team: int
    slots: tuple[IntArray, ...]


@dataclass(frozen=True)
class Pricing:
    """Circles worth adding, and for each team by how much the best circle of all beats its price (0 if none does)."""

    circles: list[Circle]
    excess: FloatArray


@dataclass
class CircleFinder:
    """Finds circles of one model. Everything that does not depend on prices is made once."""

    model: Model
    rule: Cooperation
    chiefs: list[Chiefs] = field(init=False)
    partner_start: IntArray = field(init=False)
    """Per person, where the known partners begin in ``partner``."""
    partner: IntArray = field(init=False)

    def __post_init__(self) -> None:
        i, c = self.model.instance, self.model.instance.columns
        self.people = len(i.person_ids)
        both = np.concatenate((self.rule.pairs, self.rule.pairs[:, ::-1]))
        both = both[np.lexsort((both[:, 1], both[:, 0]))]
        self.partner = both[:, 1].copy()
        self.partner_start = np.searchsorted(both[:, 0], np.arange(self.people + 1))
        self.person_of = np.append(c.person, -1)
        self.known = {(int(p), int(q)) for p, q in both.tolist()}
        self.is_chief = np.isin(c.role, sorted(self.rule.chief_roles))
        self._list_chiefs()
        self._list_others()
        self._list_edges()
        self.near = self._second_neighbours()

    def _list_chiefs(self) -> None:
        i, c = self.model.instance, self.model.instance.columns
        roles = len(i.role_names)
        seat = c.team * roles + c.role
        begin = np.searchsorted(seat, np.arange(len(i.team_ids) * roles + 1))
        self.chiefs = []
        for team in range(len(i.team_ids)):
            slots = []
            for role in sorted(self.rule.chief_roles):
                columns = np.arange(begin[team * roles + role], begin[team * roles + role + 1])
                slots += [columns] * int(i.seats[team, role])
            self.chiefs.append(Chiefs(team, tuple(slots)))

    def _list_others(self) -> None:
        """Columns of other seats, by person and team (a group)."""
        c = self.model.instance.columns
        others = np.flatnonzero(~self.is_chief)
        group = c.team[others] * self.people + c.person[others]
        order = np.argsort(group, kind="stable")
        self.others, ordered = others[order], group[order]
        self.groups = distinct(ordered)
        self.group_start = np.searchsorted(ordered, self.groups)

    def _list_edges(self) -> None:
        """For every chief column, the groups of those who have worked with that chief and may sit beside."""
        c = self.model.instance.columns
        columns = np.flatnonzero(self.is_chief)
        lengths = self.partner_start[c.person[columns] + 1] - self.partner_start[c.person[columns]]
        begin = np.concatenate(([0], np.cumsum(lengths)))
        at = np.repeat(self.partner_start[c.person[columns]] - begin[:-1], lengths) + np.arange(begin[-1])
        chief = np.repeat(columns, lengths)
        wanted = c.team[chief] * self.people + self.partner[at]
        place = np.minimum(np.searchsorted(self.groups, wanted), max(0, len(self.groups) - 1))
        hit = self.groups[place] == wanted if len(self.groups) else np.zeros(len(wanted), dtype=bool)
        self.edge_chief, self.edge_group = chief[hit], place[hit]
        # A partner whom several chiefs know, and chiefs who know each other: what they add does not simply add up.
        self.is_shared = np.bincount(self.edge_group, minlength=len(self.groups))[self.edge_group] > 1
        led = distinct(c.team[columns] * self.people + c.person[columns])
        place = np.minimum(np.searchsorted(led, wanted), max(0, len(led) - 1))
        mutual = led[place] == wanted if len(led) else np.zeros(len(wanted), dtype=bool)
        known = np.bincount(chief[mutual], minlength=self.model.binaries)
        self.mutual = self.rule.each * np.minimum(known, MOST_CHIEFS - 1)

    def _second_neighbours(self) -> IntArray:
        """Pairs of people, as one number each, who know each other or somebody in common: their gains do not add up."""
        leads = np.zeros(self.people, dtype=bool)
        leads[self.model.instance.columns.person[self.is_chief]] = True
        keys = []
        for person in range(self.people):
            mine = self.partner[self.partner_start[person] : self.partner_start[person + 1]]
            chiefs = mine[leads[mine]]
            keys.append((chiefs[:, None] * self.people + chiefs[None, :]).ravel())
            if leads[person]:
                keys.append(chiefs * self.people + person)
                keys.append(person * self.people + chiefs)
        return distinct(np.concatenate(keys)) if keys else np.zeros(0, dtype=np.int64)

    def best(self, reduced: FloatArray, price: FloatArray, per_team: int) -> Pricing:
        """The best circles at these points per column, where the circle of a team has to beat the team's ``price``.

        ``reduced`` are prices of a linear optimum: no column stands above 0.
        """
        circles: list[Circle] = []
        excess = np.zeros(len(self.chiefs))
        if len(self.others):
            self.at = np.minimum(0.0, np.maximum.reduceat(reduced[self.others], self.group_start))
        else:
            self.at = np.zeros(0)
        self.reduced = np.minimum(0.0, reduced[: self.model.binaries])
        self._rank_partners()
        for chiefs in self.chiefs:
            found, limit = self._of_team(chiefs, float(price[chiefs.team]), per_team)
            excess[chiefs.team] = max(0.0, limit - price[chiefs.team])
            circles += found
        return Pricing(circles, excess)

    def _rank_partners(self) -> None:
        """For each chief column what its best partners would add, and what the chief is worth with them alone."""
        gain = self.rule.each + self.at[self.edge_group]
        paying = np.flatnonzero(gain > _WORTH_IT)
        order = paying[np.lexsort((-gain[paying], self.edge_chief[paying]))]
        chief = self.edge_chief[order]
        rank = np.arange(len(chief)) - np.searchsorted(chief, chief)
        most = int(min(self.rule.up_to, 1 + rank.max(initial=0)))
        # A last row of nothing stands for a seat whose chief belongs to no circle.
        self.top = np.zeros((self.model.binaries + 1, most))
        good = rank < most
        self.top[chief[good], rank[good]] = gain[order[good]]
        self.alone = np.append(self.reduced, 0.0) + self.top.sum(axis=1)
        at = self.at[self.edge_group]
        most_gain = np.maximum(0.0, self.rule.each + np.where(self.is_shared, at / MOST_CHIEFS, at))
        limit = np.bincount(self.edge_chief, weights=most_gain, minlength=self.model.binaries)
        self.limit = np.append(self.reduced + limit + self.mutual, 0.0)

    def _of_team(self, chiefs: Chiefs, price: float, per_team: int) -> tuple[list[Circle], float]:
        """The best circles of a team that beat the price, and a limit of what any circle of it is worth."""
        if not chiefs.slots:
            return [], 0.0
        sets, limits, missed = self._sets(chiefs, price)
        promising = np.flatnonzero(limits > price + _WORTH_IT)
        promising = promising[np.argsort(-limits[promising], kind="stable")]
        best: list[tuple[float, int]] = []
        done = 0
        while done < len(promising):
            part = promising[done : done + _AT_ONCE]
            done += len(part)
            values = self._values(sets[part])
            keep = np.argsort(-values, kind="stable")[:per_team]
            best += [(float(values[k]), int(part[k])) for k in keep.tolist() if values[k] > price + _WORTH_IT]
            if best:
                break
        left = float(limits[promising[done]]) if done < len(promising) else -np.inf
        best.sort(key=lambda one: (-one[0], one[1]))
        top = best[0][0] if best else price
        found = [self._circle(chiefs.team, self._people_of(sets[at])) for _, at in best[:per_team]]
        return found, max(top, left, missed)

    def _sets(self, chiefs: Chiefs, price: float) -> tuple[IntArray, FloatArray, float]:
        """Sets of one column per chief seat that can beat the price, what each can be worth at most, and what can be
        worth those that were left out because there are too many."""
        cap = self.rule.each * self.rule.up_to
        alone = [max(0.0, float(self.limit[columns].max(initial=0.0))) for columns in chiefs.slots]
        nobody, missed = self.model.binaries, -np.inf
        reduced = np.append(self.reduced, 0.0)
        sets = np.zeros((1, 0), dtype=np.int64)
        limits = np.full(1, np.inf)
        for k, columns in enumerate(chiefs.slots):
            side = np.append(columns, nobody)
            room = max(1, _MOST_SETS // len(side))
            if len(sets) > room:
                order = np.argsort(-limits, kind="stable")
                missed = max(missed, float(limits[order[room]]))
                sets = sets[order[:room]]
            one, two = np.divmod(np.arange(len(sets) * len(side)), len(side))
            last = side[two]
            keep = np.ones(len(one), dtype=bool)
            for m in range(k):
                before = sets[one, m]
                keep &= (last == nobody) | (self.person_of[last] != self.person_of[before])
                if chiefs.slots[m] is columns:
                    keep &= (before < last) | (last == nobody)  # two seats of one role: each pair once
            sets = np.column_stack((sets[one[keep]], last[keep]))
            limits = np.minimum(reduced[sets].sum(axis=1) + cap, self.limit[sets].sum(axis=1) + sum(alone[k + 1 :]))
            sets, limits = sets[limits > price + _WORTH_IT], limits[limits > price + _WORTH_IT]
        limits = np.where(self._entangled(sets), limits, np.minimum(limits, self.alone[sets].sum(axis=1)))
        some = (sets < nobody).any(axis=1)
        return sets[some], limits[some], missed

    def _entangled(self, sets: IntArray) -> npt.NDArray[np.bool_]:
        """Whether two of a set know each other or somebody in common: then what they add does not simply add up."""
        result = np.zeros(len(sets), dtype=bool)
        if not len(self.near):
            return result
        for k in range(sets.shape[1]):
            for m in range(k):
                keys = self.person_of[sets[:, m]] * self.people + self.person_of[sets[:, k]]
                keys[(sets[:, k] == self.model.binaries) | (sets[:, m] == self.model.binaries)] = -1
                spot = np.minimum(np.searchsorted(self.near, keys), len(self.near) - 1)
                result |= self.near[spot] == keys
        return result

    def _values(self, sets: IntArray) -> FloatArray:
        """Value of the best circle of each set of chiefs."""
        gains = self.top[sets].reshape(len(sets), -1)
        cap = self.rule.up_to
        if gains.shape[1] > cap:
            gains = np.partition(gains, gains.shape[1] - cap, axis=1)[:, gains.shape[1] - cap :]
        values: FloatArray = gains.sum(axis=1) + np.append(self.reduced, 0.0)[sets].sum(axis=1)
        for at in np.flatnonzero(self._entangled(sets)).tolist():
            values[at] = self._value(self._people_of(sets[at]))[0]
        return values

    def _people_of(self, columns: IntArray) -> list[int]:
        return [x for x in columns.tolist() if x < self.model.binaries]

    def _value(self, chiefs: list[int]) -> tuple[float, list[int], int]:
        """Exact value of the best circle of these chiefs, the places of its partners' groups, and its pairs."""
        c = self.model.instance.columns
        team = int(c.team[chiefs[0]])
        people = [int(c.person[x]) for x in chiefs]
        free = sum((p, q) in self.known for p in people for q in people)
        times: dict[int, int] = {}
        for person in people:
            mine = self.partner[self.partner_start[person] : self.partner_start[person + 1]]
            for other in mine.tolist():
                if other not in people:
                    times[other] = times.get(other, 0) + 1
        cap, each = self.rule.up_to, self.rule.each
        # By number of pairs reached: the least loss, and who was taken for it.
        reach: dict[int, tuple[float, list[int]]] = {min(cap, free): (0.0, [])}
        for other, count in times.items():
            place = int(np.searchsorted(self.groups, team * self.people + other))
            if place >= len(self.groups) or self.groups[place] != team * self.people + other:
                continue
            if self.at[place] + count * each <= _WORTH_IT:
                continue
            for had, (value, taken) in list(reach.items()):
                now, loss = min(cap, had + count), value + float(self.at[place])
                if now > had and (now not in reach or reach[now][0] < loss):
                    reach[now] = (loss, [*taken, place])
        pairs, (loss, taken) = max(reach.items(), key=lambda item: (item[1][0] + item[0] * each, -item[0]))
        return loss + pairs * each + float(self.reduced[chiefs].sum()), taken, pairs

    def _circle(self, team: int, chiefs: list[int]) -> Circle:
        _, places, pairs = self._value(chiefs)
        members = list(chiefs)
        for place in places:
            end = self.group_start[place + 1] if place + 1 < len(self.group_start) else len(self.others)
            columns = self.others[self.group_start[place] : end]
            members.append(int(columns[np.argmax(self.reduced[columns])]))
        return Circle(team, tuple(sorted(members)), pairs)
