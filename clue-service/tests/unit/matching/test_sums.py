"""What letters tell of money: sums are read whole, and nothing else is read as yuan."""

import time

import pytest
from clue_service.matching.sums import amounts, read_sums
from clue_service.matching.text import MAX_TEXT, clean

EXACT = {
    "二十万三千元": 203_000, "贰拾万叁仟元整": 203_000, "壹拾贰万叁仟肆佰元": 123_400, "伍万圆整": 50_000,
    "廿万元": 200_000, "卅万元": 300_000, "3万5000元": 35_000, "8万6千5": 86_500, "2万3千元": 23_000,
    "1亿2千万元": 120_000_000, "一亿二千万元": 120_000_000, "3亿5000万元": 350_000_000, "1.2亿": 120_000_000,
    "1,200,000元": 1_200_000, "12.5万": 125_000, "三点五万元": 35_000, "5十万元": 500_000, "一千二百元": 1_200,
    "￥50000元": 50_000, "¥3,500": 3_500, "人民币5000": 5_000, "人民币50000元整": 50_000, "5w元": 50_000,
    "50 万元": 500_000, "5 万 元": 50_000, "5块钱": 5, "每亩5万元": 50_000, "5万元/亩": 50_000, "一百五十万": 1_500_000,
    "2023年3月5万元": 50_000, "送5万2023年3月": 50_000, "张三到5万元": 50_000, "拾伍万元": 150_000,
}  # fmt: skip
RANGES = {
    "3.5万余元": (34_965, 36_000), "16万余元": (159_840, 170_000), "30万余元": (299_700, 400_000),
    "3至5万元": (30_000, 50_000), "3万元至5万元": (30_000, 50_000), "3-5万元": (30_000, 50_000),
    "收了三到五万元": (30_000, 50_000), "3000-5000元": (3_000, 5_000), "8千到1万元": (8_000, 10_000),
    "三五万元": (30_000, 59_990), "三四十万元": (300_000, 499_900), "十七八万元": (170_000, 189_990),
    "一百二三十万元": (1_200_000, 1_399_900), "七八百元": (700, 899.9), "一两万元": (10_000, 29_990),
    "几十元": (20, 99.99), "几十万元": (200_000, 999_900), "数万元": (20_000, 99_990), "十几万元": (99_900, 200_000),
    "上万元": (9_990, 20_000), "万余元": (9_990, 20_000), "千余元": (999, 2_000), "上百万元": (999_000, 2_000_000),
    "近百万元": (900_000, 1_001_000), "不足5万元": (45_000, 50_050), "接近10万元": (90_000, 100_100),
    "10万元左右": (90_000, 110_000), "2000余元": (1_998, 3_000),
}  # fmt: skip
NO_YUAN = (
    "5万美元", "美元5万", "300美金", "港币20万元", "20万元港币", "20万元（港币）", "3万余美元", "5千欧元", "100万日元",
    "5万亩", "3万余亩林地", "2万多人", "50万吨", "10万公里", "5万字", "5万股", "二万五千里", "3万人次", "8千株",
    "3块地", "10块砖", "两块手表", "2021年元月", "5元旦放假", "2019-2021年", "13812345678", "第三块", "三圆桌",
    "两千五", "5万分之一",
)  # fmt: skip


def read(written: str) -> list[tuple[float, float]]:
    return [(amount.low, amount.high) for amount, _ in amounts(clean(f"经查,其共收受{written},至今未退。"))]


@pytest.mark.parametrize(("written", "yuan"), EXACT.items())
def test_a_sum_is_read_whole(written: str, yuan: float) -> None:
    assert read(written) == [(yuan, yuan)]


@pytest.mark.parametrize(("written", "ends"), RANGES.items())
def test_a_sum_told_roughly_is_a_range(written: str, ends: tuple[float, float]) -> None:
    assert read(written) == [pytest.approx(ends, rel=1e-3)]


@pytest.mark.parametrize("written", NO_YUAN)
def test_other_money_and_other_quantities_are_no_yuan(written: str) -> None:
    assert read(written) == []


def test_other_money_is_kept_apart_under_one_name() -> None:
    assert read_sums("先给5万美元,又给港币20万元").foreign == {"50000美元", "200000港元"}
    assert read_sums("收美金5万").foreign == read_sums("收5万美元").foreign


def test_a_letter_with_both_keeps_both() -> None:
    found = read_sums(clean("送人民币10万元、美元2万，另送5千元购物卡"))
    assert [amount.low for amount, _ in found.yuan] == [100_000, 5_000]
    assert found.foreign == {"20000美元"}


@pytest.mark.parametrize("piece", ["1", "一", "万", "3万至", "1,234", "一万八", "近上约", "亿1亿", "1-", "5万美"])
def test_a_page_of_numerals_is_read_in_bounded_time(piece: str) -> None:
    text = (piece * MAX_TEXT)[:MAX_TEXT]
    started = time.process_time()
    read_sums(text)
    assert time.process_time() - started < 2
