"""Who is named in running text, and who is not: places, firms and works begin like names too."""

import pytest
from clue_service.matching.people import people_in_text
from clue_service.matching.text import clean


def read(text: str) -> list[str]:
    return [mention.name.written for mention in people_in_text(clean(text))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("工人说局长收王建国五万元", ["王建国"]),
        ("他带人打了李文静", ["李文静"]),
        ("地批给罗丹盖厂", ["罗丹"]),
        ("钱借给刘辰周转", ["刘辰"]),
        ("赵明天天拿来接孩子", ["赵明"]),
        ("与女职工王亨关系暧昧", ["王亨"]),
        ("去找于学盖章", ["于学"]),
        ("为让刘春红代表公司签字", ["刘春红"]),
        ("副镇长老王叫人拆房", ["王"]),
    ],
)
def test_a_name_ends_where_the_sentence_goes_on(text, names):
    assert read(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("余秀某答应他", ["余秀?"]),
        ("是诸葛某点的头", ["诸葛"]),
        ("由欧阳某某经手", ["欧阳"]),
        ("给赵×明反映过", ["赵?明"]),
        ("陈某强经手", ["陈?强"]),
    ],
)
def test_a_hidden_name_is_read_with_what_is_hidden_in_it(text, names):
    assert read(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "给沙平区送去", "在武川村占地", "给高安镇送去", "被盛成建筑公司包了", "对云泉大桥的质量不管",
        "在平海光伏电站上偷减材料", "王庄某村民说", "请为举报人保密", "老板叫人", "小区门口", "老城区改造",
    ],
)  # fmt: skip
def test_what_a_place_or_a_firm_begins_with_is_nobody(text):
    assert read(text) == []
