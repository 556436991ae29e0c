"""How much may come in, and how fast."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

MIB = 1024 * 1024


async def _pieces(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 65536):
        yield b"z" * 65536


async def test_a_body_above_the_limit_is_refused_by_its_length(open_door: Any) -> None:
    door = await open_door()
    answer = await door.client.post("/v1/clues", content=b"z" * (MIB + 1), headers=door.headers())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_body_above_the_limit_is_refused_while_it_streams(open_door: Any) -> None:
    door = await open_door()
    answer = await door.client.post("/v1/clues", content=_pieces(3 * MIB), headers=door.headers())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    within = await door.client.post("/v1/clues", content=_pieces(MIB // 2), headers=door.headers())
    assert within.json()["length"] == MIB // 2


async def test_imports_may_be_larger(open_door: Any) -> None:
    door = await open_door()
    answer = await door.client.post("/v1/clue-imports", content=_pieces(8 * MIB), headers=door.headers())
    assert answer.json()["length"] == 8 * MIB
    beyond = await door.client.post("/v1/clue-imports", content=b"z" * (32 * MIB + 1), headers=door.headers())
    assert beyond.status_code == 413


async def test_a_head_above_the_limit_is_refused(open_door: Any) -> None:
    door = await open_door()
    answer = await door.client.get("/v1/clues", headers=door.headers(**{"X-Long": "h" * 17_000}))
    assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")


async def test_a_head_without_end_is_cut(open_door: Any) -> None:
    door = await open_door()
    answer = await door.raw(b"GET /v1/clues HTTP/1.1\r\nHost: x\r\nX-Long: " + b"h" * (2 * MIB))
    assert answer.startswith(b"HTTP/1.1 431")
    assert b"headers_too_large" in answer


async def test_a_caller_who_asks_too_often_is_told_when_to_return(open_door: Any) -> None:
    door = await open_door(rate_per_s=5, rate_burst=3)
    answers = [await door.client.get("/v1/clues", headers=door.headers()) for _ in range(5)]
    assert [answer.status_code for answer in answers[:3]] == [200, 200, 200]
    assert answers[0].headers["ratelimit-policy"] == '"default";q=3;w=1'
    assert answers[0].headers["ratelimit"].startswith('"default";r=2;')
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "too_many_requests"
    assert int(refused.headers["retry-after"]) >= 1
    other = await door.client.get("/v1/clues", headers=door.headers("li"))
    assert other.status_code == 200


async def test_hundreds_of_requests_of_one_caller_at_once_pass_by_default(open_door: Any) -> None:
    door = await open_door()
    headers = door.headers()
    gate = asyncio.Semaphore(40)

    async def ask() -> int:
        async with gate:
            return int((await door.client.get("/v1/clues", headers=headers)).status_code)

    assert set(await asyncio.gather(*(ask() for _ in range(400)))) == {200}
