import pytest
from clue_service.matching.names import NameAgreement, NameClass, best_agreement, parse_names


@pytest.mark.parametrize(
    ("written", "kind", "surname", "given"),
    [
        ("张建国", NameClass.FULL, "张", "建国"),
        ("欧阳修", NameClass.FULL, "欧阳", "修"),
        ("張國樑", NameClass.FULL, "张", "国梁"),
        ("张某国", NameClass.MASKED, "张", "?国"),
        ("张X国", NameClass.MASKED, "张", "?国"),
        ("张＊国", NameClass.MASKED, "张", "?国"),
        ("欧阳某", NameClass.MASKED, "欧阳", ""),
        ("朱某某", NameClass.MASKED, "朱", ""),
        ("老黄", NameClass.SURNAME, "黄", ""),
        ("郑股长", NameClass.SURNAME, "郑", ""),
        ("张建国局长", NameClass.FULL, "张", "建国"),
        ("买买提·阿不都", NameClass.LATIN, "", "买买提阿不都"),
        ("Robert Smith", NameClass.LATIN, "", "robertsmith"),
    ],
)
def test_a_name_is_read_for_what_it_tells(written, kind, surname, given):
    (name,) = parse_names(written)
    assert (name.kind, name.surname, name.given) == (kind, surname, given)


@pytest.mark.parametrize(
    "written",
    [None, "", " ", "不详", "1", "；；", "🙂", "某", "某某", "未知", "匿名", "无名氏", "本人", "无", "某领导"],
)
def test_what_is_no_name_gives_none_and_no_error(written):
    assert parse_names(written) == []


@pytest.mark.parametrize(
    "written", ["局长张建国", "住建局局长张建国", "张建国 男", "张建国，男", "张建国13800000000", "张建国同志"]
)
def test_a_name_is_read_without_what_stands_beside_it(written):
    (name,) = parse_names(written)
    assert name.written == "张建国"


@pytest.mark.parametrize("mark", "·-—–˙。.・•▪﹒")
def test_a_name_of_several_parts_is_read_whatever_stands_between_them(mark):
    assert parse_names(f"买买提{mark}吐尔逊") == parse_names("买买提·吐尔逊") != []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("买买提·吐尔逊", "买买提·吐尔训", "same_sound"),
        ("热合曼·买买提", "日合曼·麦麦提", "same_sound"),
        ("买买提·吐尔逊", "买买提·吐尔洪", "given_name_differs"),
        ("买买提·吐尔逊", "艾合买·吐尔逊", "different"),
    ],
)
def test_names_of_several_parts_differ_where_one_syllable_does(one, other, expected):
    assert str(best_agreement(parse_names(one), parse_names(other))) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("张建国", "张建国", NameAgreement.EQUAL),
        ("杨瑞", "杨瑞", NameAgreement.EQUAL_SHORT),
        ("张建国", "章建国", NameAgreement.SAME_SOUND),
        ("王晓明", "王晓朋", NameAgreement.LOOK_ALIKE),
        ("陈金伟", "金伟", NameAgreement.SAME_GIVEN_NAME),
        ("张建国", "张某国", NameAgreement.MASKED_BOTH_ENDS),
        ("张建国", "张某", NameAgreement.SAME_SURNAME_MASKED),
        ("张建国", "张局长", NameAgreement.SAME_SURNAME_MASKED),
        ("张建国", "张某军", NameAgreement.GIVEN_NAME_DIFFERS),
        ("张建国", "张伟民", NameAgreement.GIVEN_NAME_DIFFERS),
        ("张建国", "李大海", NameAgreement.DIFFERENT),
        ("买买提·阿不都", "买买提阿不都", NameAgreement.EQUAL),
    ],
)
def test_two_names_agree_as_far_as_they_can_and_both_ways(one, other, expected):
    assert best_agreement(parse_names(one), parse_names(other)) is expected
    assert best_agreement(parse_names(other), parse_names(one)) is expected


def test_several_names_in_one_field_are_all_read():
    assert [name.written for name in parse_names("张三丰、李四海")] == ["张三丰", "李四海"]
