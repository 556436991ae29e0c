import pytest
from clue_service.matching.units import UnitAgreement, agreement, parse_unit


@pytest.mark.parametrize(
    ("written", "kind", "areas"),
    [
        ("夏宁市住房和城乡建设局", "housing", {"夏宁"}),
        ("夏宁住建局", "housing", {"夏宁"}),
        ("县社保局", "labour", set()),
        ("白河区城市管理综合执法局", "city_management", {"白河"}),
        ("东源市北海区第一中学", "school_no1", {"东源", "北海"}),
    ],
)
def test_a_unit_is_read_from_its_name_alone(written, kind, areas):
    unit = parse_unit(written)
    assert (unit.kind, set(unit.areas)) == (kind, areas)


def test_towns_and_villages_are_told_from_what_lies_above():
    unit = parse_unit("武平县宁溪镇安浦村村民委员会")
    assert (unit.kind, set(unit.areas), unit.town, unit.village) == ("village", {"武平"}, "宁溪", "安浦")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("夏宁市住房和城乡建设局", "夏宁市住建局", UnitAgreement.SAME_KIND_SAME_AREA),
        ("夏宁市住建局", "县住建局", UnitAgreement.SAME_KIND_AREA_UNKNOWN),
        ("夏宁市住建局", "临川市住建局", UnitAgreement.SAME_KIND_OTHER_AREA),
        ("夏宁市住建局", "夏宁市教育局", UnitAgreement.OTHER_KIND_SAME_AREA),
        ("夏宁市住建局", "临川市教育局", UnitAgreement.DIFFERENT),
        ("安浦村", "武平县宁溪镇安浦村村委会", UnitAgreement.SAME_VILLAGE),
        ("安浦村", "河海村", UnitAgreement.SAME_KIND_OTHER_AREA),
        ("宏华砂石厂", "宏华砂石", UnitAgreement.SAME_KIND_SAME_AREA),
        ("", "安浦村", UnitAgreement.UNKNOWN),
    ],
)
def test_units_agree_by_kind_and_area(one, other, expected):
    assert agreement(parse_unit(one), parse_unit(other)) is expected
    assert agreement(parse_unit(other), parse_unit(one)) is expected


def test_an_alias_only_the_directory_knows_is_resolved(directory):
    assert directory.resolve("夏宁房管").code == "housing"
    assert directory.resolve(None, "health").kind == "health"
    assert directory.resolve("哪里也没有的单位").code is None


def test_a_unit_named_in_running_text_is_found(directory):
    assert [unit.code for unit, _, _ in directory.find_in("听说夏宁房管的人不作为")] == ["housing"]


def test_areas_come_from_the_units_above(directory):
    assert "夏宁" in directory.unit("health").areas
