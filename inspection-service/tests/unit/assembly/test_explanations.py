"""Why somebody does not sit, what insisting costs, and who could take the seat of a drop-out."""

from datetime import date
from typing import Any

import pytest
from inspection_service.assembly.assemble import assemble
from inspection_service.assembly.errors import InvalidAssembly
from inspection_service.assembly.problem import (
    AssemblyProblem,
    Ban,
    Candidate,
    Demand,
    PastMember,
    PastTeam,
    Role,
    Target,
    Verdict,
    VerdictRank,
    WorkPeriod,
)
from inspection_service.assembly.progress import Run
from inspection_service.assembly.proposal import Proposal
from inspection_service.assembly.questions import ReplacementQuestion, Replacements, WhyNot, WhyNotQuestion
from inspection_service.assembly.replacements import replacements
from inspection_service.assembly.solution import Status
from inspection_service.assembly.why_not import why_not

UNIT, OFFICE = "supply-coop", "so-5"
POST = (WorkPeriod(unit_code=OFFICE, post="副主任", since=date(2019, 3, 1)),)


def cadre(cadre_id: str, home_unit: str = "io", kind: str = "inspection_office", **more: Any) -> Candidate:
    return Candidate(cadre_id=cadre_id, home_unit=home_unit, home_unit_type=kind, **more)


POOL = (
    cadre("commissioner", rank="division_chief", pool_kinds={"inspection_leader", "inspection_member"}),
    cadre("deputy", OFFICE, "supervision_office", work_history=POST),
    cadre("case-manager", "cmo", "case_management_office", pool_kinds={"inspection_member"}),
    cadre("inspector", pool_kinds={"inspection_member"}),
    cadre("accountant", "audit", "supervised_unit", tags={"finance"}, pool_kinds={"expert"}),
    cadre("clerk-1", "bureau", "supervised_unit", pool_kinds={"inspection_member"}),
    cadre("clerk-2", "bureau", "supervised_unit"),
    cadre("second-inspector", pool_kinds={"inspection_member"}),
)
HISTORY = (
    PastTeam(
        unit_code=UNIT,
        round_type="regular",
        closed_on=date(2021, 6, 30),
        members=(PastMember(cadre_id="commissioner"),),
    ),
)
TARGET = Target(unit_code=UNIT, linked_office=OFFICE, profile="mobile_continuity")


def problem(**more: Any) -> AssemblyProblem:
    return AssemblyProblem(**{"candidates": POOL, "targets": (TARGET,), "past_teams": HISTORY, **more})


def asked(of: AssemblyProblem, cadre_id: str, role: Role | None = None) -> tuple[WhyNot, Proposal]:
    base = assemble(of, Run(30.0))
    question = WhyNotQuestion(
        cadre_id=cadre_id,
        unit_code=UNIT,
        role=role,
        objective=base.objective,
        is_optimal=base.status is Status.OPTIMAL,
        teams=base.teams,
        unmet=base.unmet,
    )
    return why_not(of, question, Run(30.0)), base


def test_a_member_sits_already() -> None:
    answer, _ = asked(problem(), "commissioner")
    assert answer.verdict == "seated"
    assert "组长" in answer.sentence.zh


def test_insisting_on_another_is_priced_exactly() -> None:
    answer, base = asked(problem(), "clerk-2")
    assert answer.verdict == "possible"
    assert answer.is_exact
    assert answer.points_lost is not None
    assert answer.points_lost > 0
    assert base.objective is not None
    seated = {m.cadre_id for t in answer.teams for m in t.members}
    assert "clerk-2" in seated
    again = assemble(problem(bans=(Ban(cadre_id="nobody-at-all"),)), Run(30.0))
    assert again.objective == base.objective
    assert min(s.points_lost for s in answer.swaps if s.points_lost is not None) == answer.points_lost
    assert f"{answer.points_lost:g}" in answer.sentence.en


def test_insisting_on_another_leader_names_the_rule_that_breaks() -> None:
    answer, _ = asked(problem(), "inspector", Role.LEADER)
    assert answer.verdict == "possible"
    assert [u.rule for u in answer.breaks] == ["leader_took_part"]
    assert "组长须参加过" in answer.sentence.zh
    (swap,) = answer.swaps
    assert swap.replaces == "commissioner"
    assert swap.breaks


@pytest.mark.parametrize(
    ("more", "code", "approver"),
    [
        ({"bans": (Ban(cadre_id="clerk-2"),)}, "banned", "inspection_office"),
        (
            {"verdicts": (Verdict(cadre_id="clerk-2", unit_code=UNIT, verdict=VerdictRank.BLOCK, code="kinship"),)},
            "recusal",
            None,
        ),
        (
            {"verdicts": (Verdict(cadre_id="clerk-2", unit_code=UNIT, verdict=VerdictRank.BLOCK),)},
            "personal_ground",
            None,
        ),
        (
            {"verdicts": (Verdict(cadre_id="clerk-2", unit_code=UNIT, verdict=VerdictRank.REVIEW, code="region"),)},
            "review",
            "principal_leader",
        ),
        (
            {"candidates": (*POOL[:6], POOL[6].model_copy(update={"available": False}), POOL[7])},
            "unavailable",
            "home_unit",
        ),
        ({"candidates": (*POOL[:6], POOL[6].model_copy(update={"home_unit": UNIT}), POOL[7])}, "own_home_unit", None),
    ],
)
def test_the_rule_that_bars_somebody_is_named_with_who_may_lift_it(
    more: dict[str, Any], code: str, approver: str | None
) -> None:
    answer, _ = asked(problem(**more), "clerk-2")
    assert answer.verdict == "barred"
    assert {(bar.code, bar.approver) for bar in answer.bars} == {(code, approver)}
    assert answer.teams == ()


def test_insisting_on_somebody_whose_unit_may_lend_nobody_is_impossible_and_says_so() -> None:
    answer, _ = asked(problem(unit_caps={"audit": 0}), "accountant")
    assert answer.verdict == "impossible"
    assert [u.rule for u in answer.breaks] == ["pin"]
    assert answer.sentence.zh.startswith("若坚持该人选，则无法依规组队")
    assert any("可借出的人数" in text.zh for swap in answer.swaps for text in swap.breaks)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"cadre_id": "ghost"}, "/cadre_id"), ({"unit_code": "x"}, "/unit_code"), ({"role": Role.SPECIALIST}, "/role")],
)
def test_a_question_about_nobody_or_nothing_is_refused_by_field(change: dict[str, Any], pointer: str) -> None:
    question = WhyNotQuestion(
        **{"cadre_id": "clerk-1", "unit_code": UNIT, "objective": 1, "is_optimal": True, "teams": (), **change}
    )
    with pytest.raises(InvalidAssembly) as caught:
        why_not(problem(), question, Run(5.0))
    assert caught.value.errors[0].pointer == pointer


def replaced(out: str, of: AssemblyProblem | None = None, most: int = 10) -> tuple[Replacements, Proposal]:
    of = of or problem()
    base = assemble(of, Run(30.0))
    seated = tuple((m.cadre_id, m.role) for m in base.teams[0].members)
    question = ReplacementQuestion(unit_code=UNIT, seated=seated, out=(out,), most=most)
    return replacements(of, question, Run(30.0)), base


def test_a_drop_out_is_replaced_by_changing_one_seat_only() -> None:
    answer, base = replaced("case-manager")
    spare = {c.cadre_id for c in POOL} - {m.cadre_id for m in base.teams[0].members}
    assert {o.changes[0].cadre_id for o in answer.options} == spare
    assert {o.seats_changed for o in answer.options} == {1}
    assert [o.rank for o in answer.options] == list(range(1, len(answer.options) + 1))
    assert all(o.changes[0].out == "case-manager" for o in answer.options)


def test_a_replacement_who_keeps_the_rules_ranks_before_one_who_does_not() -> None:
    second = cadre("second-deputy", OFFICE, "supervision_office", work_history=POST, days_lent=90)
    answer, _ = replaced("deputy", problem(candidates=(*POOL, second)))
    first, *rest = answer.options
    assert (first.changes[0].cadre_id, first.unmet) == ("second-deputy", ())
    assert all([u.rule for u in o.unmet] == ["deputy_from_linked_office"] for o in rest)


def test_where_nobody_fits_the_seat_the_fewest_seats_change() -> None:
    demands = (
        Demand(role=Role.LEADER, count=1, pool_kinds=("inspection_leader",)),
        Demand(role=Role.MEMBER, count=2),
    )
    target = Target(unit_code=UNIT, demands=demands)
    few = (
        cadre("first-leader", pool_kinds={"inspection_leader"}),
        cadre("other-leader", pool_kinds={"inspection_leader"}),
        cadre("plain"),
        cadre("spare"),
    )
    of = problem(candidates=few, targets=(target,))
    question = ReplacementQuestion(
        unit_code=UNIT,
        seated=(("first-leader", Role.LEADER), ("other-leader", Role.MEMBER), ("plain", Role.MEMBER)),
        out=("first-leader",),
    )
    answer = replacements(of, question, Run(30.0))
    (option,) = answer.options
    assert option.seats_changed == 2
    assert {(c.role, c.cadre_id) for c in option.changes} == {(Role.LEADER, "other-leader"), (Role.MEMBER, "spare")}


def test_where_the_only_member_of_a_team_leaves_every_seat_is_filled_by_its_own_role() -> None:
    demands = (Demand(role=Role.MEMBER, count=2), Demand(role=Role.LEADER, count=1, pool_kinds=("inspection_leader",)))
    few = (
        cadre("gone", pool_kinds={"inspection_leader"}),
        cadre("next", pool_kinds={"inspection_leader"}),
        cadre("plain"),
        cadre("spare"),
    )
    of = problem(candidates=few, targets=(Target(unit_code=UNIT, demands=demands),))
    question = ReplacementQuestion(unit_code=UNIT, seated=(("gone", Role.LEADER),), out=("gone",))
    (option,) = replacements(of, question, Run(30.0)).options
    told = {(c.role, c.out, c.cadre_id) for c in option.changes}
    assert told == {(Role.LEADER, "gone", "next"), (Role.MEMBER, "", "plain"), (Role.MEMBER, "", "spare")}


def test_with_nobody_left_there_is_no_option_and_a_sentence_says_what_is_missing() -> None:
    base = assemble(problem(), Run(30.0))
    seated = tuple((m.cadre_id, m.role) for m in base.teams[0].members)
    only = problem(candidates=tuple(c for c in POOL if c.cadre_id in dict(seated)))
    answer = replacements(only, ReplacementQuestion(unit_code=UNIT, seated=seated, out=(seated[0][0],)), Run(30.0))
    assert answer.options == ()
    assert answer.sentence is not None
    assert answer.unmet
