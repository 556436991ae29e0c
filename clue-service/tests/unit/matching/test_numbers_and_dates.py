import pytest
from clue_service.matching.dates import When, dates
from clue_service.matching.numerals import Amount, overlap, quantities
from clue_service.matching.sums import amounts
from clue_service.matching.text import clean


@pytest.mark.parametrize("written", ["50000元", "5万元", "五万元", "5.0万", "５万元", "50,000元", "伍万元"])
def test_one_sum_in_many_forms_is_one_sum(written):
    assert [amount for amount, _ in amounts(clean(f"收受{written}。"))] == [Amount(50_000, 50_000)]


@pytest.mark.parametrize(
    ("written", "value"),
    [("一万八", 18_000), ("1万8", 18_000), ("八万六千元", 86_000), ("两万一千六", 21_600), ("三百五十块", 350)],
)
def test_a_last_digit_without_a_scale_counts_in_tenths(written, value):
    assert [amount for amount, _ in amounts(f"送了{written},事后")] == [Amount(value, value)]


def test_either_of_two_digits_and_a_rounded_hundred_are_ranges():
    (either, _), (rounded, _) = amounts("每人一两万元,总共一百多万元")
    assert (either.low, int(either.high)) == (10_000, 29_990)
    assert rounded.low <= 1_000_000
    assert rounded.high > 1_700_000


def test_rounded_and_hidden_sums_are_ranges():
    (over, _), (under, _), (hidden, _) = amounts("一次收16万余元,一次近3万元,还有数十万元")
    assert over.low < 165_000 < over.high < 171_000
    assert under.low < 29_000 < under.high < 31_000
    assert hidden.low < 300_000 < hidden.high


@pytest.mark.parametrize("text", ["毁坏3万亩林地", "来了2万人", "000元", "第5次", ""])
def test_what_is_no_sum_is_not_read_as_one(text):
    assert amounts(text) == []


def test_sums_agree_when_exact_near_or_a_zero_apart():
    exact, near, zero, other = (Amount(x, x) for x in (50_000.0, 52_000.0, 500_000.0, 70_000.0))
    assert [overlap([exact], [one]) for one in (exact, near, zero, other)] == ["equal", "near", "digits", "differ"]
    assert overlap([], [exact]) == "missing"


def test_counted_things_keep_their_unit():
    assert {"43次", "11亩"} <= quantities("共计43次,毁地11亩")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2021年3月", When(2021, 3)),
        ("2021年3月5日", When(2021, 3, 5)),
        ("二〇二一年三月", When(2021, 3)),
        ("21年3月", When(2021, 3)),
        ("前年三月", When(2021, 3)),
        ("去年12月份", When(2022, 12)),
        ("今年", When(2023)),
        ("上个月5日", When(2023, 4, 5)),
        ("3月份", When(2023, 3)),
        ("11月份", When(2022, 11)),
        ("2021-03-05", When(2021, 3, 5)),
    ],
)
def test_dates_are_resolved_against_the_receipt(written, expected, on):
    assert [when for when, _ in dates(written, on("2023-05-20"))] == [expected]


def test_dates_after_the_receipt_are_dropped(on):
    assert dates("2027年3月", on("2023-05-20")) == []


READ = {
    "2021.3，": [(2021, 3)], "2021.03.15": [(2021, 3, 15)], "2021/3/5": [(2021, 3, 5)], "2021-03，": [(2021, 3)],
    "2021.3-5，": [(2021, 3), (2021, 5)], "二O二一年三月": [(2021, 3)], "二○二一年三月": [(2021, 3)],
    "二零二一年3月5日": [(2021, 3, 5)], "一九九八年": [(1998,)], "二一年三月": [(2021, 3)],
    "三年前": [(2020,)], "10年前": [(2013,)], "两年前的三月份": [(2021, 3)], "半年前": [(2022,)],
    "三个月前": [(2023, 2)], "两周前": [(2023, 5)], "昨天": [(2023, 5, 19)],
    "去年底": [(2022, 12)], "去年年底": [(2022, 12)], "去年末": [(2022, 12)],
    "2021年底": [(2021, 12)], "21年底": [(2021, 12)], "今年初": [(2023, 1)], "2021年春节": [(2021, 2)],
    "去年国庆节": [(2022, 10)], "2021年3月至5月": [(2021, 3), (2021, 5)], "2021年3月、5月": [(2021, 3), (2021, 5)],
    "2021年11月至2月": [(2021, 11), (2022, 2)], "2019年3月至2021年5月": [(2019, 3), (2021, 5)],
    "2019-2021年": [(2019,), (2021,)], "2019年5月收钱，同年8月又收": [(2019, 5), (2019, 8)],
    "2019年5月收钱，次年3月又收": [(2019, 5), (2020, 3)], "15年，他": [(2015,)], "2021年3月前后": [(2021, 3)],
    "2021年的3月": [(2021, 3)], "大前年": [(2020,)],
}  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), READ.items())
def test_dates_are_read_whole(written, expected, on):
    found = sorted(when for when, _ in dates(clean(written), on("2023-05-20")))
    assert found == [When(*one) for one in expected]


NO_DATE = (
    "2021.3万元", "干了15年村支书", "工作20年", "几年前", "近三年", "以前年度", "当年12月", "合同2021-12号", "十五年",
    "今年底", "第三年", "目前年纪", "3.5", "138-2021-345", "30年工龄", "同年同月",
)  # fmt: skip


@pytest.mark.parametrize("written", NO_DATE)
def test_what_is_no_date_is_not_read_as_one(written, on):
    assert dates(clean(written), on("2023-05-20")) == []
