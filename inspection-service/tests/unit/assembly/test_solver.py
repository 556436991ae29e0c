"""The solver against brute force and the separate checker, on tiny random instances."""

import hashlib
import itertools
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inspection_service.assembly import drawing
from inspection_service.assembly import search as searching
from inspection_service.assembly.building import build_model
from inspection_service.assembly.checker import check
from inspection_service.assembly.draw import ALL_LOTS, LOT_BITS, lots, lots_as_points
from inspection_service.assembly.instance import parse_instance
from inspection_service.assembly.model import RowKind
from inspection_service.assembly.progress import Run
from inspection_service.assembly.sentences import conflict_rows
from inspection_service.assembly.shortages import find_shortage
from inspection_service.assembly.solution import Solution, Status
from inspection_service.assembly.solver import solve

Document = dict[str, Any]
LIMIT_S = 30.0


def solved(document: Document, salt: str = "") -> Solution:
    return solve(parse_instance(document), Run(LIMIT_S), salt=salt)


@st.composite
def instances(draw: st.DrawFn) -> Document:
    """Five people, two teams, two roles, two labels: small enough to try every assignment."""
    people = [{"id": f"p{i}", "home_unit": draw(st.integers(0, 1))} for i in range(5)]
    triples = list(itertools.product(range(5), range(2), range(2)))
    chosen = draw(st.lists(st.sampled_from(triples), min_size=4, max_size=13, unique=True))
    eligible = [
        [*triple, draw(st.integers(-9, 9)), draw(st.lists(st.integers(0, 1), unique=True, max_size=2))]
        for triple in chosen
    ]
    teams = [
        {
            "id": f"t{i}",
            "roles": [1, draw(st.integers(0, 2))],
            "home_unit_cap": draw(st.integers(1, 3)),
            "bounds": [
                {"label": 0, "min": draw(st.integers(0, 2)), "max": draw(st.sampled_from([None, 1, 2, 9]))}
                for _ in range(draw(st.integers(0, 1)))
            ],
            "rewards": [{"label": 1, "each": draw(st.integers(0, 5)), "up_to": draw(st.integers(0, 2))}],
        }
        for i in range(2)
    ]
    units = [
        {
            "cap": draw(st.integers(1, 4)),
            "quota": draw(st.integers(0, 2)),
            "over_quota_penalty": draw(st.integers(0, 6)),
        }
        for _ in range(2)
    ]
    cooperation = draw(
        st.none()
        | st.builds(
            lambda pairs, chiefs, each, up_to: {"pairs": pairs, "chief_roles": chiefs, "each": each, "up_to": up_to},
            st.lists(st.sampled_from([[0, 1], [1, 2], [0, 3], [2, 4], [3, 4]]), unique_by=tuple, max_size=5),
            st.sampled_from([[0], [1], [0, 1]]),
            st.integers(0, 7),
            st.integers(0, 3),
        )
    )
    return {
        "roles": ["leader", "member"],
        "labels": ["a", "b"],
        "people": people,
        "home_units": units,
        "teams": teams,
        "eligible": eligible,
        "never_together": draw(st.lists(st.sampled_from([[0, 1], [2, 3]]), unique_by=tuple, max_size=2)),
        "cooperation": cooperation,
    }


def every_assignment(document: Document) -> list[list[dict[str, str]]]:
    """All ways to give each person at most one eligible seat."""
    choices: list[list[dict[str, str] | None]] = []
    for i, person in enumerate(document["people"]):
        mine = [e for e in document["eligible"] if e[0] == i]
        seats = [
            {"person": person["id"], "team": document["teams"][e[1]]["id"], "role": document["roles"][e[2]]}
            for e in mine
        ]
        choices.append([None, *seats])
    return [[seat for seat in combination if seat is not None] for combination in itertools.product(*choices)]


def broken_demands(document: Document, seats: list[dict[str, str]]) -> frozenset[tuple[Any, ...]] | None:
    """Demands an assignment breaks, as conflict rows name them; None if it breaks what always holds."""
    rows = set()
    for v in check(document, seats).violations:
        if v.rule in {"sits_twice", "never_together"}:
            return None
        rows.add(tuple(sorted(v.about.items())))
    return frozenset(rows)


tiny = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@tiny
@given(instances())
def test_an_optimum_is_what_brute_force_finds_and_the_checker_accepts_it(document: Document) -> None:
    verdicts = [check(document, seats) for seats in every_assignment(document)]
    lawful = [v.objective for v in verdicts if v.is_lawful and v.objective is not None]

    solution = solved(document)

    assert (solution.status is Status.OPTIMAL) == bool(lawful)
    if lawful:
        verdict = check(document, solution.as_json()["assignments"])
        assert verdict.is_lawful
        assert verdict.objective == pytest.approx(solution.objective)
        assert solution.objective == pytest.approx(max(lawful))
        assert solution.bound == pytest.approx(max(lawful))


@tiny
@given(instances())
def test_a_conflict_cannot_hold_and_holds_without_any_one_of_its_rows(document: Document) -> None:
    solution = solved(document)
    if solution.status is not Status.INFEASIBLE:
        return
    core = [tuple(sorted(row.as_json().items())) for row in solution.conflict]
    broken = [b for seats in every_assignment(document) if (b := broken_demands(document, seats)) is not None]

    assert solution.conflict_is_minimal
    assert solution.sentence is not None
    assert not any(b.isdisjoint(core) for b in broken)
    for left_out in core:
        rest = set(core) - {left_out}
        assert any(b.isdisjoint(rest) for b in broken), left_out


@tiny
@given(instances())
def test_what_counting_calls_a_shortage_cannot_hold(document: Document) -> None:
    instance = parse_instance(document)
    short = find_shortage(instance)
    if short is not None:
        model = build_model(replace(instance, cooperation=None))
        rows = {tuple(sorted(row.as_json().items())) for row in conflict_rows(model, short.rows(model))}
        broken = [b for seats in every_assignment(document) if (b := broken_demands(document, seats)) is not None]
        assert not any(b.isdisjoint(rows) for b in broken)


def test_a_shortage_of_lent_people_is_found_by_counting_alone() -> None:
    """Twelve units lend one person each, the teams have twenty seats: the caps and all seats of the role, no more."""
    document = crowd()
    document["home_units"] = [{"cap": 1} for _ in range(12)]
    instance = parse_instance(document)
    short = find_shortage(instance)
    assert short is not None
    model = build_model(instance)
    assert set(model.kind[short.rows(model)].tolist()) == {RowKind.SEATS, RowKind.UNIT}
    assert find_shortage(parse_instance(crowd())) is None


def test_a_team_that_asks_two_units_for_more_than_it_may_take_of_them_is_found_by_counting() -> None:
    """Finance people are there in two units alone, and two of a unit may sit in a team: five are not to be had."""
    document = crowd()
    document["teams"][0]["bounds"] = [{"label": 0, "min": 5, "max": None}]
    for row in document["eligible"]:
        if row[1] == 0:
            row[4] = [0] if row[0] % 12 < 2 else []
    instance = parse_instance(document)
    short = find_shortage(instance)
    assert short is not None
    model = build_model(instance)
    assert model.kind[short.rows(model)].tolist() == [RowKind.LABEL, RowKind.TEAM_UNIT, RowKind.TEAM_UNIT]
    assert [row.as_json() for row in solved(document).conflict] == [
        {"team": "t0", "label": "finance"},
        {"team": "t0", "home_unit": 0},
        {"team": "t0", "home_unit": 1},
    ]


def test_a_team_that_asks_for_more_of_two_kinds_than_it_has_seats_is_found_by_counting() -> None:
    """Three of each kind in five seats, and nobody is both; with one person who is both they fit."""
    document = crowd()
    document["teams"][0]["bounds"] = [{"label": label, "min": 3, "max": None} for label in (0, 1)]
    for row in document["eligible"]:
        if row[1] == 0:
            row[4] = [row[0] % 2]
    short = find_shortage(parse_instance(document))
    assert short is not None
    model = build_model(parse_instance(document))
    assert sorted(model.kind[short.rows(model)].tolist()) == [0, 0, RowKind.LABEL, RowKind.LABEL]
    assert len(solved(document).conflict) == 4

    next(row for row in document["eligible"] if row[1] == 0)[4] = [0, 1]
    assert find_shortage(parse_instance(document)) is None
    assert solved(document).status is Status.OPTIMAL


def shuffled(document: Document, seed: int) -> Document:
    """The same instance, listed in another order."""
    rng = random.Random(seed)
    orders = {}
    for key in ("people", "teams", "roles", "labels", "home_units"):
        orders[key] = list(range(len(document[key])))
        rng.shuffle(orders[key])
    new = {key: {old: at for at, old in enumerate(order)} for key, order in orders.items()}

    def label(i: int) -> int:
        return new["labels"][i]

    teams = []
    for old in orders["teams"]:
        team = document["teams"][old]
        teams.append(
            {
                **team,
                "roles": [team["roles"][r] for r in orders["roles"]],
                "bounds": [{**b, "label": label(b["label"])} for b in team["bounds"]],
                "rewards": [{**r, "label": label(r["label"])} for r in team["rewards"]],
            }
        )
    eligible = [
        [new["people"][p], new["teams"][t], new["roles"][r], score, [label(x) for x in reversed(labels)]]
        for p, t, r, score, labels in document["eligible"]
    ]
    rng.shuffle(eligible)
    cooperation = document["cooperation"]
    if cooperation is not None:
        pairs = [[new["people"][q], new["people"][p]] for p, q in cooperation["pairs"]]
        cooperation = {
            **cooperation,
            "pairs": pairs,
            "chief_roles": [new["roles"][r] for r in cooperation["chief_roles"]],
        }
    return {
        "roles": [document["roles"][i] for i in orders["roles"]],
        "labels": [document["labels"][i] for i in orders["labels"]],
        "people": [
            {**document["people"][i], "home_unit": new["home_units"][document["people"][i]["home_unit"]]}
            for i in orders["people"]
        ],
        "home_units": [document["home_units"][i] for i in orders["home_units"]],
        "teams": teams,
        "eligible": eligible,
        "never_together": [[new["people"][p], new["people"][q]] for p, q in document["never_together"]],
        "cooperation": cooperation,
    }


def crowd(people: int = 120, teams: int = 4, *, best: int = 3) -> Document:
    """A pool with many equally good answers."""
    rng = random.Random(7)
    return {
        "roles": ["leader", "member"],
        "labels": ["finance", "woman"],
        "people": [{"id": f"p{i:03}", "home_unit": i % 12} for i in range(people)],
        "home_units": [{"cap": 3, "quota": 2, "over_quota_penalty": 2} for _ in range(12)],
        "teams": [
            {
                "id": f"t{i}",
                "roles": [1, 4],
                "home_unit_cap": 2,
                "bounds": [{"label": 0, "min": 2, "max": None}, {"label": 1, "min": 1, "max": 3}],
                "rewards": [],
            }
            for i in range(teams)
        ],
        "eligible": [
            [p, t, r, rng.randint(0, best), [x for x in range(2) if rng.random() < 0.4]]
            for p in range(people)
            for t in range(teams)
            for r in range(2)
            if rng.random() < 0.5
        ],
        "never_together": [[0, 1], [2, 3]],
        "cooperation": None,
    }


def test_shuffled_input_gives_the_same_teams() -> None:
    document = crowd()
    answers = {solved(shuffled(document, seed), "round-1").seats for seed in range(6)}
    assert len(answers) == 1


def test_another_salt_draws_another_of_the_equally_good_answers() -> None:
    document = crowd()
    answers = [solved(document, salt) for salt in ("round-1", "round-2")]
    assert answers[0].objective == answers[1].objective
    assert answers[0].seats != answers[1].seats


def test_the_draw_takes_no_notice_of_the_clock() -> None:
    class Slow(Run):
        """A machine on which every look at the clock takes a minute."""

        looks = 0

        @property
        def seconds(self) -> float:
            self.looks += 1
            return 60.0 * self.looks

    document = crowd()
    slow = Slow(1_000_000.0)
    assert solve(parse_instance(document), slow, salt="round-1").seats == solved(document, "round-1").seats
    assert slow.looks > 10


def test_all_lots_together_are_worth_less_than_a_point() -> None:
    model = build_model(parse_instance(crowd()))
    everything = np.arange(model.size)
    drawn = lots(model, everything, "round-1")
    assert len(set(drawn[: model.binaries].tolist())) > 0.9 * model.binaries
    assert not drawn[model.binaries :].any()
    assert drawn.max() < 2**LOT_BITS
    assert lots_as_points(model, everything, "round-1").max() * model.instance.seats.sum() < ALL_LOTS


def lot(salt: str, seat: dict[str, str]) -> int:
    """The lot of a seat as the documentation says it, so that anybody can draw again."""
    text = "".join(f"{len(part)}:{part}" for part in (salt, seat["person"], seat["team"], seat["role"]))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()[:2], "big")


@tiny
@given(instances(), st.sampled_from(["round-1", "round-2", "round-3"]))
def test_of_equally_good_answers_the_one_with_the_most_lots_is_drawn(document: Document, salt: str) -> None:
    document = {**document, "cooperation": None}
    verdicts = [(check(document, seats), seats) for seats in every_assignment(document)]
    best = max((v.objective for v, _ in verdicts if v.is_lawful and v.objective is not None), default=None)
    most = max(
        (sum(lot(salt, s) for s in seats) for v, seats in verdicts if v.is_lawful and v.objective == best), default=None
    )

    solution = solved(document, salt)

    if best is None:
        assert not solution.is_drawn
    else:
        assert solution.is_drawn
        assert sum(lot(salt, seat) for seat in solution.as_json()["assignments"]) == most


def test_lots_decide_exactly_in_a_crowd_of_equals_and_no_exchange_of_two_people_has_more() -> None:
    document = crowd()
    solution = solved(document, "round-1")
    assert solution.is_drawn
    seats = solution.as_json()["assignments"]
    drawn = sum(lot("round-1", seat) for seat in seats)
    free = {person["id"] for person in document["people"]} - {seat["person"] for seat in seats}
    tried = 0
    for at, seat in enumerate(seats):
        for person in sorted(free):
            other = [*seats[:at], {**seat, "person": person}, *seats[at + 1 :]]
            verdict = check(document, other)
            if verdict.is_lawful and verdict.objective == solution.objective:
                tried += 1
                assert sum(lot("round-1", one) for one in other) <= drawn
    assert tried > 10


def test_where_too_many_are_equal_to_be_sure_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_MOST_COLUMNS", 40)
    document = crowd(best=0)
    first = solved(document, "round-1")
    assert first.status is Status.OPTIMAL
    assert not first.is_drawn
    assert check(document, first.as_json()["assignments"]).is_lawful
    assert {solved(shuffled(document, seed), "round-1").seats for seed in range(3)} == {first.seats}


def test_a_shortage_is_said_as_supply_and_demand() -> None:
    document = crowd(people=30)
    document["teams"][0]["bounds"].append({"label": 0, "min": 40, "max": None})
    solution = solved(document)
    assert solution.status is Status.INFEASIBLE
    assert [row.as_json() for row in solution.conflict] == [{"team": "t0", "label": "finance"}]
    assert solution.sentence is not None
    assert "40" in solution.sentence.zh
    assert "team t0 needs 40 people of “finance”" in solution.sentence.en


def test_running_out_of_time_is_said_and_not_an_error() -> None:
    solution = solve(parse_instance(crowd()), Run(0.0))
    assert solution.status in {Status.UNKNOWN, Status.FEASIBLE}
    assert solution.conflict == ()


def test_a_stopped_solve_reports_no_more_than_it_proved() -> None:
    heard: list[float] = []
    run = Run(LIMIT_S, lambda p: heard.append(p.objective) if p.objective is not None else None, lambda: bool(heard))
    solution = solve(parse_instance(crowd(best=90)), run)
    if solution.objective is not None:
        assert solution.bound is not None
        assert solution.bound >= solution.objective
        assert check(crowd(best=90), solution.as_json()["assignments"]).is_lawful


def equals(teams: int = 4, people: int = 60) -> Document:
    """Everybody may serve everywhere for the same points; units lend few."""
    return {
        "roles": ["leader", "member"],
        "labels": ["a", "b"],
        "people": [{"id": f"p{n}", "home_unit": n % 10} for n in range(people)],
        "home_units": [{"cap": 2, "quota": 1, "over_quota_penalty": 1}] * 10,
        "teams": [
            {"id": f"t{n}", "roles": [1, 3], "home_unit_cap": 1, "bounds": [{"label": 0, "min": 2, "max": None}],
             "rewards": []}
            for n in range(teams)
        ],
        "eligible": [
            [n, team, role, 10, [n % 2]] for n in range(people) for team in range(teams) for role in range(2)
        ],
        "never_together": [[0, 1]],
        "cooperation": None,
    }  # fmt: skip


@pytest.mark.parametrize("few", [0, 40])
def test_among_equals_a_few_are_looked_at_first_and_the_answer_is_proven_for_all(
    monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    document = equals()
    plain = solved(document)
    monkeypatch.setattr(searching, "_MANY", 50)
    monkeypatch.setattr(searching, "_FEW", few)
    found = solved(document)
    assert (found.status, found.objective) == (Status.OPTIMAL, plain.objective)
    verdict = check(document, found.as_json()["assignments"])
    assert (verdict.is_lawful, verdict.objective) == (True, plain.objective)


@given(document=instances())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_that_a_few_hold_no_proposal_says_nothing_of_all(monkeypatch: pytest.MonkeyPatch, document: Document) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(searching, "_MANY", 0)
        patched.setattr(searching, "_FEW", 1)
        sampled = solved(document)
    plain = solved(document)
    assert (sampled.status, sampled.objective) == (plain.status, plain.objective)
