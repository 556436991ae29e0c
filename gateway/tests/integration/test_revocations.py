"""A revoked token is refused by a running gateway: from its cache, at its start, on its streams, and no other is."""

import asyncio
import json
from typing import Any

from starlette.types import Receive, Scope, Send

HELLO = b": hello\n\n"


class _Pool:
    """Tells ids of revoked tokens, takes revocations, and serves a stream that never ends."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.is_down = False
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == "/revoked-tokens":
            self.asked += 1
            await _answer(send, 500 if self.is_down else 200, {"jtis": self.ids})
        elif path == "/v1/token-revocations":
            self.ids.append(json.loads((await receive())["body"])["jti"])
            await _answer(send, 201, {})
        elif path == "/v1/notifications/stream":
            headers = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": HELLO, "more_body": True})
            while (await receive())["type"] != "http.disconnect":
                continue
        else:
            await _answer(send, 200, {})


async def _answer(send: Send, status: int, document: Any) -> None:
    body = json.dumps(document).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _bearing(door: Any, jti: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {door.token(jti=jti)}", "Accept-Language": "en"}


async def _eventually(door: Any, headers: dict[str, str], status: int) -> Any:
    async with asyncio.timeout(60):
        while (answer := await door.client.get("/v1/clues", headers=headers)).status_code != status:  # noqa: ASYNC110 - the gateway asks the pool, and tells nobody
            await asyncio.sleep(0.01)
    return answer


async def _refused(door: Any, headers: dict[str, str]) -> None:
    answer = await _eventually(door, headers, 401)
    assert answer.json()["detail"] == "The access token was revoked"


async def test_a_token_is_refused_at_once_after_its_revocation_through_this_door(open_door: Any) -> None:
    pool = _Pool()
    door = await open_door(clue=pool, pool=pool, revocations_every_s=600)
    gone, other = _bearing(door, "gone"), _bearing(door, "other")
    for headers in (gone, other):
        assert (await door.client.get("/v1/clues", headers=headers)).status_code == 200, "verified and remembered"
    assert (await door.client.post("/v1/token-revocations", json={"jti": "gone"}, headers=other)).status_code == 201
    await _refused(door, gone)
    assert (await door.client.get("/v1/clues", headers=other)).status_code == 200


async def test_a_revocation_elsewhere_arrives_and_ends_the_streams_of_the_token_alone(open_door: Any) -> None:
    pool = _Pool()
    door = await open_door(clue=pool, pool=pool, revocations_every_s=0.02)
    gone, other = _bearing(door, "gone"), _bearing(door, "other")
    async with (
        door.client.stream("GET", "/v1/notifications/stream", headers=gone) as ending,
        door.client.stream("GET", "/v1/notifications/stream", headers=other) as staying,
    ):
        ends, stays = ending.aiter_raw(), staying.aiter_raw()
        assert (await anext(ends), await anext(stays)) == (HELLO, HELLO)
        pool.ids.append("gone")
        async with asyncio.timeout(60):
            assert [chunk async for chunk in ends] == []
        await _refused(door, gone)
        assert (await door.client.get("/v1/clues", headers=other)).status_code == 200
        waiting = asyncio.ensure_future(anext(stays))
        done, _ = await asyncio.wait([waiting], timeout=0.2)
        assert not done, "the other's stream goes on"
        waiting.cancel()


async def test_what_is_revoked_before_a_gateway_starts_is_refused_from_its_first_request_on(open_door: Any) -> None:
    pool = _Pool()
    pool.ids.append("gone")
    door = await open_door(clue=pool, pool=pool, revocations_every_s=600)
    answer = await door.client.get("/v1/clues", headers=_bearing(door, "gone"))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_while_nobody_answers_what_was_known_stays_refused(open_door: Any) -> None:
    pool = _Pool()
    pool.ids.append("gone")
    door = await open_door(clue=pool, pool=pool, revocations_every_s=0.02)
    pool.is_down, before = True, pool.asked
    async with asyncio.timeout(60):
        while pool.asked < before + 3:  # noqa: ASYNC110 - it is asked by the gateway's own clock
            await asyncio.sleep(0.01)
    assert (await door.client.get("/v1/clues", headers=_bearing(door, "gone"))).status_code == 401
    assert (await door.client.get("/v1/clues", headers=_bearing(door, "other"))).status_code == 200
    pool.is_down, pool.ids = False, []
    await _eventually(door, _bearing(door, "gone"), 200)
