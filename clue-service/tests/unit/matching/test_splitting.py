"""Mixed letters are cut where their lists count on; a letter about one matter is not cut."""

import pytest
from clue_service.matching.domain import prepare
from clue_service.matching.splitting import split_matters
from clue_service.matching.text import clean

BRIBE = "2021年3月在滨河路改造工程招标中收受李大海现金5万元"
WEDDING = "2022年10月为儿子大操大办婚宴，收受下属礼金共计3万元"
LAND = "2019年以来侵占村集体土地12亩用于自家建厂房"
OPENING = "反映夏宁市住建局局长张建国以下问题："

LISTS = {
    "han in brackets": ("（一）", "（二）", "（三）"),
    "han in half brackets": ("一）", "二）", "三）"),
    "circled": ("①", "②", "③"),
    "digits in brackets": ("（1）", "(2)", "（3）"),
    "questions": ("问题一：", "问题二：", "问题三："),
    "numbered questions": ("问题1、", "问题2、", "问题3、"),
    "questions in order": ("第一个问题，", "第二个问题，", "第三个问题，"),
    "in order": ("第一，", "第二，", "第三，"),
    "one of them": ("其一，", "其二，", "其三，"),
    "one is": ("一是", "二是", "三是"),
    "han and comma": ("一、", "二、", "三、"),
    "digit and comma": ("1、", "2、", "3、"),
    "digit and full stop": ("1.", "2.", "3."),
    "wide digits": ("１．", "２．", "３．"),
    "digit and bracket": ("1）", "2）", "3）"),
}


@pytest.mark.parametrize("marks", LISTS.values(), ids=LISTS.keys())
@pytest.mark.parametrize("between", ["。", "；", "\n", "。\n　　"], ids=["stop", "semicolon", "line", "paragraph"])
def test_a_list_is_cut_at_its_marks(marks, between) -> None:
    text = OPENING + between.join(mark + told for mark, told in zip(marks, (BRIBE, WEDDING, LAND), strict=True)) + "。"
    pieces = split_matters(clean(text))
    assert len(pieces) == 3
    for piece, of_it in zip(pieces, ("招标", "婚宴", "厂房"), strict=True):
        assert of_it in piece


@pytest.mark.parametrize("between", ["此外，", "另外，", "其二，", "第二，"])
def test_another_matter_after_one_told_without_a_mark_is_cut(between) -> None:
    assert len(split_matters(clean(f"张建国{BRIBE}。{between}{WEDDING}。"))) == 2


ONE_MATTER = {
    "a plain letter": f"夏宁市住建局局长张建国{BRIBE}，事后由宏远公司中标。群众意见很大。",
    "proofs in a list": f"张建国{BRIBE}。证据：1、转账记录；2、录音；3、证人王某的证言。",
    "demands in a list": f"张建国{BRIBE}。请求：一、请依法查处张建国受贿问题；二、请追回公款并公开结果。",
    "a house of a school": f"第二小学校长张建国{BRIBE}。第二小学群众意见很大，贪污问题应当查清楚。",
    "numbers of houses": "张建国侵占一、二、三号楼的公共用地建停车场收费5万元。",
    "a decimal": "张建国2021年收受李大海贿赂1.5万元，2.5万元礼品也收了，还有购物卡。",
    "a list that does not count on": f"1、张建国{BRIBE}。1、请严查受贿的事情，给群众一个说法。",
    "one mark": f"一、张建国{BRIBE}。",
    "how it was done": f"张建国{BRIBE}。一是通过招标收受好处，二是事后给予工程款照顾，受贿手法很隐蔽。",
    "day by day": "张建国10. 3日和4. 5日都在上班时间打麻将赌博。",
}  # fmt: skip


@pytest.mark.parametrize("text", ONE_MATTER.values(), ids=ONE_MATTER.keys())
def test_a_letter_about_one_matter_is_not_cut(text) -> None:
    assert len(split_matters(clean(text))) == 1


def test_nothing_is_lost_by_cutting() -> None:
    text = clean(OPENING + f"（一）{BRIBE}。（二）{WEDDING}。1、礼金来自下属；2、酒席48桌。（三）{LAND}。")
    assert "".join(split_matters(text)) == text
    assert len(split_matters(text)) == 3


def test_each_matter_is_found_by_keys_of_its_own(clue) -> None:
    mixed = prepare(clue(OPENING + f"①{BRIBE}；②{WEDDING}。", name="张建国", unit="夏宁市住建局"))
    assert len(mixed.parts) == 2
    bribe, wedding = mixed.parts
    assert (bribe.amounts[0].low, wedding.amounts[0].low) == (50_000, 30_000)
    assert bribe.topics != wedding.topics
    for told in (BRIBE, WEDDING):
        alone = prepare(clue(told, name="张建国", unit="夏宁市住建局"))
        composites = {key for key in alone.keys.tolist() if key < 0}
        assert len(composites - set(mixed.keys.tolist())) <= len(composites) // 5
