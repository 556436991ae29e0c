"""Operations that will go say so in OpenAPI and answers; what nobody waits for any more is not worked on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import httpx2
import pytest
from chassis.deprecations import deprecated
from chassis.errors import Conflict
from chassis.web import create_app
from fastapi import APIRouter, FastAPI, Response
from starlette.responses import StreamingResponse

GOING = deprecated(since=date(2027, 1, 1), sunset=date(2028, 1, 1), successor="/v1/new")
TOLD = {
    "deprecation": "@1798761600",
    "sunset": "Sat, 01 Jan 2028 00:00:00 GMT",
    "link": '</v1/new>; rel="successor-version"',
}


class Handler:
    """Routes, and what became of the one that takes long."""

    def __init__(self) -> None:
        self.never = asyncio.Event()
        self.was_stopped = asyncio.Event()

    def app(self) -> FastAPI:
        router = APIRouter()

        @router.get("/v1/old", **GOING)
        async def old() -> dict[str, str]:
            return {}

        @router.get("/v1/old-file", **GOING)
        async def old_file() -> Response:
            return Response(b"x")

        @router.get("/v1/old-refusal", **GOING)
        async def old_refusal() -> None:
            raise Conflict

        @router.get("/v1/new")
        async def new() -> dict[str, str]:
            return {}

        @router.get("/v1/long")
        async def long() -> None:
            try:
                await self.never.wait()
            finally:
                self.was_stopped.set()

        @router.get("/v1/stream")
        async def stream() -> StreamingResponse:
            async def parts() -> AsyncIterator[bytes]:
                yield b"a"
                await asyncio.sleep(0.05)  # longer than the deadline, which an answer that has begun has met
                yield b"b"

            return StreamingResponse(parts())

        return create_app(title="t", routers=[router], pings={}, body_limit=100)


@pytest.fixture
def handler() -> Handler:
    return Handler()


async def _get(app: FastAPI, path: str, **headers: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize("path", ["/v1/old", "/v1/old-file", "/v1/old-refusal"])
async def test_an_operation_that_will_go_says_so_in_every_answer(handler: Handler, path: str) -> None:
    answer = await _get(handler.app(), path)
    assert {name: answer.headers.get(name) for name in TOLD} == TOLD


async def test_others_say_nothing_of_it(handler: Handler) -> None:
    answer = await _get(handler.app(), "/v1/new")
    assert not TOLD.keys() & answer.headers.keys()


def test_openapi_shows_it(handler: Handler) -> None:
    paths = handler.app().openapi()["paths"]
    assert paths["/v1/old"]["get"]["deprecated"] is True
    assert paths["/v1/old"]["get"]["x-sunset"] == "2028-01-01"
    assert "deprecated" not in paths["/v1/new"]["get"]


def test_nothing_is_gone_before_it_is_deprecated() -> None:
    with pytest.raises(ValueError, match="before"):
        deprecated(since=date(2027, 1, 2), sunset=date(2027, 1, 1))


async def test_work_that_nobody_waits_for_is_not_begun(handler: Handler) -> None:
    answer = await _get(handler.app(), "/v1/long", **{"Heli-Deadline-Ms": "0"})
    assert (answer.status_code, answer.json()["code"]) == (504, "deadline_passed")
    assert not handler.was_stopped.is_set()


async def test_work_is_stopped_when_nobody_waits_any_more(handler: Handler) -> None:
    answer = await _get(handler.app(), "/v1/long", **{"Heli-Deadline-Ms": "20"})
    assert (answer.status_code, answer.json()["code"]) == (504, "deadline_passed")
    assert handler.was_stopped.is_set()


async def test_an_answer_that_has_begun_may_take_its_time(handler: Handler) -> None:
    answer = await _get(handler.app(), "/v1/stream", **{"Heli-Deadline-Ms": "40"})
    assert answer.content == b"ab"


@pytest.mark.parametrize("value", ["", "-1", "soon", "1e3", "9" * 40])
async def test_a_deadline_that_is_none_does_not_count(handler: Handler, value: str) -> None:
    assert (await _get(handler.app(), "/v1/new", **{"Heli-Deadline-Ms": value})).status_code == 200
