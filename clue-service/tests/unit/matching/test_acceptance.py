"""What a person at the petition office expects of the engine, in a nearly empty database."""

from clue_service.matching.scoring import Band

PROMISE = "夏宁市住房和城乡建设局局长张建国2021年3月在滨河路改造工程招标中收受宏远建筑公司老板李大海现金5万元。"


def test_three_reports_of_one_matter_in_different_words_meet(desk, clue):
    first, _ = desk.take_in(clue(PROMISE, name="张建国", unit="夏宁市住房和城乡建设局", post="局长"))
    second, found = desk.take_in(
        clue(
            "群众来电：前年三月，房建局长张某国利用滨河路改造工程，拿了宏远公司李大海五万元好处费。",
            name="张某国",
            unit="夏宁市住建局",
            post="局长",
        )
    )
    assert [(one.clue_id, one.band) for one in found] == [(first, Band.LIKELY)]
    _, found = desk.take_in(
        clue("信访人反映，李大海为承包滨河路改造，2021年3月送给夏宁市住建局一把手张建国50000元，后由宏远建筑中标。")
    )
    assert {one.clue_id for one in found if one.band is not Band.NONE} == {first, second}
    assert found[0].band is Band.LIKELY


def test_same_person_and_unit_with_the_same_fact_in_other_words_is_shown(desk, clue):
    first, _ = desk.take_in(
        clue(
            "王志强把单位公车借给亲戚婚礼用，还用公款加油。", name="王志强", unit="夏宁市卫生健康委员会", post="副主任"
        )
    )
    _, found = desk.take_in(
        clue(
            "反映王志强公车私用：亲属结婚时动用单位车辆，油费由公家报销。",
            "2023-06-20",
            name="王志强",
            unit="夏宁市卫健委",
        )
    )
    # No date, sum, third person or mark is in both: probably the same, for people to say.
    assert [one.clue_id for one in found] == [first]
    assert found[0].probability > 0.75
    assert found[0].band is not Band.NONE


def test_same_name_in_another_unit_with_another_fact_is_not_shown(desk, clue):
    desk.take_in(clue(PROMISE, name="张建国", unit="夏宁市住房和城乡建设局", post="局长"))
    _, found = desk.take_in(
        clue("临川市民政局科长张建国上班时间打麻将，多次旷工。", name="张建国", unit="临川市民政局", post="科长")
    )
    assert [one.band for one in found] == [Band.NONE]


def test_same_unit_and_kind_with_another_person_is_never_likely(desk, clue):
    desk.take_in(clue(PROMISE, name="张建国", unit="夏宁市住建局", post="局长"))
    _, found = desk.take_in(
        clue("夏宁市住建局赵光明在东湖公园工程招标中收受鼎盛公司钱某8万元。", name="赵光明", unit="夏宁市住建局")
    )
    assert found[0].band is not Band.LIKELY


def test_identical_letters_without_any_name_are_shown_but_not_likely(desk, clue):
    text = "小区门口的路灯坏了半年没有人修，晚上老人孩子出门很危险，多次打电话都没有结果。"
    first, _ = desk.take_in(clue(text))
    _, found = desk.take_in(clue(text, "2023-06-03"))
    assert [(one.clue_id, one.band) for one in found] == [(first, Band.REVIEW)]


def test_one_of_two_matters_in_a_mixed_letter_is_found(desk, clue):
    first, _ = desk.take_in(clue(PROMISE, name="张建国", unit="夏宁市住建局", post="局长"))
    _, found = desk.take_in(
        clue(
            "张建国长期将公务车交给儿子使用，油费由单位报销。此外，2021年3月他在滨河路改造工程中收李大海5万元，让宏远建筑公司中标。",
            name="张建国",
            unit="夏宁市住建局",
        )
    )
    assert [(one.clue_id, one.band) for one in found] == [(first, Band.LIKELY)]


def test_reasons_are_codes_and_never_text_of_the_other_clue(desk, clue):
    desk.take_in(clue(PROMISE, name="张建国", unit="夏宁市住建局", post="局长"))
    _, found = desk.take_in(clue(PROMISE, name="张建国", unit="夏宁市住建局", post="局长"))
    reasons = found[0].reasons
    assert {"name", "unit", "amount", "date"} <= {reason.field for reason in reasons}
    assert all(reason.detail.isascii() and reason.detail.replace("_", "").isalnum() for reason in reasons)
    assert {reason.verdict for reason in reasons} <= {"agree", "partly", "unknown", "conflict"}
