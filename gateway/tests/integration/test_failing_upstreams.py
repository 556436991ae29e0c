"""Services that are down, slow, half-open or lying: a problem document in bounded time."""

import asyncio
import time
from typing import Any

import httpx2
import pytest
from gateway.bodies import RequestBody
from gateway.errors import MalformedRequest
from gateway.settings import GatewaySettings
from gateway.upstream import Upstream

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def _sending(*parts: bytes, then_close: bool = True) -> Any:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await writer.drain()
        if not then_close:
            await reader.read(-1)

    return handler


async def test_a_service_that_is_down_is_reported_quickly(open_door: Any) -> None:
    door = await open_door(clue="http://127.0.0.1:1")
    started = time.monotonic()
    answer = await door.client.post("/v1/clues", json={}, headers=door.headers())
    assert (answer.status_code, answer.json()["code"]) == (503, "upstream_unavailable")
    assert answer.headers["retry-after"] == "1"
    assert time.monotonic() - started < 3


async def test_a_service_that_never_begins_its_answer_is_given_up(open_door: Any, open_raw: Any) -> None:
    door = await open_door(clue=await open_raw(_sending(then_close=False)), first_byte_timeout_s=0.3)
    answer = await door.client.get("/v1/clues", headers=door.headers())
    assert (answer.status_code, answer.json()["code"]) == (504, "upstream_timeout")


async def test_an_answer_that_trickles_is_given_up(open_door: Any, open_raw: Any) -> None:
    slow = _sending(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", then_close=False)
    door = await open_door(clue=await open_raw(slow), total_timeout_s=0.5)
    answer = await door.client.get("/v1/clues", headers=door.headers())
    assert (answer.status_code, answer.json()["code"]) == (504, "upstream_timeout")


@pytest.mark.parametrize(
    "lie",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX-Folded: a\r\n b\x00\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"this is not HTTP at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"h" * 100_000 + b"\r\n\r\n",
        b"",
    ],
)
async def test_a_broken_answer_becomes_a_problem(open_door: Any, open_raw: Any, lie: bytes) -> None:
    door = await open_door(clue=await open_raw(_sending(lie)))
    answer = await door.client.post("/v1/clues", json={}, headers=door.headers())
    assert (answer.status_code, answer.json()["code"]) == (502, "bad_gateway")


async def test_a_long_answer_that_breaks_off_is_cut_not_ended(open_door: Any, open_raw: Any) -> None:
    half = _sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n30d40\r\n" + b"a" * 0x30D40 + b"\r\n")
    door = await open_door(clue=await open_raw(half))
    with pytest.raises(httpx2.RemoteProtocolError):
        await door.client.get("/v1/clues", headers=door.headers())


async def test_an_answer_framed_by_the_end_of_its_connection_is_whole(open_door: Any, open_raw: Any) -> None:
    door = await open_door(clue=await open_raw(_sending(b"HTTP/1.1 200 OK\r\n\r\nall of it")))
    answer = await door.client.get("/v1/clues", headers=door.headers())
    assert (answer.status_code, answer.text, answer.headers["content-length"]) == (200, "all of it", "9")


async def test_a_body_that_should_not_be_there_never_reaches_the_next_caller(open_door: Any, open_raw: Any) -> None:
    to_head = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
    to_gone = b"HTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 OK\r\n\r\npoison"

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            writer.write(to_head if request.startswith(b"HEAD") else to_gone if b"/gone" in request else OK)
            await writer.drain()

    door = await open_door(clue=await open_raw(handler))
    for _ in range(3):
        assert (await door.client.head("/v1/clues", headers=door.headers())).status_code == 200
        assert (await door.client.get("/v1/clues", headers=door.headers())).text == "ok"
        assert (await door.client.get("/v1/clues/gone", headers=door.headers())).status_code == 204
        assert (await door.client.get("/v1/clues", headers=door.headers())).text == "ok"


async def test_a_connection_is_kept_and_a_service_that_closed_it_is_asked_anew(open_door: Any, open_raw: Any) -> None:
    opened = 0

    async def two_each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)
            await writer.drain()

    door = await open_door(clue=await open_raw(two_each))
    for _ in range(6):
        assert (await door.client.get("/v1/clues", headers=door.headers())).text == "ok"
    assert opened == 3


async def test_bytes_after_an_answer_never_reach_the_next_caller(open_door: Any, open_raw: Any) -> None:
    poisoned = OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
    asked = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        while True:
            await reader.readuntil(b"\r\n\r\n")
            asked += 1
            writer.write(poisoned if asked == 1 else OK)
            await writer.drain()

    door = await open_door(clue=await open_raw(handler))
    for sub in ("zhang", "li", "wang"):
        answer = await door.client.get("/v1/clues", headers=door.headers(sub))
        assert answer.status_code == 502 or answer.text == "ok"
        assert "poison" not in answer.text


async def test_interim_answers_are_not_taken_for_the_answer(open_door: Any, open_raw: Any) -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    door = await open_door(clue=await open_raw(_sending(interim + OK)))
    answer = await door.client.get("/v1/clues", headers=door.headers())
    assert (answer.status_code, answer.text) == (200, "ok")


async def test_a_dropped_read_is_tried_once_more_but_a_write_is_not(open_door: Any, open_raw: Any) -> None:
    asked: list[bytes] = []

    async def drops_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.split(b" ", 1)[0])
        if asked.count(asked[-1]) > 1:
            writer.write(OK)
            await writer.drain()

    door = await open_door(clue=await open_raw(drops_first))
    assert (await door.client.get("/v1/clues", headers=door.headers())).text == "ok"
    assert (await door.client.post("/v1/clues", headers=door.headers())).status_code == 502
    assert asked == [b"GET", b"GET", b"POST"]


async def test_a_write_with_an_idempotency_key_is_tried_once_more(open_door: Any, open_raw: Any) -> None:
    asked = 0

    async def drops_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n")
        asked += 1
        if asked > 1:
            writer.write(OK)
            await writer.drain()

    door = await open_door(clue=await open_raw(drops_first))
    answer = await door.client.post("/v1/clues", headers=door.headers(**{"Idempotency-Key": "k-1"}))
    assert (answer.text, asked) == ("ok", 2)


async def test_a_failing_service_is_spared_and_others_still_answer(open_door: Any) -> None:
    door = await open_door(notification_url="http://127.0.0.1:1")
    for _ in range(25):
        await door.client.get("/v1/notifications", headers=door.headers())
    started = time.monotonic()
    spared = await door.client.get("/v1/notifications", headers=door.headers())
    assert (spared.status_code, spared.json()["code"]) == (503, "upstream_unavailable")
    assert time.monotonic() - started < 0.1, "no connection was tried"
    assert (await door.client.get("/v1/clues", headers=door.headers())).status_code == 200


CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"
LONG_AND_CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b"a" * 200_000


@pytest.mark.parametrize("lie", [CUT, LONG_AND_CUT])
async def test_a_service_that_cuts_its_answers_off_is_spared(open_door: Any, open_raw: Any, lie: bytes) -> None:
    asked = 0

    async def lies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await _sending(lie)(reader, writer)

    door = await open_door(clue=await open_raw(lies))

    async def code() -> str:
        try:
            return str((await door.client.get("/v1/clues", headers=door.headers())).json()["code"])
        except httpx2.RemoteProtocolError:
            return "cut"

    told = [await code() for _ in range(25)]
    assert set(told[:10]) <= {"bad_gateway", "cut"}
    assert told[20:] == ["upstream_unavailable"] * 5
    assert asked == 25 - told.count("upstream_unavailable")


async def test_a_probe_that_is_cut_off_keeps_the_service_spared_until_one_is_whole(
    open_door: Any, open_raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lie, asked = CUT, 0

    async def turns(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await _sending(lie)(reader, writer)

    door = await open_door(clue=await open_raw(turns))
    while (await door.client.get("/v1/clues", headers=door.headers())).json()["code"] == "bad_gateway":
        assert asked <= 20
    monkeypatch.setattr("gateway.breaker._OPEN_S", 0.0)
    for _ in range(3):
        probed = await door.client.get("/v1/clues", headers=door.headers())
        assert probed.json()["code"] == "bad_gateway", "the pause is over: each asks, one at a time"
    lie = OK
    answers = [await door.client.get("/v1/clues", headers=door.headers()) for _ in range(3)]
    assert [one.status_code for one in answers] == [200] * 3


async def _no_body() -> RequestBody:
    async def nothing() -> Any:
        raise AssertionError

    body = RequestBody(nothing, length=None, chunked=False, limit=1)
    await body.hold()
    return body


async def test_a_probe_that_ends_for_the_callers_reasons_lets_the_next_one_through(
    open_raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.breaker._OPEN_S", 0.0)
    silent = asyncio.Event()

    async def waits_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if not silent.is_set():
            silent.set()
            await reader.read(-1)
        writer.write(OK)
        await writer.drain()

    upstream = Upstream("clue", await open_raw(waits_once), GatewaySettings())
    for _ in range(20):
        upstream.breaker.failed()

    async def ask(*headers: tuple[bytes, bytes]) -> None:
        async with upstream.slot() as slot:
            answer = await upstream.send(slot, "GET", b"/v1/clues", list(headers), await _no_body())
            slot.succeeded()
            upstream.give_back(answer)

    with pytest.raises(MalformedRequest):
        await ask((b"x-note", b"a\r\nx-user-sub: b"))
    hung_up = asyncio.create_task(ask())
    await silent.wait()
    hung_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hung_up
    assert upstream.breaker.is_open
    await ask()
    assert not upstream.breaker.is_open


async def test_an_answer_that_trickles_counts_against_its_service(open_door: Any, open_raw: Any) -> None:
    slow = _sending(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", then_close=False)
    door = await open_door(clue=await open_raw(slow), total_timeout_s=0.3)
    told = await asyncio.gather(*(door.client.get("/v1/clues", headers=door.headers()) for _ in range(20)))
    assert {one.json()["code"] for one in told} == {"upstream_timeout"}
    spared = await door.client.get("/v1/clues", headers=door.headers())
    assert spared.json()["code"] == "upstream_unavailable"


async def test_a_full_bulkhead_refuses_and_does_not_queue_for_ever(open_door: Any) -> None:
    release, arrivals = asyncio.Event(), asyncio.Semaphore(0)

    async def waits(_scope: Any, _receive: Any, send: Any) -> None:
        arrivals.release()
        await release.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    door = await open_door(clue=waits, upstream_connections=2)
    first = [asyncio.create_task(door.client.get("/v1/clues", headers=door.headers())) for _ in range(2)]
    async with asyncio.timeout(60):
        for _ in first:
            await arrivals.acquire()
    busy = await door.client.get("/v1/clues", headers=door.headers())
    assert (busy.status_code, busy.json()["code"]) == (503, "upstream_busy")
    release.set()
    assert [answer.status_code for answer in await asyncio.gather(*first)] == [200, 200]


async def test_readiness_names_the_services_that_are_not_ready(open_door: Any) -> None:
    healthy = await open_door()
    assert (await healthy.client.get("/readyz")).json() == {"status": "ready", "failing": []}
    broken = await open_door(pool_url="http://127.0.0.1:1", inspection_url="")
    answer = await broken.client.get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (503, ["inspection", "pool"])
    assert (await broken.client.get("/livez")).status_code == 200
