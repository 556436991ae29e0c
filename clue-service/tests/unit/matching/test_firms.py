"""Firms, houses, works and villages that two letters name: what both name speaks for one matter."""

import itertools

import pytest
from clue_service.matching.firms import agreement, firms_and_places
from clue_service.matching.prepared import Subject
from clue_service.matching.units import parse_unit


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("信远砂石厂供的货", {"firm:信远"}),
        ("由泰辉园林工程有限公司中标", {"firm:泰辉"}),
        ("约在鼎程茶楼碰头，把上城大桥给了他", {"house:鼎程", "work:上城"}),
        ("在江岗村占地", {"village:江岗"}),
        ("村民和村里都说公司不好，某公司也一样", set()),
        ("在公司里", set()),
        ("", set()),
    ],
)
def test_firms_and_places_are_read_by_what_follows_their_names(text, told):
    assert firms_and_places(text, ()) == told


def test_the_village_of_an_accused_tells_who_they_are_and_not_what_they_did():
    accused = Subject(unit=parse_unit("清河县安平镇江岗村村民委员会"))
    assert firms_and_places("江岗村支书在石岗村占地", (accused,)) == {"village:石岗"}


def test_of_many_a_few_are_kept():
    stems = ("".join(pair) for pair in itertools.product("甲乙丙丁", "戊己庚辛"))
    assert len(firms_and_places("，".join(f"{stem}商贸公司" for stem in stems), ())) == 8


@pytest.mark.parametrize(
    ("ones", "others", "expected"),
    [
        ({"firm:信远"}, {"firm:信远"}, "same"),
        ({"firm:信远", "work:上城"}, {"firm:信远", "work:上城"}, "several_same"),
        ({"village:江岗"}, {"village:江岗", "firm:信远"}, "same_village_named"),
        ({"firm:信远"}, {"firm:泰辉"}, "other"),
        ({"village:江岗"}, {"village:石岗"}, "other_village"),
        ({"firm:信远"}, {"house:鼎程"}, "one_side"),
        ({"firm:信远"}, set(), "one_side"),
        (set(), set(), "missing"),
    ],
)
def test_two_letters_agree_by_what_both_name_and_both_ways(ones, others, expected):
    one, other = frozenset(ones), frozenset(others)
    assert agreement(one, other) == agreement(other, one) == expected
