"""Letters that look alike and are about others, or say nothing at all, are never called likely."""

from datetime import date

import pytest
from clue_service.matching import scorer, together
from clue_service.matching.compare import compare
from clue_service.matching.evaluation import Outcome
from clue_service.matching.mates import ALONE, mates_level, mates_verdict
from clue_service.matching.names import agreement, parse_name
from clue_service.matching.prepared import AllegationText, ClueText, SubjectText
from clue_service.matching.scoring import Band
from clue_service.matching.slices import measure_slices

FORM = "尊敬的领导：您好！群众反映该同志违反中央八项规定精神，性质恶劣，影响很坏，请依法依规严肃处理。此致敬礼。"


def bands(desk, one, other) -> set[Band]:
    desk.take_in(one)
    _, found = desk.take_in(other)
    return {candidate.band for candidate in found}


@pytest.mark.parametrize("text", ["", "一", "？", "🙂", "a", "。。。。", "某", "1"])
def test_two_texts_that_say_nothing_are_never_likely(desk, clue, text) -> None:
    assert Band.LIKELY not in bands(desk, clue(text), clue(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"name": "张建国"}, {"name": "李志强"}),
        ({"unit": "夏宁市住房和城乡建设局"}, {"unit": "临川市住房和城乡建设局"}),
        ({"name": "张某", "unit": "夏宁市住房和城乡建设局"}, {"name": "李某", "unit": "夏宁市住房和城乡建设局"}),
        ({}, {}),
    ],
)
def test_the_same_empty_phrases_about_others_are_never_likely(desk, clue, one, other) -> None:
    assert Band.LIKELY not in bands(desk, clue(FORM, **one), clue(FORM, **other))


def test_one_letter_sent_twice_under_two_names_is_never_likely(desk, clue) -> None:
    text = "该同志在工程招标中收受好处费五万元，还安排亲属到单位上班，群众意见很大。"
    one = clue(text, name="周海涛", unit="夏宁市卫生健康委员会", post="主任")
    other = clue(text, name="孙立军", unit="临川市住房和城乡建设局", post="局长")
    assert Band.LIKELY not in bands(desk, one, other)


TOLD = "夏宁市住建局局长张建国2021年3月在滨河路改造工程招标中收受宏远建筑公司老板李大海现金5万元。"
HOUSING = {"name": "张建国", "unit": "夏宁市住建局"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((TOLD, HOUSING), ("张建国2022年10月为儿子大操大办婚宴，收受下属礼金共计5万元。", HOUSING)),
        ((TOLD, HOUSING), ("张建国2021年3月多次参与赌博。", HOUSING)),
        (
            ("夏宁市住建局副局长张建国2021年3月在滨河路改造中收受李大海5万元。", {**HOUSING, "post": "副局长"}),
            (
                "夏宁市住建局副局长张建军2022年7月给李大海拨付滨河路改造工程款时收好处费8万元。",
                {**HOUSING, "name": "张建军", "post": "副局长"},
            ),
        ),
        (
            ("张某某2021年3月在滨河路改造中收受李大海5万元。", {**HOUSING, "name": "张某某"}),
            ("张某2019年6月在东湖公园改造中收受王海东5万元。", {**HOUSING, "name": "张某"}),
        ),
        (
            ("副局长张某某收受好处费5万元。", {**HOUSING, "name": "张某某", "post": "副局长"}),
            ("科长张某某收受回扣5万元，还报销家里的开支。", {**HOUSING, "name": "张某某", "post": "科长"}),
        ),
        (
            ("住建局有人收受李大海5万元。", {**HOUSING, "name": "不详"}),
            ("住建局有人2019年出国旅游花费5万元。", {**HOUSING, "name": "不详"}),
        ),
        ((TOLD, {**HOUSING, "name": "买买提·吐尔逊"}), (TOLD, {**HOUSING, "name": "买买提·吐尔洪"})),
        (
            ("东风镇前进村支书李强2021年3月私分征地款5万元。", {"name": "李强", "unit": "夏宁市东风镇前进村"}),
            ("红旗镇前进村支书李强2021年3月私分征地款5万元。", {"name": "李强", "unit": "夏宁市红旗镇前进村"}),
        ),
    ],
    ids=[
        "a wedding", "gambling", "two deputies", "another hidden person", "another post", "nobody knows the name",
        "another part of a name", "a village of the same name",
    ],
)  # fmt: skip
def test_what_agrees_in_one_thing_and_is_about_another_matter_is_never_likely(desk, clue, one, other) -> None:
    assert Band.LIKELY not in bands(desk, clue(one[0], **one[1]), clue(other[0], **other[1]))


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [("id_number", "110101190001010011", "110101190001010022"), ("person_code", "A1", "B2")],
)
def test_two_identities_of_one_kind_are_two_people_whatever_the_letters_say(desk, kind, first, second) -> None:
    def told(code: str) -> ClueText:
        subject = SubjectText(name="张建国", unit_name="夏宁市住建局", **{kind: code})
        return ClueText(date(2023, 6, 1), (subject,), (AllegationText(TOLD),))

    assert Band.LIKELY not in bands(desk, told(first), told(second))
    assert Band.LIKELY in bands(desk, told(first), told(first))


def test_names_with_commands_in_them_are_names_or_nothing(desk, clue) -> None:
    attack = "'; DROP TABLE clue_key; --"
    assert Band.LIKELY not in bands(desk, clue("收钱", name=attack), clue("打人", name=attack + "x"))


def test_a_flood_of_one_letter_is_compared_a_bounded_number_of_times(desk, clue, monkeypatch) -> None:
    made = []

    def counting(*given):
        made.append(given)
        return compare(*given)

    for module in (scorer, together):
        monkeypatch.setattr(module, "compare", counting)
    text = clue("夏宁市住建局局长张建国收受宏远公司李大海五万元。" * 3, name="张建国", unit="夏宁市住建局")
    counts = []
    for _ in range(2):
        for _ in range(150):
            desk.remember(text)
        made.clear()
        _, found = desk.take_in(text)
        counts.append(len(made))
    assert 0 < counts[1] <= counts[0] < 150, "twice as many letters, no more comparisons"
    assert found[0].band is Band.LIKELY


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("张某", "张建国", "same_surname_masked"),
        ("张某某", "张建国", "same_surname_masked"),
        ("张XX", "张建国", "same_surname_masked"),
        ("张××", "张建国", "same_surname_masked"),
        ("张**", "张建国", "same_surname_masked"),
        ("老张", "张建国", "same_surname_masked"),
        ("张局长", "张建国", "same_surname_masked"),
        ("张X国", "张建国", "masked_both_ends"),
        ("张建某", "张建国", "masked_both_ends"),
        ("张見國", "张建国", "same_sound"),
        ("張建國", "张建国", "equal"),
        ("建国", "张建国", "same_given_name"),
        ("建国", "张某", "maybe_given_name"),
        ("建国", "张建华", "different"),
        ("张艳红", "章燕洪", "same_sound"),
        ("买买提·吐尔逊", "买买提・吐尔逊", "equal"),
        ("买买提·吐尔逊", "买买提·吐尔训", "same_sound"),
        ("Ahmat Tursun", "AHMAT TURSUN", "equal"),
        ("李某", "张建国", "different"),
    ],
)
def test_names_agree_as_far_as_they_are_told(one, other, expected) -> None:
    from clue_service.matching.text import clean

    first, second = parse_name(clean(one)), parse_name(clean(other))
    assert first is not None
    assert second is not None
    assert str(agreement(first, second)) == expected
    assert agreement(second, first) == agreement(first, second)


def test_mates_speak_by_their_mean_not_by_the_closest_of_them() -> None:
    assert mates_level([0.2, 0.4], [0.9, 0.9]) == ALONE
    assert mates_level([0.99, 0.99, 0.99], [0.99, 0.01, 0.01]) == "m3x3"
    assert mates_level([0.9], [0.999]) == "m7x1"
    assert [mates_verdict(level) for level in (ALONE, "m0x2", "m4x1", "m7x3")] == [
        "unknown", "conflict", "partly", "agree",
    ]  # fmt: skip


def test_one_other_character_in_a_name_is_a_slip_only_beside_the_same_third_person_or_mark(desk) -> None:
    levels = {"name": "one_character", "unit": "same_unit", "post": "same", "wording": "c5"}
    band = desk.matcher.model.band
    assert band(0.999, levels | {"third_person": "missing", "detail": "missing"}) is Band.REVIEW
    assert band(0.999, levels | {"third_person": "equal", "detail": "missing"}) is Band.LIKELY
    assert band(0.999, levels | {"third_person": "missing", "detail": "same_mark"}) is Band.LIKELY


@pytest.mark.parametrize("name", ["masked_both_ends", "look_alike", "same_sound", "named_in_text"])
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, Band.REVIEW),
        ({"mates": "m6x3"}, Band.REVIEW),
        ({"mates": "m7x1"}, Band.LIKELY),
        ({"mates": "m7x3", "unit": "same_kind_other_area"}, Band.REVIEW),
        ({"mates": "m7x3", "identity": "contradict"}, Band.REVIEW),
        ({"mates": "m7x3", "topic": "differ", "content": "c0"}, Band.REVIEW),
        ({"amount": "equal"}, Band.LIKELY),
    ],
)
def test_a_name_that_agrees_in_part_needs_a_thing_told_alike_or_all_other_candidates_word(
    desk, name, told, expected
) -> None:
    levels = {"name": name, "unit": "same_unit", "wording": "c5", "content": "c5", "rare_words": "r0"}
    assert desk.matcher.model.band(0.999, levels | told) is expected


def test_long_letters_that_name_nobody_are_ordered_by_their_words(desk, clue) -> None:
    noise = "小区停车位不够，物业收费没有公示，晚上回家绕了三圈也停不下，希望有关部门来看一看，给大家一个说法。"
    topic = "幸福路地铁口的施工围挡占了整条人行道，学生上学只能走机动车道，前天又有一位老人被电动车撞倒。"
    first, _ = desk.take_in(clue(topic * 3))
    desk.take_in(clue(noise * 3))
    _, found = desk.take_in(clue("再次反映" + topic * 2 + "这件事情拖了半年多，请尽快处理。" * 3))
    assert found[0].clue_id == first


def test_slices_tell_hard_negatives_from_hard_positives(desk, clue) -> None:
    desk.take_in(clue("王志强公车私用。", name="王志强", unit="夏宁市卫健委"))
    _, found = desk.take_in(clue("王志强大办婚宴收受礼金八万元。", name="王志强", unit="夏宁市卫健委"))
    outcomes = [Outcome("a", ("1",), [], 0.0), Outcome("b", ("2",), [("a", one) for one in found], 0.0)]
    slices = measure_slices(outcomes)
    assert slices["same_person_other_matter"]["pairs"] == 1
    assert slices["same_person_other_matter"]["called_likely"] == 0
    assert slices["name_hidden"] == {"pairs": 0, "called_same": None, "called_likely": None}
