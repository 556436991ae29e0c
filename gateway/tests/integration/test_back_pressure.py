"""Whoever is slow slows the other side down; nothing piles up at the door."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

PIECE = b"p" * 65_536
# More than the kernel's buffers of both connections hold together.
UPLOAD_PIECES, DOWNLOAD_PIECES = 480, 1_600


async def test_an_upload_waits_for_a_service_that_does_not_read(open_door: Any, open_raw: Any) -> None:
    may_read, all_sent = asyncio.Event(), asyncio.Event()

    async def dawdles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await may_read.wait()
        rest = b""
        while not rest.endswith(b"\r\n0\r\n\r\n"):
            rest = rest[-16:] + await reader.read(1 << 20)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(UPLOAD_PIECES):
            yield PIECE
        all_sent.set()

    door = await open_door(clue=await open_raw(dawdles))
    sending = asyncio.create_task(door.client.post("/v1/clue-imports", content=pieces(), headers=door.headers()))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(all_sent.wait(), 1)
    may_read.set()
    assert (await sending).text == "ok"


async def test_a_long_answer_waits_for_a_caller_who_does_not_read(open_door: Any) -> None:
    all_sent = asyncio.Event()

    async def eager(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(DOWNLOAD_PIECES):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
        all_sent.set()
        await send({"type": "http.response.body", "body": b""})

    door = await open_door(clue=eager)
    async with door.client.stream("GET", "/v1/clues/export", headers=door.headers()) as answer:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(all_sent.wait(), 1)
        length = 0
        async for chunk in answer.aiter_raw():
            length += len(chunk)
    assert length == DOWNLOAD_PIECES * len(PIECE)


async def test_a_service_may_answer_before_it_has_the_whole_body(open_door: Any, open_raw: Any) -> None:
    async def refuses_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 422 Unprocessable\r\nContent-Length: 2\r\n\r\nno")
        await writer.drain()
        await reader.read(-1)

    door = await open_door(clue=await open_raw(refuses_early))
    head = f"POST /v1/clue-imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {door.token()}\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".encode())
    async with asyncio.timeout(60):
        assert b"422" in await reader.readline()
    writer.close()
