"""Letters that no form foresees, through the service: none fails, and none is wrongly called likely."""

import asyncio
from itertools import product
from typing import Any

import pytest
from chassis.service import Resources
from clue_service.access.row_security import engine_session
from clue_service.matters.domain import components
from sqlalchemy import text

OFFICER = "officer@pet-dh"
SQL = ("'; DROP TABLE clue_key;--", '" OR ""="', "$1::int4[]", "{1,2,3}", "%_\\")
# Nobody of these is anybody else, however alike they are written.
NAMES = (
    "买买提·吐尔逊", "买买提·阿不都", "阿不都·买买提", "買買提·依明", "Abdulla Karim", "MEMET  SEMET", "扎西·旺堆",
    "扎西卓玛", "歐陽國強", "Ｌｉ　Ｍｉｎｇ", "\u202e张三\u200b",
)  # fmt: skip
NO_NAMES = ("🙂🙂", "🙂🙃", "\u200d", "***", *SQL)
"""What stands in the place of a name and is none: it tells no two apart and makes no two the same."""
FACTS = (
    "2024年3月收受承建商现金5万元", "虚报人数套取补贴12万元", "2022年春节违规收受购物卡", "把公车借给亲属婚宴使用",
    "2021年6月在评标前泄露标底", "长期在上班时间打麻将", "侵占村民承包地八亩", "用公款报销私人旅游费用3700元",
    "为外甥安排编制收好处费",
)  # fmt: skip
TEXTS = (
    "张", "。", "a", "\u200d", "🙂" * 200, "ﷺ" * 40, "１２３万元", "二〇二四年三月收受禮金伍萬元，並違規操辦酒席。",
    "甲" * 100_000, "反映镇干部收受红包５０００元。" * 6_000, "1" * 100_000, "此外，" * 33_000, *SQL,
)  # fmt: skip
"""Nothing of these tells who did what: nothing may come of two of them but a question."""
UNITS = (None, "夏宁市住房和城乡建设局")


def form(name: str | None, unit: str | None, told: str, **more: Any) -> dict[str, Any]:
    subjects = [{"name": name, "unit_name": unit, "post": "科长"}] if name or unit else []
    return {
        "source_code": "PETITION",
        "received_on": "2026-11-20",
        "subjects": subjects,
        "allegations": [{"text": told}],
        **more,
    }


async def bands(resources: Resources) -> dict[str, int]:
    async with engine_session(resources) as session:
        rows = await session.execute(text("select band, count(*) as count from candidate group by band"))
        return {row.band: row[1] for row in rows}


async def likely_pairs(resources: Resources) -> list[tuple[str, str]]:
    async with engine_session(resources) as session:
        rows = await session.execute(text("select clue_a::text, clue_b::text from candidate where band = 'likely'"))
        return [(one, other) for one, other in rows]


async def test_letters_that_tell_nobody_are_taken_in_and_only_copies_are_likely(
    call: Any, resources: Resources
) -> None:
    said: dict[str, str] = {}
    for told, unit in product(TEXTS, UNITS):
        for _ in range(2):  # twice, word for word
            answer = await call(OFFICER, "POST", "/v1/clues", form(None, unit, told))
            assert answer.status_code == 201, answer.text
            assert answer.json()["is_matching_pending"] is False
            said[answer.json()["id"]] = told
    assert [
        (said[one][:20], said[other][:20]) for one, other in await likely_pairs(resources) if said[one] != said[other]
    ] == []


async def test_people_whose_names_only_look_alike_are_never_likely_to_be_the_same(
    call: Any, resources: Resources
) -> None:
    for name in NAMES:
        told = f"{name}2024年3月在滨河路改造工程招标中收受承建商现金5万元。"
        answer = await call(OFFICER, "POST", "/v1/clues", form(name, UNITS[1], told))
        assert answer.status_code == 201, answer.text
    assert "likely" not in await bands(resources)


async def test_what_stands_for_a_name_and_is_none_joins_no_two_matters(call: Any, resources: Resources) -> None:
    for name, fact in zip(NO_NAMES, FACTS, strict=True):
        answer = await call(OFFICER, "POST", "/v1/clues", form(name, UNITS[1], f"{name}{fact}。"))
        assert answer.status_code == 201, answer.text
    assert "likely" not in await bands(resources)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"a": "\\ud83d"}', id="half a character"),
        pytest.param(form("张\x00三", None, "张三收礼"), id="a null character in a name"),
        pytest.param(form(None, None, "张三\x00收礼"), id="a null character in a text"),
        pytest.param(form(None, None, ""), id="no text"),
        pytest.param(form(None, None, " \t\n"), id="blanks"),
        pytest.param(form(None, None, "张" * 100_001), id="too long"),
        pytest.param(form("张" * 101, None, "收礼"), id="too long a name"),
    ],
)
async def test_what_cannot_be_stored_is_refused_by_name(call: Any, body: Any) -> None:
    sent = {"content": body, "headers": {"content-type": "application/json"}} if isinstance(body, bytes) else {}
    answer = await call(OFFICER, "POST", "/v1/clues", None if sent else body, **sent)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("count", [40, pytest.param(2_000, marks=pytest.mark.proof)])
async def test_a_flood_of_one_letter_is_one_cluster_and_asks_a_bounded_number_of_questions(
    count: int, call: Any, matter: Any, resources: Resources
) -> None:
    numbers = iter(range(count))

    async def send() -> list[dict[str, Any]]:
        answers = [await call(OFFICER, "POST", "/v1/clues", {**matter[0], "origin_ref": f"{n}"}) for n in numbers]
        assert {answer.status_code for answer in answers} == {201}
        return [answer.json() for answer in answers]

    clues = [clue for sent in await asyncio.gather(*(send() for _ in range(8))) for clue in sent]
    assert len(clues) == count
    assert not [clue for clue in clues if clue["is_matching_pending"]]
    async with engine_session(resources) as session:
        rows = await session.execute(text("select clue_a::text, clue_b::text from candidate"))
        pairs = [(one, other) for one, other in rows]
    assert len(components([clue["id"] for clue in clues], pairs)) == 1
    assert len(pairs) <= 50 * count
    assert (await bands(resources))["likely"] == len(pairs)
