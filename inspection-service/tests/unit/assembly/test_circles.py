"""Circles of chiefs and partners: the best at given prices against trying all, and what they prove about a round."""

import itertools
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inspection_service.assembly import circle_search
from inspection_service.assembly.building import build_circle_model
from inspection_service.assembly.checker import check
from inspection_service.assembly.circle_search import CircleSearch, can_use_circles, points_with_cooperation
from inspection_service.assembly.circles import CircleFinder
from inspection_service.assembly.instance import Instance, parse_instance
from inspection_service.assembly.progress import Run
from inspection_service.assembly.search import Found, seats_of
from inspection_service.assembly.sifting import solve_linear
from inspection_service.assembly.solution import Status
from inspection_service.assembly.solver import solve

PEOPLE, EACH = 7, 6


def team_of(chief_seats: tuple[int, int], pairs: list[list[int]], up_to: int, chosen: list[list[int]]) -> Instance:
    """One team; roles 0 and 1 are chiefs, role 2 is not."""
    document = {
        "roles": ["a", "b", "c"],
        "labels": [],
        "people": [{"id": f"p{n}", "home_unit": 0} for n in range(PEOPLE)],
        "home_units": [{"cap": PEOPLE}],
        "teams": [{"id": "t", "roles": [*chief_seats, 2], "home_unit_cap": None}],
        "eligible": [[person, 0, role, 0, []] for person, role in chosen],
        "cooperation": {"pairs": pairs, "chief_roles": [0, 1], "each": EACH, "up_to": up_to},
    }
    return parse_instance(document)


def best_by_trying_all(instance: Instance, reduced: Any, chief_seats: tuple[int, int]) -> float:
    """The most any circle is worth: every set of chief columns with every set of other columns."""
    c, rule = instance.columns, instance.cooperation
    assert rule is not None
    known = {frozenset(pair) for pair in rule.pairs.tolist()}
    of_role = [[k for k in range(len(c)) if c.role[k] == role] for role in range(3)]
    chiefs = [
        [*a, *b]
        for n, m in itertools.product(range(chief_seats[0] + 1), range(chief_seats[1] + 1))
        for a in itertools.combinations(of_role[0], n)
        for b in itertools.combinations(of_role[1], m)
        if n + m
    ]
    best = 0.0
    for led in chiefs:
        for n in range(len(of_role[2]) + 1):
            for others in itertools.combinations(of_role[2], n):
                people = [int(c.person[k]) for k in (*led, *others)]
                if len(set(people)) < len(people):
                    continue
                pairs = sum(frozenset((int(c.person[k]), o)) in known for k in led for o in people)
                best = max(best, float(reduced[[*led, *others]].sum()) + EACH * min(rule.up_to, pairs))
    return best


every_pair = [list(pair) for pair in itertools.combinations(range(PEOPLE), 2)]
every_seat = [list(seat) for seat in itertools.product(range(PEOPLE), range(3))]


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.sampled_from([(1, 0), (2, 0), (1, 1), (1, 2)]),
    st.lists(st.sampled_from(every_pair), unique_by=tuple, min_size=2, max_size=12),
    st.lists(st.sampled_from(every_seat), unique_by=tuple, min_size=4, max_size=12),
    st.integers(1, 4),
    st.integers(0, 12),
    st.randoms(use_true_random=False),
)
def test_the_best_circle_is_what_trying_all_finds(
    chief_seats: tuple[int, int],
    pairs: list[list[int]],
    chosen: list[list[int]],
    up_to: int,
    price: int,
    rng: random.Random,
) -> None:
    instance = team_of(chief_seats, pairs, up_to, chosen)
    model = build_circle_model(instance)
    reduced = np.asarray([-float(rng.randint(0, 8)) for _ in range(model.size)])
    assert instance.cooperation is not None

    found = CircleFinder(model, instance.cooperation).best(reduced, np.asarray([float(price)]), 3)

    wanted = best_by_trying_all(instance, reduced, chief_seats)
    assert found.excess[0] == pytest.approx(max(0.0, wanted - price))
    assert bool(found.circles) == (wanted > price)
    if found.circles:
        first = found.circles[0]
        worth = float(reduced[list(first.members)].sum()) + EACH * min(up_to, first.pairs)
        assert worth == pytest.approx(wanted)


def worked_together(people: int = 60, teams: int = 3, seed: int = 4) -> dict[str, Any]:
    """A round in which many have worked together, with more pairs than a row each is tried for."""
    rng = random.Random(seed)
    return {
        "roles": ["leader", "deputy", "member"],
        "labels": ["finance"],
        "people": [{"id": f"p{n:02d}", "home_unit": n % 5} for n in range(people)],
        "home_units": [{"cap": people, "quota": 3, "over_quota_penalty": 2}] * 5,
        "teams": [
            {"id": f"t{n}", "roles": [1, 1, 4], "home_unit_cap": 3, "bounds": [{"label": 0, "min": 2, "max": None}]}
            for n in range(teams)
        ],
        "eligible": [
            [p, t, r, rng.randint(0, 20), [0] if p % 3 else []]
            for p in range(people)
            for t in range(teams)
            for r in range(3)
            if rng.random() < 0.6
        ],
        "never_together": [[0, 1], [2, 3]],
        "cooperation": {"pairs": every_known(people, rng), "chief_roles": [0, 1], "each": 9, "up_to": 3},
    }


def every_known(people: int, rng: random.Random) -> list[list[int]]:
    return [[p, q] for p in range(people) for q in range(p) if rng.random() < 0.05]


def test_circles_alone_come_within_a_hundredth_and_never_claim_less_than_there_is() -> None:
    document = worked_together()
    instance = parse_instance(document)
    assert can_use_circles(instance)
    assert instance.cooperation is not None
    base = build_circle_model(instance)
    linear = solve_linear(base, lambda: 30.0)
    begun = Found(None, -np.inf, linear.points + 3 * 27.0, is_proven=False)

    found = CircleSearch(instance, instance.cooperation, begun, Run(30.0), "round-1").best(linear)
    proven = solve(instance, Run(60.0), salt="round-1")

    assert found.taken is not None
    seats = [{"person": s.person, "team": s.team, "role": s.role} for s in seats_of(base, found.taken)]
    verdict = check(document, seats)
    assert verdict.is_lawful
    assert verdict.objective == pytest.approx(found.points)
    assert found.points == pytest.approx(points_with_cooperation(instance, base, found.taken))
    assert proven.status is Status.OPTIMAL
    assert proven.objective is not None
    assert found.points <= proven.objective <= found.bound
    assert (found.bound - found.points) / found.points <= 0.01


def test_a_program_cut_to_few_columns_is_lawful_and_its_bound_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circle_search, "_MOST_COLUMNS", 60)
    monkeypatch.setattr(circle_search, "_NEAR_ENOUGH", -1.0)  # both attempts are made, and pricing goes on between
    document = worked_together(seed=5)
    instance = parse_instance(document)
    assert instance.cooperation is not None
    base = build_circle_model(instance)
    linear = solve_linear(base, lambda: 30.0)
    begun = Found(None, -np.inf, linear.points + 3 * 27.0, is_proven=False)
    search = CircleSearch(instance, instance.cooperation, begun, Run(30.0), "round-1")
    found = search.best(linear)
    assert base.binaries > 60
    assert search.small.model.size == base.size + len(search.circles)
    assert found.taken is not None
    seats = [{"person": s.person, "team": s.team, "role": s.role} for s in seats_of(base, found.taken)]
    verdict = check(document, seats)
    assert verdict.is_lawful
    assert verdict.objective == pytest.approx(found.points)
    proven = solve(instance, Run(60.0), salt="round-1")
    assert proven.objective is not None
    assert found.points <= proven.objective <= found.bound


def test_teams_with_more_chiefs_than_circles_are_made_for_are_still_proven() -> None:
    document = worked_together(people=24, teams=2)
    for team in document["teams"]:
        team["roles"] = [1, 3, 1]
    assert not can_use_circles(parse_instance(document))
    solution = solve(parse_instance(document), Run(60.0))
    assert solution.status is Status.OPTIMAL
    assert check(document, solution.as_json()["assignments"]).objective == pytest.approx(solution.objective)
