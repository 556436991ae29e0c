"""The best teams with points for cooperation: sifting over circles for a bound, an integer program for the teams."""

from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from inspection_service.assembly.building import build_circle_model
from inspection_service.assembly.circles import MOST_CHIEFS, Circle, CircleFinder
from inspection_service.assembly.draw import lots_as_points
from inspection_service.assembly.highs import Ending, Program, minimise
from inspection_service.assembly.instance import Cooperation, Instance
from inspection_service.assembly.model import Model, RowKind
from inspection_service.assembly.progress import Run
from inspection_service.assembly.restricted import RestrictedProgram
from inspection_service.assembly.search import Found, completed, points_of, seats_of, sub_program
from inspection_service.assembly.sifting import LinearOptimum, sift

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_PER_TEAM = 8
_LINEAR_SHARE = 0.5
"""Share of the time left that the linear optimum over circles may take."""

_WIDTHS = (5.0, 12.0)
"""Points a column may lose to stand in the integer program, one attempt after the other."""

_MOST_COLUMNS = 60_000
"""Columns of an integer program at most, the nearest ones: on far more of them the solver does not even begin in time,
and looks at its clock too seldom."""

_NEAR_ENOUGH = 0.001
"""A gap at which a second attempt is not worth its time."""

_WHOLE_GAP = 0.9


def can_use_circles(instance: Instance) -> bool:
    """Whether no team has more chief seats than circles are made for."""
    rule = instance.cooperation
    if rule is None or not len(instance.team_ids):
        return False
    return int(instance.seats[:, sorted(rule.chief_roles)].sum(axis=1).max()) <= MOST_CHIEFS


def cooperation_pairs(rule: Cooperation, person: IntArray, team: IntArray, role: IntArray) -> dict[int, int]:
    """Pairs that count, by team, for people who sit there."""
    seated: dict[int, list[tuple[int, bool]]] = {}
    for p, t, r in zip(person.tolist(), team.tolist(), role.tolist(), strict=True):
        seated.setdefault(t, []).append((p, r in rule.chief_roles))
    known = {(int(p), int(q)) for p, q in chain(rule.pairs.tolist(), rule.pairs[:, ::-1].tolist())}
    return {
        t: sum((c, o) in known for c, is_chief in people if is_chief for o, _ in people) for t, people in seated.items()
    }


def points_with_cooperation(instance: Instance, model: Model, taken: IntArray) -> float:
    """Exact points of a proposal, those for cooperation included; ``model`` is one without them."""
    rule, c = instance.cooperation, instance.columns
    points = points_of(model, taken)
    if rule is None:
        return points
    pairs = cooperation_pairs(rule, c.person[taken], c.team[taken], c.role[taken])
    return points + rule.each * sum(min(rule.up_to, n) for n in pairs.values())


@dataclass
class CircleSearch:
    """One search over circles. ``found`` is always a lawful proposal (or none) with a proven bound."""

    instance: Instance
    rule: Cooperation
    found: Found
    run: Run
    salt: str
    base: Model = field(init=False)
    small: RestrictedProgram = field(init=False)
    circles: list[Circle] = field(default_factory=list)
    """The circles that ``small`` knows, in the order of its columns."""

    def __post_init__(self) -> None:
        self.base = build_circle_model(self.instance)
        self.finder = CircleFinder(self.base, self.rule)

    def best(self, plain: LinearOptimum) -> Found:
        """The best proposal found in the run's time, beginning with the linear optimum without cooperation."""
        self._begin(plain)
        for width in _WIDTHS:
            optimum = self._linear()
            if optimum is None or self.found.is_proven or self.run.is_over() or self._gap() <= _NEAR_ENOUGH:
                break
            self._attempt(optimum, width)
        return self.found

    def _gap(self) -> float:
        return (self.found.bound - self.found.points) / max(1.0, abs(self.found.points))

    def _begin(self, plain: LinearOptimum) -> None:
        base = self.base
        big = 4.0 * (float(np.abs(base.cost).max(initial=0.0)) + 100.0)
        self.small = RestrictedProgram(base, big, np.ones(base.rows, dtype=bool))
        self.small.add_columns(np.sort(plain.columns))
        self.small.add_rows(np.flatnonzero((base.low > 0) | (base.kind == RowKind.CIRCLE)))

    def _linear(self) -> LinearOptimum | None:
        """Linear optimum over all circles, as far as time allows, from where it ended; each round proves a bound."""
        part, teams = self.run.part(_LINEAR_SHARE), np.flatnonzero(self.base.kind == RowKind.CIRCLE)
        last: LinearOptimum | None = None
        while True:
            optimum = sift(self.small, part.remaining)
            if not optimum.complete:
                return last
            last = optimum
            priced = self.finder.best(optimum.reduced, optimum.duals[teams], _PER_TEAM)
            self._know_bound(optimum.points + float(priced.excess.sum()))
            if not priced.circles or self.found.bound < optimum.points + 0.5 or part.is_over():
                return last
            self._add(priced.circles)

    def _add(self, circles: list[Circle]) -> None:
        """Let the linear program use these circles too."""
        before = self.small.model.size
        self.circles += circles
        self.small.grow(self._with_circles(self.small.model, circles))
        self.small.add_columns(np.arange(before, self.small.model.size))

    def _with_circles(self, model: Model, circles: list[Circle]) -> Model:
        points = [self.rule.each * min(self.rule.up_to, circle.pairs) for circle in circles]
        return model.with_circles([circle.members for circle in circles], [circle.team for circle in circles], points)

    def _know_bound(self, bound: float) -> None:
        if self.instance.is_integral:
            bound = float(np.floor(bound + 1e-6))
        bound = max(self.found.points, min(bound, self.found.bound))
        self.found = replace(self.found, bound=bound, is_proven=bound <= self.found.points + 1e-6)
        self.run.know_bound(bound)

    def _attempt(self, optimum: LinearOptimum, width: float) -> None:
        """The integer program on the columns that lose little."""
        n, size, known = self.base.binaries, self.base.size, self.small.model.size
        reduced = np.concatenate((optimum.reduced, np.zeros(known - len(optimum.reduced))))
        keep = reduced > -width
        if keep.sum() > _MOST_COLUMNS:
            keep = reduced > -np.partition(-reduced, _MOST_COLUMNS)[_MOST_COLUMNS]
        first_circles: list[int] = []
        if self.found.taken is not None:
            keep[self.found.taken] = True
            held = self._circles_of(self.found.taken)
            first_circles = list(range(known, known + len(held)))
            if held:
                self._add(held)
            keep = np.append(keep, np.ones(len(held), dtype=bool))
        model = self.small.model
        seats, circles = np.flatnonzero(keep[:n]), size + np.flatnonzero(keep[size:])
        columns = np.concatenate((seats, circles, np.arange(n, size)))
        program = self._program(model, columns, seats, circles)

        def taken_of(values: FloatArray) -> IntArray:
            whole = values[: program.binaries] > 0.5
            inside = [self.circles[x - size].members for x in circles[whole[len(seats) :]].tolist()]
            everyone = [*seats[whole[: len(seats)]].tolist(), *(x for members in inside for x in members)]
            return np.asarray(sorted(everyone), dtype=np.int64)

        def watch(_known: float, _bound: float, solution: FloatArray | None) -> bool:
            if solution is not None:
                self._know(taken_of(solution))
            return self.run.is_over()

        answer = minimise(
            program,
            time_limit=self.run.remaining(),
            absolute_gap=_WHOLE_GAP if self.instance.is_integral else 1e-6,
            watch=watch,
            first_guess=self._first_guess(seats, circles, first_circles),
        )
        if answer.values is not None and answer.ending is not Ending.INFEASIBLE:
            self._know(taken_of(answer.values))

    def _program(self, model: Model, columns: IntArray, seats: IntArray, circles: IntArray) -> Program:
        drawn = np.zeros(model.size)
        drawn[: model.binaries] = lots_of_all(model, seats, self.circles, self.salt)
        for x in circles.tolist():
            drawn[x] = sum(drawn[member] for member in self.circles[x - self.base.size].members)
        program = sub_program(model, columns, -(model.cost + drawn)[columns])
        return replace(program, binaries=len(seats) + len(circles))

    def _know(self, taken: IntArray) -> None:
        """Take over a proposal if it is better than the one in hand."""
        points = points_with_cooperation(self.instance, self.base, taken)
        points = round(points) if self.instance.is_integral else points
        if points > self.found.points:
            proven = self.found.bound <= points + 1e-6
            self.found = replace(self.found, taken=taken, points=points, is_proven=proven)
            self.run.know_solution(points, seats_of(self.base, taken))

    def _circles_of(self, taken: IntArray) -> list[Circle]:
        """The circle of every team of a proposal that has pairs."""
        c = self.instance.columns
        circles = []
        for team, pairs in cooperation_pairs(self.rule, c.person[taken], c.team[taken], c.role[taken]).items():
            if not pairs:
                continue
            mine = taken[c.team[taken] == team].tolist()
            chiefs = [x for x in mine if int(c.role[x]) in self.rule.chief_roles]
            known = self.finder.known
            beside = [
                x
                for x in mine
                if x in chiefs or any((int(c.person[chief]), int(c.person[x])) in known for chief in chiefs)
            ]
            circles.append(Circle(team, tuple(beside), pairs))
        return circles

    def _first_guess(self, seats: IntArray, circles: IntArray, held: list[int]) -> FloatArray | None:
        if self.found.taken is None:
            return None
        base = self.base
        auxiliaries = np.arange(base.binaries, base.size)
        whole = completed(base, np.concatenate((self.found.taken, auxiliaries)), self.found.taken)
        inside = {x for at in held for x in self.circles[at - base.size].members}
        alone = np.asarray([x for x in self.found.taken.tolist() if x not in inside], dtype=np.int64)
        return np.concatenate(
            (np.isin(seats, alone).astype(float), np.isin(circles, held).astype(float), whole[len(self.found.taken) :])
        )


def lots_of_all(model: Model, seats: IntArray, circles: list[Circle], salt: str) -> FloatArray:
    """Lots of the binary columns that stand in a program, as points, by column; 0 elsewhere."""
    inside = {x for circle in circles for x in circle.members}
    columns = np.asarray(sorted(inside.union(seats.tolist())), dtype=np.int64)
    drawn = np.zeros(model.binaries)
    drawn[columns] = lots_as_points(model, columns, salt)
    return drawn
