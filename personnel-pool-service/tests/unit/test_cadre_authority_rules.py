"""Who manages the holder of a post: person, rules, unit, nearest committee, in this order."""

import pytest
from chassis.directory import Unit, UnitTree
from personnel_pool_service.cadre_authorities.domain import (
    Authority,
    AuthorityRule,
    Basis,
    Holder,
    authority_over,
    commission_beside,
)

TREE = UnitTree(
    Unit(code=code, name=code, unit_type=kind, parent_code=parent)
    for code, kind, parent in (
        ("pc", "party_committee", None),
        ("cdi", "cdi", "pc"),
        ("pc-dh", "party_committee", "pc"),
        ("cdi-dh", "cdi", "cdi"),
        ("pc-xs", "party_committee", "pc"),
        ("bureau", "supervised_unit", "pc-dh"),
        ("branch", "supervised_unit", "bureau"),
        ("loose", "supervised_unit", None),
    )
)
OWN = {"cdi-dh": "pc-dh"}
RULES = {
    "bureau": (
        AuthorityRule("pc", top_leader=True),
        AuthorityRule("pc-dh", from_rank="section_deputy"),
        AuthorityRule("pc-dh", posts=("纪委书记",)),
    ),
    "branch": (AuthorityRule("bureau", to_rank="section_deputy"),),
}


@pytest.mark.parametrize(
    ("holder", "committee", "basis", "said_by", "rule"),
    [
        (Holder("bureau", "局长", "section_chief", top_leader=True), "pc", Basis.POST_RULE, "bureau", 0),
        (Holder("bureau", "副局长", "section_deputy"), "pc-dh", Basis.POST_RULE, "bureau", 1),
        (Holder("bureau", "科员", "clerk"), "pc-dh", Basis.NEAREST_COMMITTEE, None, None),
        (Holder("bureau", "纪委书记", "clerk"), "pc-dh", Basis.POST_RULE, "bureau", 2),
        (Holder("bureau", "纪委书记"), "pc-dh", Basis.POST_RULE, "bureau", 2),
        (Holder("bureau"), "pc-dh", Basis.NEAREST_COMMITTEE, None, None),
        (Holder("branch", "科员", "clerk"), "bureau", Basis.POST_RULE, "branch", 0),
        (Holder("branch", "站长", "section_chief", top_leader=True), "pc", Basis.POST_RULE, "bureau", 0),
        (Holder("branch", "科员", "clerk", managing_committee="pc"), "pc", Basis.PERSON, None, None),
        (Holder("loose"), None, None, None, None),
    ],
)
def test_the_nearest_that_says_it_counts(
    holder: Holder, committee: str | None, basis: Basis | None, said_by: str | None, rule: int | None
) -> None:
    found = authority_over(holder, TREE, RULES, OWN.get)
    assert (found.committee, found.basis, found.unit_code, found.rule) == (committee, basis, said_by, rule)


def test_the_committee_a_unit_names_stands_between_rules_and_the_nearest() -> None:
    found = authority_over(Holder("branch", "主任", "clerk"), TREE, {}, {**OWN, "bureau": "pc"}.get)
    assert found == Authority("pc", "cdi", Basis.UNIT, "bureau")


@pytest.mark.parametrize(
    ("committee", "commission"),
    [("pc", "cdi"), ("pc-dh", "cdi-dh"), ("bureau", "cdi-dh"), ("pc-xs", None), ("loose", None)],
)
def test_a_competent_commission_is_told_or_not_at_all(committee: str, commission: str | None) -> None:
    assert commission_beside(TREE, OWN.get, committee) == commission
    two = {**OWN, "cdi": committee}.get
    if commission == "cdi-dh":
        assert commission_beside(TREE, two, "pc-dh") == ("cdi-dh" if committee != "pc-dh" else None)


def test_spans_of_ranks_include_both_ends_and_no_unknown_rank() -> None:
    rule = AuthorityRule("pc", "section_deputy", "section_chief")
    fits = [
        rank
        for rank in ("clerk", "section_deputy", "section_chief", "division_deputy", None)
        if rule.applies_to(Holder("bureau", rank=rank))
    ]
    assert fits == ["section_deputy", "section_chief"]
    assert AuthorityRule("pc", "above", "clerk").is_upside_down
    assert not AuthorityRule("pc", "clerk", "clerk").is_upside_down
