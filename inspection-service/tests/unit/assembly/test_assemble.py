"""From cadres and targets to proposals: the Tianjin rule, what eases, what never does, and contradictory requests."""

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inspection_service.assembly.assemble import assemble, input_hash
from inspection_service.assembly.built_in import DEFAULT_WEIGHTS
from inspection_service.assembly.errors import InvalidAssembly
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
    WorkPeriod,
    validate_problem,
)
from inspection_service.assembly.progress import Run
from inspection_service.assembly.proposal import Proposal
from inspection_service.assembly.solution import Status

UNIT = "supply-coop"
OFFICE = "so-5"


def cadre(cadre_id: str, home_unit: str, home_unit_type: str, **more: Any) -> Candidate:
    return Candidate(cadre_id=cadre_id, home_unit=home_unit, home_unit_type=home_unit_type, **more)


def deputy_at(office: str, post: str = "副主任", until: date | None = None) -> tuple[WorkPeriod, ...]:
    return (WorkPeriod(unit_code=office, post=post, since=date(2019, 3, 1), until=until),)


CADRES = (
    cadre("commissioner", "io", "inspection_office", rank="division_chief", pool_kinds={"inspection_member"}),
    cadre("deputy-director", OFFICE, "supervision_office", work_history=deputy_at(OFFICE)),
    cadre("case-manager", "cmo", "case_management_office"),
    cadre("inspector", "io", "inspection_office"),
    cadre("accountant", "audit", "supervised_unit", tags={"finance"}),
    cadre("clerk-1", "bureau", "supervised_unit"),
    cadre("clerk-2", "bureau", "supervised_unit"),
)


def past(unit: str, closed_on: date, *members: str, round_type: str = "regular") -> PastTeam:
    sat = tuple(PastMember(cadre_id=m, role="member") for m in members)
    return PastTeam(unit_code=unit, round_type=round_type, closed_on=closed_on, members=sat)


HISTORY = (past(UNIT, date(2021, 6, 30), "commissioner"),)
TIANJIN = Target(unit_code=UNIT, linked_office=OFFICE, profile="mobile_continuity")


def problem(**more: Any) -> AssemblyProblem:
    return AssemblyProblem(**{"candidates": CADRES, "targets": (TIANJIN,), "past_teams": HISTORY, **more})


def run(asked: AssemblyProblem) -> Proposal:
    return assemble(asked, Run(30.0))


def without(*gone: str) -> tuple[Candidate, ...]:
    return tuple(c for c in CADRES if c.cadre_id not in gone)


def seat_of(proposal: Proposal, cadre_id: str) -> Role | None:
    return next((m.role for t in proposal.teams for m in t.members if m.cadre_id == cadre_id), None)


def codes(proposal: Proposal, cadre_id: str) -> set[str]:
    return {r.code for t in proposal.teams for m in t.members if m.cadre_id == cadre_id for r in m.reasons}


def test_the_tianjin_rule_seats_the_former_participant_and_the_linked_deputy() -> None:
    proposal = run(problem())
    assert proposal.status is Status.OPTIMAL
    assert proposal.unmet == ()
    assert proposal.gap == 0
    assert seat_of(proposal, "commissioner") is Role.LEADER
    assert seat_of(proposal, "deputy-director") is Role.DEPUTY_LEADER
    assert seat_of(proposal, "case-manager") is Role.MEMBER
    assert seat_of(proposal, "inspector") is Role.MEMBER
    assert "took_part_last_round" in codes(proposal, "commissioner")
    assert "deputy_of_linked_office" in codes(proposal, "deputy-director")
    assert len(proposal.teams[0].members) == 6


def test_people_of_another_area_fill_seats_but_not_the_rules_about_the_own_bodies() -> None:
    own = frozenset({"io", OFFICE, "cmo", "audit", "bureau"})
    target = TIANJIN.model_copy(update={"own_units": own})
    strangers = (
        cadre("stranger-1", "other-io", "inspection_office", rank="division_chief", pool_kinds={"inspection_member"}),
        cadre("stranger-2", "other-cmo", "case_management_office", pool_kinds={"inspection_member"}),
    )
    whole = run(problem(targets=(target,), candidates=(*CADRES, *strangers)))
    assert whole.unmet == ()
    assert seat_of(whole, "stranger-1") is seat_of(whole, "stranger-2") is None
    short = run(problem(targets=(target,), candidates=(*without("inspector", "clerk-1"), *strangers)))
    assert [u.rule for u in short.unmet] == ["members_from_inspection_office"]
    assert len(short.teams[0].members) == 6
    assert "from_inspection_office" not in codes(short, "stranger-1")


@pytest.mark.parametrize(
    ("gone", "rule"),
    [
        ("commissioner", "leader_took_part"),
        ("deputy-director", "deputy_from_linked_office"),
        ("case-manager", "members_from_commission"),
        ("inspector", "members_from_inspection_office"),
    ],
)
def test_without_one_person_exactly_the_unmet_rule_is_named(gone: str, rule: str) -> None:
    proposal = run(problem(candidates=without(gone)))
    assert proposal.status is Status.OPTIMAL
    assert [(u.rule, u.unit_code) for u in proposal.unmet] == [(rule, UNIT)]
    assert len(proposal.teams[0].members) == 6
    assert proposal.sentence is not None
    assert UNIT in proposal.sentence.zh
    assert proposal.relaxations[-1].kind == "override_rule"


@pytest.mark.parametrize(
    "history",
    [
        deputy_at(OFFICE, until=date(2022, 1, 1)),
        deputy_at("so-6"),
        deputy_at(OFFICE, post="主任"),
        deputy_at(OFFICE, post="副主任科员"),
    ],
)
def test_a_post_left_another_office_or_another_title_is_no_linked_deputy(history: tuple[WorkPeriod, ...]) -> None:
    changed = CADRES[1].model_copy(update={"work_history": history})
    proposal = run(problem(candidates=(*without("deputy-director"), changed)))
    assert [u.rule for u in proposal.unmet] == ["deputy_from_linked_office"]


@pytest.mark.parametrize(
    "history",
    [
        (past(UNIT, date(2021, 6, 30), "commissioner"), past(UNIT, date(2022, 6, 30), "clerk-1")),
        (past(UNIT, date(2021, 6, 30), "clerk-1"), past(UNIT, date(2022, 6, 30), "commissioner", round_type="special")),
        (past("another-unit", date(2022, 6, 30), "commissioner"), past(UNIT, date(2020, 1, 1), "clerk-1")),
    ],
)
def test_only_the_latest_regular_round_on_the_unit_counts(history: tuple[PastTeam, ...]) -> None:
    proposal = run(problem(past_teams=history))
    assert proposal.unmet == ()
    assert seat_of(proposal, "clerk-1") is Role.LEADER


def test_a_blocked_cadre_never_sits_and_the_ground_is_not_told() -> None:
    verdict = Verdict(cadre_id="commissioner", unit_code=UNIT, verdict=VerdictRank.BLOCK, code="personal_ground")
    proposal = run(problem(verdicts=(verdict,)))
    assert seat_of(proposal, "commissioner") is None
    assert [u.rule for u in proposal.unmet] == ["leader_took_part"]
    assert not any(r.cadre_id == "commissioner" for r in proposal.relaxations)


def test_nobody_inspects_the_own_unit() -> None:
    own = cadre("insider", UNIT, "inspection_office", pool_kinds={"inspection_leader"}, tags={"finance", "audit"})
    proposal = run(problem(candidates=(*CADRES, own)))
    assert seat_of(proposal, "insider") is None


def test_a_cadre_below_the_secrecy_of_the_target_never_sits() -> None:
    secret = TIANJIN.model_copy(update={"secrecy": "secret"})
    cleared = tuple(c.model_copy(update={"clearance": "secret"}) for c in without("clerk-1"))
    proposal = run(problem(targets=(secret,), candidates=(*cleared, CADRES[5])))
    assert seat_of(proposal, "clerk-1") is None
    assert proposal.status is Status.OPTIMAL


def test_a_rule_is_set_aside_before_a_recusal_question_and_the_waiver_is_offered() -> None:
    verdict = Verdict(cadre_id="commissioner", unit_code=UNIT, verdict=VerdictRank.REVIEW, code="worked_there")
    proposal = run(problem(verdicts=(verdict,)))
    assert [u.rule for u in proposal.unmet] == ["leader_took_part"]
    assert ("waive_review", "commissioner") in {(r.kind, r.cadre_id) for r in proposal.relaxations}


def test_a_cadre_under_review_sits_only_when_no_other_fills_the_seat_and_is_flagged() -> None:
    verdict = Verdict(cadre_id="clerk-1", unit_code=UNIT, verdict=VerdictRank.REVIEW, code="region")
    proposal = run(problem(candidates=without("clerk-2"), verdicts=(verdict,)))
    assert proposal.status is Status.OPTIMAL
    assert proposal.unmet == ()
    flagged = [m.cadre_id for m in proposal.teams[0].members if m.waiver]
    assert flagged == ["clerk-1"]
    assert "needs_waiver:region" in codes(proposal, "clerk-1")
    assert proposal.objective is not None
    assert proposal.objective > 0


def test_too_few_lawful_people_is_infeasible_and_says_which_seat() -> None:
    proposal = run(problem(candidates=without("clerk-1", "clerk-2", "commissioner")))
    assert proposal.status is Status.INFEASIBLE
    assert proposal.teams == ()
    assert sum(u.missing for u in proposal.unmet if u.rule.startswith("seat:")) == 2
    assert "leader_took_part" in {u.rule for u in proposal.unmet}
    assert proposal.sentence is not None
    assert len(proposal.partial_teams[0].members) == 4


def test_an_empty_pool_is_infeasible_for_every_seat() -> None:
    proposal = run(problem(candidates=(), targets=(Target(unit_code=UNIT),)))
    assert proposal.status is Status.INFEASIBLE
    assert {u.rule: u.missing for u in proposal.unmet} == {
        "seat:leader": 1,
        "seat:deputy_leader": 1,
        "seat:liaison": 1,
        "seat:member": 3,
    }


def test_pool_kinds_are_a_preference_unless_the_demand_names_them() -> None:
    six = tuple(cadre(f"c{i}", f"u{i}", "supervised_unit", pool_kinds={"inspection_member"}) for i in range(6))
    target = Target(unit_code=UNIT)
    assert run(problem(candidates=six, targets=(target,))).status is Status.OPTIMAL
    strict = Target(unit_code=UNIT, demands=(Demand(role=Role.LEADER, count=1, pool_kinds=("inspection_leader",)),))
    proposal = run(problem(candidates=six, targets=(strict,)))
    assert [u.rule for u in proposal.unmet] == ["seat:leader"]
    assert proposal.relaxations[0].kind == "widen_pools"


def test_demanded_tags_are_hard_and_several_demands_of_one_role_live_together() -> None:
    demands = (
        Demand(role=Role.LEADER, count=1),
        Demand(role=Role.MEMBER, count=1, tags=("finance",)),
        Demand(role=Role.MEMBER, count=1),
    )
    proposal = run(problem(targets=(Target(unit_code=UNIT, demands=demands),)))
    assert seat_of(proposal, "accountant") is Role.MEMBER
    assert "tag:finance" in codes(proposal, "accountant")
    assert len(proposal.teams[0].members) == 3


def test_pins_hold_and_bans_hold() -> None:
    proposal = run(
        problem(pins=(Pin(cadre_id="clerk-2", unit_code=UNIT, role=Role.LIAISON),), bans=(Ban(cadre_id="accountant"),))
    )
    assert seat_of(proposal, "clerk-2") is Role.LIAISON
    assert "pinned" in codes(proposal, "clerk-2")
    assert seat_of(proposal, "accountant") is None


def test_a_pin_that_recusal_forbids_is_named_and_nothing_unlawful_is_proposed() -> None:
    verdict = Verdict(cadre_id="clerk-1", unit_code=UNIT, verdict=VerdictRank.BLOCK, code="personal_ground")
    proposal = run(problem(pins=(Pin(cadre_id="clerk-1", unit_code=UNIT),), verdicts=(verdict,)))
    assert proposal.status is Status.INFEASIBLE
    assert [(u.rule, u.cadre_id) for u in proposal.unmet] == [("pin", "clerk-1")]


def test_lending_caps_of_home_units_hold() -> None:
    proposal = run(problem(unit_caps={"bureau": 1}))
    assert proposal.status is Status.OPTIMAL
    assert len({"clerk-1", "clerk-2"} & {m.cadre_id for m in proposal.teams[0].members}) == 1


def test_a_home_unit_sends_no_more_than_its_share_where_others_are_as_good() -> None:
    six = tuple(cadre(f"c{i}", "bureau" if i < 3 else f"u{i}", "supervised_unit") for i in range(6))
    three = Target(unit_code=UNIT, demands=(Demand(role=Role.MEMBER, count=3),))
    asked = problem(candidates=six, targets=(three,), past_teams=())
    for share in (0, 1, 3):
        proposal = run(asked.model_copy(update={"fair_shares": {"bureau": share}, "salt": "s"}))
        sent = [m.cadre_id for m in proposal.teams[0].members if m.cadre_id in ("c0", "c1", "c2")]
        assert len(sent) <= share
        assert proposal.status is Status.OPTIMAL
    need = run(asked.model_copy(update={"candidates": six[:3], "fair_shares": {"bureau": 1}}))
    plain = run(asked.model_copy(update={"candidates": six[:3]}))
    assert need.objective is not None
    assert plain.objective is not None
    assert plain.objective - need.objective == 2 * DEFAULT_WEIGHTS["fair_share"]


def test_an_excellent_appraisal_speaks_for_and_a_poor_one_against() -> None:
    grades = {"good": "excellent", "plain": None, "fair": "competent", "poor": "incompetent"}
    people = tuple(cadre(name, name, "supervised_unit", last_grade=grade) for name, grade in grades.items())

    def chosen(count: int) -> Proposal:
        target = Target(unit_code=UNIT, demands=(Demand(role=Role.MEMBER, count=count),))
        return run(problem(candidates=people, targets=(target,)))

    assert codes(chosen(1), "good") >= {"appraised_excellent"}
    assert seat_of(chosen(3), "poor") is None
    assert codes(chosen(4), "poor") == {"not_lent_before"}


def test_who_has_served_well_together_sits_together_where_an_office_wants_it() -> None:
    people = tuple(cadre(f"c{i}", f"u{i}", "supervised_unit") for i in range(6))
    two = (Demand(role=Role.LEADER, count=1), Demand(role=Role.MEMBER, count=1))
    asked = problem(candidates=people, targets=(Target(unit_code=UNIT, demands=two),), worked_together=(("c2", "c4"),))
    wanted = run(asked.model_copy(update={"weights": {"cooperation": 9}}))
    assert {m.cadre_id for m in wanted.teams[0].members} == {"c2", "c4"}
    unwanted = run(asked)
    assert wanted.objective is not None
    assert unwanted.objective is not None
    assert wanted.objective - unwanted.objective == 9


def test_two_pinned_who_may_not_share_a_team_are_said_in_one_sentence() -> None:
    pins = tuple(Pin(cadre_id=one, unit_code=UNIT) for one in ("clerk-1", "accountant"))
    proposal = run(problem(pins=pins, never_together=(("clerk-1", "accountant"),)))
    assert (proposal.status, proposal.teams) == (Status.INFEASIBLE, ())
    assert [u.rule for u in proposal.unmet] == ["pin"]
    assert proposal.sentence is not None
    assert "依规不得同组" in proposal.sentence.zh
    assert [(r.kind, r.approver) for r in proposal.relaxations] == [("release_pin", "inspection_office")]


def test_relatives_never_share_a_team() -> None:
    proposal = run(problem(never_together=(("clerk-1", "accountant"),)))
    assert len({"clerk-1", "accountant"} & {m.cadre_id for m in proposal.teams[0].members}) == 1


@pytest.mark.parametrize(
    ("more", "pointer", "code"),
    [
        (
            {
                "targets": (TIANJIN, Target(unit_code="other")),
                "pins": (Pin(cadre_id="clerk-1", unit_code=UNIT), Pin(cadre_id="clerk-1", unit_code="other")),
            },
            "/pins/1",
            "pinned_twice",
        ),
        (
            {"pins": (Pin(cadre_id="clerk-1", unit_code=UNIT),), "bans": (Ban(cadre_id="clerk-1"),)},
            "/pins/0",
            "pinned_and_banned",
        ),
        ({"pins": (Pin(cadre_id="nobody", unit_code=UNIT),)}, "/pins/0/cadre_id", "unknown_cadre"),
        ({"pins": (Pin(cadre_id="clerk-1", unit_code="x"),)}, "/pins/0/unit_code", "not_a_target"),
        (
            {"pins": (Pin(cadre_id="clerk-1", unit_code=UNIT, role=Role.SPECIALIST),)},
            "/pins/0/role",
            "no_such_seat",
        ),
        (
            {"pins": tuple(Pin(cadre_id=c, unit_code=UNIT, role=Role.LEADER) for c in ("clerk-1", "clerk-2"))},
            "/pins/1",
            "more_pins_than_seats",
        ),
        ({"bans": (Ban(cadre_id="clerk-1", unit_code="x"),)}, "/bans/0/unit_code", "not_a_target"),
        ({"weights": {"tag": 1e12}}, "/weights/tag", "out_of_range"),
        ({"weights": {"tag": float("nan")}}, "/weights/tag", "out_of_range"),
        ({"weights": {"beauty": 1}}, "/weights/beauty", "unknown_weight"),
        (
            {"targets": (Target(unit_code=UNIT, demands=(Demand(role=Role.MEMBER, count=-1),)),)},
            "/targets/0/demands/0/count",
            "negative",
        ),
        (
            {"targets": (Target(unit_code=UNIT, demands=(Demand(role=Role.MEMBER, count=10**6),)),)},
            "/targets/0/demands/0/count",
            "too_many",
        ),
        ({"targets": (Target(unit_code=UNIT, demands=()),)}, "/targets/0/demands", "empty"),
        ({"targets": ()}, "/targets", "empty"),
        ({"targets": (TIANJIN, TIANJIN)}, "/targets/1/unit_code", "repeated"),
        ({"targets": (Target(unit_code=UNIT, profile="none"),)}, "/targets/0/profile", "unknown_profile"),
        ({"unit_caps": {"bureau": -1}}, "/unit_caps/bureau", "negative"),
    ],
)
def test_a_contradictory_request_is_refused_naming_the_input(more: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(InvalidAssembly) as caught:
        validate_problem(problem(**more))
    assert (caught.value.errors[0].pointer, caught.value.errors[0].code) == (pointer, code)
    assert caught.value.detail is not None


@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_the_order_of_the_input_changes_neither_teams_nor_hash(seed: int) -> None:
    first = problem(targets=(TIANJIN,), salt="round-7")
    cadres = list(CADRES)
    random.Random(seed).shuffle(cadres)
    second = problem(candidates=tuple(cadres), salt="round-7")
    assert run(first).teams == run(second).teams
    assert input_hash(first) == input_hash(second)
