import pytest
from clue_service.matching.abbreviations import ShortForm, short_form
from clue_service.matching.units import UnitAgreement, agreement, parse_unit
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("full", "short", "expected"),
    [
        ("江州职业技术学院", "江州职院", ShortForm.WITH_PLACE),
        ("襄南高级中学", "襄南高中", ShortForm.WITH_PLACE),
        ("临江市第三人民医院", "三医院", ShortForm.WITHOUT_PLACE),
        ("滨海区生态环境局", "滨海生态环境分局", ShortForm.WITH_SLIP),
        ("襄南第一中学", "襄南第二中学", ShortForm.NONE),
        ("江州东路小学", "江州西路小学", ShortForm.NONE),
        ("城南派出所", "城北派出所", ShortForm.NONE),
        ("水利局", "局", ShortForm.NONE),
    ],
)
def test_a_name_is_shortened_by_leaving_characters_out(full, short, expected):
    assert short_form(full, short) is expected


@given(st.text(alphabet="江州职业技术学院第一二中东路小区局", max_size=30), st.text(max_size=30))
def test_short_forms_are_symmetric_for_whatever_text(one, other):
    assert short_form(one, other) is short_form(other, one)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("龙泉镇卫生院", "龙泉镇中心卫生院", {UnitAgreement.SHORT_FORM, UnitAgreement.SAME_KIND_SAME_AREA}),
        ("江北区城市管理局", "江北城管", {UnitAgreement.SHORT_FORM, UnitAgreement.SAME_KIND_SAME_AREA}),
        ("江北区城市管理局", "江南区城管局", {UnitAgreement.SAME_KIND_OTHER_AREA}),
        ("桐岭镇国土所", "桐岭镇自然资源所", {UnitAgreement.SAME_KIND_SAME_AREA}),
        ("大洼镇畜牧站", "大洼镇农经站", {UnitAgreement.OTHER_KIND_SAME_AREA}),
        ("青溪县教育局", "临江市公安局", {UnitAgreement.DIFFERENT}),
        ("县教育局", "临江县教育局", {UnitAgreement.SAME_KIND_AREA_UNKNOWN}),
        ("石门乡坪上村", "坪上村", {UnitAgreement.SAME_VILLAGE}),
    ],
)
def test_units_agree_however_their_names_are_shortened(one, other, expected):
    assert agreement(parse_unit(one), parse_unit(other)) in expected
    assert agreement(parse_unit(other), parse_unit(one)) in expected
