import pytest
from chassis.directory import Unit, UnitTree
from chassis.identity import Principal
from inspection_service.involvements.policy import competent_commission, viewer_of

TREE = UnitTree(
    [
        Unit("pc", "市委", "party_committee"),
        Unit("cdi", "市纪委监委", "cdi", "pc"),
        Unit("sup", "监督检查室", "supervision_office", "cdi"),
        Unit("insp", "巡察办", "inspection_office", "pc"),
        Unit("su", "供销社", "supervised_unit", "pc", linked_office="sup"),
        Unit("su-free", "无联系室的单位", "supervised_unit", "pc"),
        Unit("pc-d", "区委", "party_committee", "pc"),
        Unit("cdi-d", "区纪委监委", "cdi", "cdi"),
        Unit("sup-d", "区监督检查室", "supervision_office", "cdi-d"),
        Unit("insp-d", "区委巡察办", "inspection_office", "pc-d"),
        Unit("su-d", "区属单位", "supervised_unit", "pc-d", linked_office="sup-d"),
    ]
)
CITY_ROUND = ("insp", "cdi")
DISTRICT_ROUND = ("insp-d", "cdi-d")


def sees(unit: str | None, role: str, matter: tuple[str, str]) -> bool:
    principal = Principal(sub="someone", unit=unit, roles=frozenset({role}))
    return viewer_of(principal, TREE, None).oversees(*matter)


@pytest.mark.parametrize(
    ("unit", "role", "city", "district"),
    [
        ("insp", "inspection_office", True, False),
        ("insp-d", "inspection_office", False, True),
        ("pc", "inspection_office", True, True),
        ("cdi", "leader", True, False),
        ("pc", "principal_leader", True, True),
        ("insp", "deputy_leader", True, False),
        ("cdi-d", "leader", False, True),
        ("sup", "leader", True, False),
        ("pc-d", "leader", False, True),
        ("insp", "inspector", True, False),
        ("cdi", "inspector", False, False),
        ("cdi", "handler", False, False),
        ("pc", "platform_admin", False, False),
        ("nowhere", "leader", False, False),
        (None, "leader", False, False),
        ("cdi", "integrator", False, False),
    ],
)
def test_a_round_is_seen_by_its_office_and_by_the_leaders_in_whose_line_it_lies(
    unit: str | None, role: str, city: bool, district: bool
) -> None:
    assert (sees(unit, role, CITY_ROUND), sees(unit, role, DISTRICT_ROUND)) == (city, district)


@pytest.mark.parametrize(
    ("target", "office", "commission"),
    [("su", "insp", "cdi"), ("su-d", "insp-d", "cdi-d"), ("su-free", "insp", "cdi"), ("sup", "insp", "cdi")],
)
def test_clues_about_a_target_go_to_the_commission_that_watches_it(target: str, office: str, commission: str) -> None:
    assert competent_commission(TREE, target, office) == commission


def test_without_any_commission_the_target_itself_is_named() -> None:
    tree = UnitTree([Unit("pc", "县委", "party_committee"), Unit("su", "单位", "supervised_unit", "pc")])
    assert competent_commission(tree, "su", "pc") == "su"
