"""Rounds nobody should plan, and random ones: a clear answer, and never an unlawful team."""

import re
from collections import Counter
from datetime import date
from typing import Any

from chassis.errors import Text
from hypothesis import given, settings
from hypothesis import strategies as st
from inspection_service.assembly.assemble import assemble
from inspection_service.assembly.built_in import BUILT_IN_PROFILES
from inspection_service.assembly.problem import (
    AssemblyProblem,
    Ban,
    Candidate,
    Demand,
    PastMember,
    PastTeam,
    Pin,
    Role,
    Target,
    Verdict,
    VerdictRank,
)
from inspection_service.assembly.progress import Run
from inspection_service.assembly.proposal import Proposal
from inspection_service.assembly.rule_set import IsGender, IsPartyMember, Profile, Rule
from inspection_service.assembly.solution import Status

CLEARANCES = ("internal", "confidential", "secret")
ROLES = (Role.LEADER, Role.MEMBER)
DRAWN = Profile(
    name="drawn",
    rules=(
        Rule(
            name="a_woman",
            title=Text("须有女干部", "a woman"),
            seats=ROLES,
            condition=IsGender(kind="gender", gender="female"),
        ),
        Rule(
            name="two_of_the_party",
            title=Text("须有两名党员", "two Party members"),
            seats=ROLES,
            condition=IsPartyMember(kind="party_member"),
            at_least=2,
            weight=12,
        ),
    ),
    most_from_one_unit=2,
)
SEATS = (Demand(role=Role.LEADER, count=1), Demand(role=Role.MEMBER, count=2))


def test_forty_teams_on_the_pool_of_one_unit_are_impossible_and_every_empty_seat_is_counted() -> None:
    pool = tuple(Candidate(cadre_id=f"c{n}", home_unit="only-unit") for n in range(30))
    targets = tuple(Target(unit_code=f"t{n:02d}", demands=SEATS) for n in range(40))
    proposal = assemble(AssemblyProblem(candidates=pool, targets=targets, unit_caps={"only-unit": 12}), Run(30.0))
    assert proposal.status is Status.INFEASIBLE
    assert proposal.teams == ()
    assert sum(one.missing for one in proposal.unmet) == 40 * 3 - 12
    assert proposal.sentence is not None
    assert len(proposal.sentence.en) < 200, "one sentence for a leader, not a line for each of the forty teams"
    assert sum(map(int, re.findall(r"lack (\d+) as", proposal.sentence.en))) == 40 * 3 - 12
    assert sum(map(int, re.findall(r"共缺\S+ (\d+) 名", proposal.sentence.zh))) == 40 * 3 - 12


@st.composite
def rounds(draw: Any) -> AssemblyProblem:
    units = [f"u{n}" for n in range(4)]
    targets = tuple(
        Target(
            unit_code=f"t{n}",
            demands=SEATS,
            secrecy=draw(st.sampled_from(["internal", "internal", *CLEARANCES])),
            profile=draw(st.sampled_from([None, "drawn", "mobile_continuity"])),
            linked_office="u0",
        )
        for n in range(draw(st.integers(1, 3)))
    )
    pool = tuple(
        Candidate(
            cadre_id=f"c{n}",
            home_unit=draw(st.sampled_from([*units, "t0"])),
            home_unit_type=draw(st.sampled_from(["inspection_office", "cdi", "supervised_unit"])),
            gender=draw(st.sampled_from(["female", "male"])),
            party_member=draw(st.booleans()),
            clearance=draw(st.sampled_from(CLEARANCES)),
            last_grade=draw(st.sampled_from([None, "excellent", "competent", "incompetent"])),
            available=draw(st.booleans()) or draw(st.booleans()),
        )
        for n in range(draw(st.integers(0, 14)))
    )
    pairs = st.tuples(st.sampled_from(range(14)), st.sampled_from(range(len(targets))))
    verdicts = tuple(
        Verdict(cadre_id=f"c{c}", unit_code=f"t{t}", verdict=draw(st.sampled_from(list(VerdictRank))))
        for c, t in draw(st.lists(pairs, max_size=12))
    )
    banned = {f"c{c}" for c in draw(st.lists(st.integers(0, 13), max_size=3))}
    pins = tuple(
        Pin(cadre_id=c.cadre_id, unit_code="t0") for c in pool[: draw(st.integers(0, 2))] if c.cadre_id not in banned
    )
    people = st.integers(0, 13).map(lambda n: f"c{n}")
    together = st.lists(st.tuples(people, people), max_size=8).map(tuple)
    return AssemblyProblem(
        candidates=pool,
        never_together=draw(together),
        worked_together=tuple(pair for pair in draw(together) if pair[0] != pair[1]),
        past_teams=tuple(
            PastTeam(
                unit_code=target.unit_code,
                round_type="regular",
                closed_on=date(2025, 1, 1),
                members=tuple(PastMember(cadre_id=one) for one in draw(st.lists(people, max_size=3, unique=True))),
            )
            for target in targets
        ),
        profiles=(*BUILT_IN_PROFILES, DRAWN),
        fair_shares={unit: draw(st.integers(0, 3)) for unit in units},
        weights={"cooperation": draw(st.sampled_from([0, 0, 7])), "fair_share": draw(st.integers(0, 50))},
        targets=targets,
        verdicts=verdicts,
        bans=tuple(Ban(cadre_id=cadre_id) for cadre_id in sorted(banned)),
        pins=pins,
        unit_caps={unit: draw(st.integers(0, 4)) for unit in units},
    )


def assert_lawful(problem: AssemblyProblem, proposal: Proposal) -> None:
    known = {c.cadre_id: c for c in problem.candidates}
    blocked = {(v.cadre_id, v.unit_code) for v in problem.verdicts if v.verdict is VerdictRank.BLOCK}
    seated = [m.cadre_id for team in proposal.teams for m in team.members]
    assert len(seated) == len(set(seated))
    assert not set(seated) & {ban.cadre_id for ban in problem.bans}
    for team in proposal.teams:
        target = next(one for one in problem.targets if one.unit_code == team.unit_code)
        members = [known[member.cadre_id] for member in team.members]
        here = {member.cadre_id for member in team.members}
        assert not [pair for pair in problem.never_together if pair[0] != pair[1] and set(pair) <= here]
        assert all(CLEARANCES.index(one.clearance) >= CLEARANCES.index(target.secrecy) for one in members)
        if target.profile == "drawn":
            homes = Counter(one.home_unit for one in members)
            assert max(homes.values()) <= 2
            unmet = {one.rule for one in proposal.unmet if one.unit_code == team.unit_code}
            assert ("a_woman" in unmet) == all(one.gender != "female" for one in members)
            assert ("two_of_the_party" in unmet) == (sum(one.party_member for one in members) < 2)
    for unit, cap in problem.unit_caps.items():
        assert sum(known[cadre_id].home_unit == unit for cadre_id in seated) <= cap
    for team in proposal.teams:
        assert sorted(m.role for m in team.members) == [Role.LEADER, Role.MEMBER, Role.MEMBER]
        for m in team.members:
            assert (m.cadre_id, team.unit_code) not in blocked
            assert known[m.cadre_id].home_unit != team.unit_code
            assert known[m.cadre_id].available
    placed = {(m.cadre_id, team.unit_code) for team in proposal.teams for m in team.members}
    assert all((pin.cadre_id, pin.unit_code) in placed for pin in problem.pins)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(rounds())
def test_a_random_round_gets_lawful_teams_or_is_said_to_be_impossible(problem: AssemblyProblem) -> None:
    proposal = assemble(problem, Run(30.0))
    answers = (Status.OPTIMAL, Status.FEASIBLE) if problem.weights["cooperation"] else (Status.OPTIMAL,)
    assert proposal.status in (*answers, Status.INFEASIBLE)
    if proposal.status in answers:
        assert_lawful(problem, proposal)
    else:
        assert proposal.teams == ()
        assert proposal.unmet
