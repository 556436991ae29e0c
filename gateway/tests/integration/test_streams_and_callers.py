"""Event streams pass chunk by chunk; callers who hang up, dawdle or speak broken HTTP."""

import asyncio
from typing import Any

import httpx2
import pytest


class _Events:
    """An event stream that sends what the test puts in, and knows when its reader left."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()
        self.left = asyncio.Event()

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": True})
        sending = asyncio.create_task(self._pump(send))
        while (await receive())["type"] != "http.disconnect":
            continue
        sending.cancel()
        self.left.set()

    async def _pump(self, send: Any) -> None:
        while True:
            await send({"type": "http.response.body", "body": await self.queue.get(), "more_body": True})


async def test_events_pass_one_by_one_and_leaving_ends_the_stream_behind(open_door: Any) -> None:
    events = _Events()
    door = await open_door(clue=events, total_timeout_s=0.5, upstream_connections=1)
    async with door.client.stream("GET", "/v1/notifications/stream", headers=door.headers()) as answer:
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["x-accel-buffering"] == "no"
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b": hello\n\n"
        for number in range(3):
            await events.queue.put(b"data: %d\n\n" % number)
            async with asyncio.timeout(60):
                assert await anext(chunks) == b"data: %d\n\n" % number
        late = asyncio.ensure_future(anext(chunks))
        done, _ = await asyncio.wait([late], timeout=0.6)
        assert not done, "silent beyond the total time of ordinary exchanges, and still open"
        await events.queue.put(b"data: late\n\n")
        assert await late == b"data: late\n\n"
    async with asyncio.timeout(60):
        await events.left.wait()


async def test_a_gateway_that_stops_ends_its_streams_cleanly_and_at_once(open_door: Any) -> None:
    events = _Events()
    door = await open_door(clue=events)
    async with door.client.stream("GET", "/v1/notifications/stream", headers=door.headers()) as answer:
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b": hello\n\n"
        door.stop()
        async with asyncio.timeout(60):
            assert [chunk async for chunk in chunks] == []
            await events.left.wait()


async def test_a_stream_does_not_hold_a_place_of_ordinary_requests(open_door: Any) -> None:
    events = _Events()
    door = await open_door(clue=events, upstream_connections=1, stream_connections=2)
    async with (
        door.client.stream("GET", "/v1/notifications/stream", headers=door.headers()) as first,
        door.client.stream("GET", "/v1/notifications/stream", headers=door.headers()) as second,
    ):
        assert (first.status_code, second.status_code) == (200, 200)
        third = await door.client.get("/v1/notifications/stream", headers=door.headers())
        assert (third.status_code, third.json()["code"]) == (503, "upstream_busy")


async def test_a_caller_who_hangs_up_cancels_the_work_behind(open_door: Any) -> None:
    begun, left = asyncio.Event(), asyncio.Event()

    async def slow(_scope: Any, receive: Any, _send: Any) -> None:
        begun.set()
        while (await receive())["type"] != "http.disconnect":
            continue
        left.set()

    door = await open_door(clue=slow)
    asking = asyncio.create_task(door.client.get("/v1/clues", headers=door.headers()))
    async with asyncio.timeout(60):
        await begun.wait()
        asking.cancel()
        await left.wait()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_caller_who_dawdles_with_the_body_is_given_up(open_door: Any) -> None:
    door = await open_door(total_timeout_s=0.4)
    head = f"POST /v1/clues HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {door.token()}\r\nContent-Length: 10\r\n"
    answer = await door.raw(f"{head}Connection: close\r\n\r\nabc".encode())
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"request_too_slow" in answer


def _smuggled(token: str, framing: str, rest: str) -> bytes:
    head = f"POST /v1/clues HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}{framing}\r\n{rest}".encode()


HIDDEN = "GET /v1/integrity-checks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("framing", "rest"),
    [
        ("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", f"0\r\n\r\n{HIDDEN}"),
        ("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", f"0\r\n\r\n{HIDDEN}"),
        ("Content-Length: 0\r\nContent-Length: 40\r\n", HIDDEN),
        ("Content-Length: +5\r\n", f"hello{HIDDEN}"),
        ("Transfer-Encoding: xchunked\r\n", f"0\r\n\r\n{HIDDEN}"),
        ("Transfer-Encoding: chunked, identity\r\n", f"0\r\n\r\n{HIDDEN}"),
        ("Transfer-Encoding: gzip, chunked\r\n", f"0\r\n\r\n{HIDDEN}"),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", f"0\r\n\r\n{HIDDEN}"),
        ("Transfer-Encoding : chunked\r\n", f"0\r\n\r\n{HIDDEN}"),
        ("Transfer-Encoding: chunked\r\n", f"-5\r\nhello\r\n0\r\n\r\n{HIDDEN}"),
    ],
)
async def test_ambiguous_framing_is_refused_and_nothing_hidden_is_served(
    open_door: Any, framing: str, rest: str
) -> None:
    door = await open_door()
    answer = await door.raw(_smuggled(door.token(), framing, rest))
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"malformed_request" in answer


async def test_http_1_0_knows_no_chunks(open_door: Any) -> None:
    door = await open_door()
    asked = _smuggled(door.token(), "Transfer-Encoding: chunked\r\n", f"0\r\n\r\n{HIDDEN}")
    answer = await door.raw(asked.replace(b"HTTP/1.1", b"HTTP/1.0", 1))
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 400")


async def test_a_header_that_decides_may_be_there_only_once(open_door: Any) -> None:
    door = await open_door()
    token = f"Authorization: Bearer {door.token()}\r\n"
    answer = await door.raw(f"GET /v1/clues HTTP/1.1\r\nHost: x\r\n{token}{token}Connection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 400")


async def test_requests_in_a_row_on_one_connection_are_answered_in_order(open_door: Any) -> None:
    door = await open_door()
    head = f"Host: x\r\nAuthorization: Bearer {door.token()}\r\n"
    first = f"POST /v1/clues/first HTTP/1.1\r\n{head}Content-Length: 5\r\n\r\nhello"
    second = f"GET /v1/clues/second HTTP/1.1\r\n{head}Connection: close\r\n\r\n"
    answer = await door.raw((first + second).encode())
    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.index(b"/v1/clues/first") < answer.index(b"/v1/clues/second")


async def test_what_is_not_http_gets_a_problem(open_door: Any) -> None:
    door = await open_door()
    answer = await door.raw(b"\x16\x03\x01\x02\x00 hello\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in answer


async def test_the_portal_and_documents_work_without_a_token(open_door: Any) -> None:
    door = await open_door()
    page = await door.client.get("/docs")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for path in ("/docs/portal.js", "/docs/portal.css"):
        assert (await door.client.get(path)).status_code == 200
        assert path in page.text
    titles = await door.client.get("/docs/titles.json")
    assert titles.json()["operations"]["register_clue"] == "登记线索"
    events = await door.client.get("/v1/asyncapi.json")
    assert "clue.clue.registered.v1" in events.json()["channels"]
    refused = await door.client.post("/docs")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")


async def test_metrics_count_what_passed(open_door: Any) -> None:
    door = await open_door()
    await door.client.get("/v1/clues", headers=door.headers())
    metrics = await door.client.get("/metrics")
    assert 'heli_http_requests_total{method="GET",route="proxy",status="200"}' in metrics.text
    assert isinstance(metrics, httpx2.Response)
