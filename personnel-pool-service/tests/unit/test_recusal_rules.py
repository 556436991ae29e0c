"""Grounds of recusal, one by one and together."""

from datetime import date
from uuid import uuid4

import pytest
from chassis.directory import Unit, UnitTree
from personnel_pool_service.cadres.domain import Post, RecusalFacts
from personnel_pool_service.recusals.domain import Rank, Targets, Verdict, check_cadre

TODAY = date(2026, 11, 23)
TREE = UnitTree(
    [
        Unit("city", "夏宁市委", "party_committee", level="city"),
        Unit("cdi", "夏宁市纪委监委", "cdi", "city", level="city"),
        Unit("office", "第二监督检查室", "supervision_office", "cdi", level="city"),
        Unit("coop", "供销合作社", "supervised_unit", "city", level="city", linked_office="office"),
        Unit("branch", "门市部", "supervised_unit", "coop", level="city"),
        Unit("group", "驻供销社组", "dispatched_group", "cdi", level="city", host_units=("coop",)),
        Unit("inner", "供销社机关纪委", "unit_discipline_body", "cdi", level="city", host_units=("coop",)),
        Unit("lake", "中共东湖区委", "party_committee", "city", level="county"),
        Unit("lake-water", "水务局", "supervised_unit", "lake", level="county"),
    ]
)


def verdicts(
    targets: list[str],
    *,
    home: str = "cdi",
    posts: tuple[Post, ...] = (),
    relatives: frozenset[str] = frozenset(),
    native_place: str | None = None,
    has_open_clue: bool = False,
    role: str | None = None,
) -> list[Verdict]:
    facts = RecusalFacts(uuid4(), "测试员", home, native_place, posts, relatives)
    return check_cadre(facts, Targets(TREE, targets), TODAY, has_open_clue=has_open_clue, role=role)


def verdict(target: str, **facts: object) -> tuple[Rank, str | None]:
    found = verdicts([target], **facts)[0]  # type: ignore[arg-type]  # keywords of one test helper to another
    return found.rank, found.code


def test_nothing_known_is_clear() -> None:
    assert verdict("coop") == (Rank.CLEAR, None)


@pytest.mark.parametrize("home", ["coop", "branch", "inner"])
def test_nobody_inspects_the_unit_they_belong_to(home: str) -> None:
    assert verdict("coop", home=home) == (Rank.BLOCK, "home_unit")


@pytest.mark.parametrize("home", ["city", "cdi", "office", "group"])
def test_standing_above_or_watching_a_unit_is_no_ground(home: str) -> None:
    assert verdict("coop", home=home) == (Rank.CLEAR, None)


def test_the_head_of_a_branch_may_inspect_nothing_above_but_elsewhere() -> None:
    assert [one.rank for one in verdicts(["coop", "lake-water"], home="branch")] == [Rank.BLOCK, Rank.CLEAR]


def test_an_open_history_at_the_linked_supervision_office_is_no_ground() -> None:
    posts = (Post("office", "副主任", date(2021, 3, 1)),)
    assert verdict("coop", home="office", posts=posts, role="deputy_leader") == (Rank.CLEAR, None)


def test_relatives_at_or_within_the_target_block() -> None:
    assert verdict("coop", relatives=frozenset({"branch"})) == (Rank.BLOCK, "personal_ground")
    assert verdict("branch", relatives=frozenset({"coop"})) == (Rank.CLEAR, None)


def test_an_open_clue_blocks_everywhere_and_looks_like_kinship() -> None:
    by_clue = verdicts(["coop", "lake-water"], has_open_clue=True)
    by_kin = verdicts(["coop", "lake-water"], relatives=frozenset({"coop", "lake-water"}))
    assert [(one.rank, one.code) for one in by_clue] == [(one.rank, one.code) for one in by_kin]


@pytest.mark.parametrize(
    ("role", "expected"),
    [(None, Rank.REVIEW), ("leader", Rank.BLOCK), ("deputy_leader", Rank.BLOCK), ("member", Rank.INFO)],
)
def test_recent_service_blocks_leaders_and_asks_for_a_review_otherwise(role: str | None, expected: Rank) -> None:
    posts = (Post("branch", "科员", date(2023, 1, 1), date(2023, 11, 23)),)
    assert verdict("coop", posts=posts, role=role) == (expected, "work_history")


def test_short_service_long_ago_is_no_ground() -> None:
    assert verdict("coop", posts=(Post("coop", "科员", date(2020, 1, 1), date(2022, 6, 30)),)) == (Rank.CLEAR, None)


def test_three_years_ever_count_together_over_several_posts() -> None:
    posts = (
        Post("coop", "科员", date(2005, 1, 1), date(2006, 12, 31)),
        Post("branch", "科长", date(2007, 1, 1), date(2008, 3, 31)),
    )
    assert verdict("coop", posts=posts) == (Rank.REVIEW, "work_history")
    assert verdict("branch", posts=posts) == (Rank.CLEAR, None)


def test_a_post_held_today_at_the_target_blocks_whatever_the_role() -> None:
    posts = (Post("coop", "顾问", date(2026, 1, 1)),)
    assert verdict("coop", posts=posts, role="member") == (Rank.BLOCK, "work_history")


@pytest.mark.parametrize("native_place", ["东湖区", "夏宁市东湖区", "某省夏宁市东湖区", "lake"])
def test_coming_from_the_targets_county_is_told(native_place: str) -> None:
    assert verdict("lake-water", native_place=native_place) == (Rank.INFO, "region")
    assert verdict("lake-water", native_place=native_place, role="leader") == (Rank.REVIEW, "region")
    assert verdict("coop", native_place=native_place) == (Rank.CLEAR, None)


def test_coming_from_elsewhere_is_no_ground() -> None:
    assert verdict("lake-water", native_place="西山区") == (Rank.CLEAR, None)
    assert verdict("lake-water", native_place="不详") == (Rank.CLEAR, None)


def test_the_weightiest_ground_is_told_and_a_public_one_before_a_private_one_of_the_same_weight() -> None:
    posts = (Post("coop", "科员", date(2024, 1, 1), date(2025, 1, 1)),)
    assert verdict("coop", posts=posts, relatives=frozenset({"coop"})) == (Rank.BLOCK, "personal_ground")
    assert verdict("coop", home="coop", relatives=frozenset({"coop"})) == (Rank.BLOCK, "home_unit")


def test_a_leader_with_past_service_and_kin_is_not_told_that_a_waiver_would_help() -> None:
    posts = (Post("coop", "科员", date(2024, 1, 1), date(2025, 1, 1)),)
    assert verdict("coop", posts=posts, relatives=frozenset({"coop"}), role="leader")[1] == "personal_ground"
