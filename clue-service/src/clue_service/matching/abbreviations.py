"""Short forms of unit names: Chinese shortens a name by leaving characters out (江州职院 for 江州职业技术学院)."""

from enum import StrEnum

from rapidfuzz.distance import LCSseq

# Characters that tell two units of one kind apart, wherever they stand: 第一中学 and 第二中学, 城东 and 城西.
_TELLING_APART = frozenset("一二三四五六七八九十0123456789东西南北上下前后大小新老")
_SHORTEST = 3
_SHORTEST_WITH_SLIP = 6


class ShortForm(StrEnum):
    """How one name may shorten another."""

    WITH_PLACE = "with_place"  # 襄南高中, 襄南高级中学
    WITHOUT_PLACE = "without_place"  # 三医院, 临江市第三人民医院
    WITH_SLIP = "with_slip"  # 滨海生态环境分局, 滨海区生态环境局: one character of the shorter is the shorter's alone
    NONE = "none"


def short_form(one: str, other: str) -> ShortForm:
    """Whether the shorter of two names can stand for the longer; symmetric. Names come cleaned, without blanks."""
    shorter, longer = (one, other) if (len(one), one) <= (len(other), other) else (other, one)
    if len(shorter) < _SHORTEST:
        return ShortForm.NONE
    with_place = shorter[:2] == longer[:2]
    if not with_place and shorter[-1] != longer[-1]:
        return ShortForm.NONE
    common = LCSseq.similarity(shorter, longer)
    if common == len(shorter):
        return ShortForm.WITH_PLACE if with_place else ShortForm.WITHOUT_PLACE
    if common < len(shorter) - 1:
        return ShortForm.NONE
    apart = (set(shorter) ^ set(longer)) & _TELLING_APART
    slips = with_place and len(shorter) >= _SHORTEST_WITH_SLIP and not apart
    return ShortForm.WITH_SLIP if slips else ShortForm.NONE
