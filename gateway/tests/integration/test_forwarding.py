"""What crosses the door and what does not."""

from typing import Any

import pytest


def _seen(document: dict[str, Any]) -> dict[str, str]:
    return dict(document["headers"])


async def test_a_request_reaches_its_service_and_the_answer_comes_back_unchanged(open_door: Any) -> None:
    door = await open_door()
    answer = await door.client.get("/v1/clues/a%20b?status=accepted&x=%E5%8F%B7", headers=door.headers())
    assert answer.status_code == 200
    assert (answer.json()["path"], answer.json()["query"]) == ("/v1/clues/a%20b", "status=accepted&x=%E5%8F%B7")
    assert answer.headers["etag"] == '"7"'
    assert "server" not in answer.headers
    assert answer.headers["x-request-id"] == _seen(answer.json())["x-request-id"]


async def test_identity_claims_and_connection_headers_of_a_caller_are_dropped(open_door: Any) -> None:
    door = await open_door()
    forged = {
        "Heli-Acting-Sub": "the-leader",
        "X-User-Id": "the-leader",
        "X-User-Roles": "leader",
        "X-Forwarded-For": "10.0.0.1",
        "Forwarded": "for=10.0.0.1",
        "X_Heli_Acting_Sub": "the-leader",
        "Connection": "close, X-Secret-Hop",
        "X-Secret-Hop": "1",
        "Keep-Alive": "timeout=5",
        "TE": "trailers",
        "Proxy-Authorization": "Basic eA==",
    }
    answer = await door.client.get("/v1/clues", headers=door.headers(**forged))
    seen = _seen(answer.json())
    assert not {name.lower() for name in forged} - {"forwarded"} & seen.keys()
    assert seen["forwarded"].startswith("for=unknown;host=")
    assert "10.0.0.1" not in str(seen)


async def test_a_trace_is_continued_and_a_request_id_kept(open_door: Any) -> None:
    door = await open_door()
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await door.client.get(
        "/v1/clues", headers=door.headers(**{"traceparent": parent, "X-Request-Id": "my-request-1"})
    )
    seen = _seen(answer.json())
    assert seen["traceparent"].startswith(parent[:36])
    assert seen["traceparent"] != parent
    assert answer.headers["x-request-id"] == seen["x-request-id"] == "my-request-1"


@pytest.mark.parametrize("number", ["110101190001010011", "11010119000101001X", "139-0000-0000", "short", "a b"])
async def test_a_request_id_that_may_be_a_number_of_somebody_is_replaced(open_door: Any, number: str) -> None:
    """It stands in the logs of every service."""
    door = await open_door()
    answer = await door.client.get("/v1/clues", headers=door.headers(**{"X-Request-Id": number}))
    seen = _seen(answer.json())
    assert answer.headers["x-request-id"] == seen["x-request-id"]
    assert number not in str(seen)


async def test_a_service_is_told_how_long_the_answer_is_waited_for(open_door: Any) -> None:
    door = await open_door(total_timeout_s=7)
    answer = await door.client.get("/v1/clues", headers=door.headers(**{"Heli-Deadline-Ms": "999999"}))
    assert 0 < int(_seen(answer.json())["heli-deadline-ms"]) <= 7000


async def test_a_request_of_http_1_1_names_its_host(open_door: Any) -> None:
    door = await open_door()
    head = f"GET /v1/clues HTTP/{{}}\r\nAuthorization: Bearer {door.token()}\r\nConnection: close\r\n\r\n"
    refused = await door.raw(head.format("1.1").encode())
    assert refused.startswith(b"HTTP/1.1 400")
    assert b'"malformed_request"' in refused
    assert (await door.raw(head.format("1.0").encode())).startswith(b"HTTP/1.1 200"), "older callers need not"


@pytest.mark.parametrize("target", ["/v1/clues/\xff", "/v1/clues?x=\xe9", "/v1/clues/a\x00b", "/v1/clues/a b"])
async def test_targets_that_are_no_address_are_refused_or_passed_on_but_never_fail(open_door: Any, target: str) -> None:
    door = await open_door()
    head = f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {door.token()}\r\nConnection: close\r\n\r\n"
    status = int((await door.raw(head.encode("latin-1")))[9:12])
    assert status in (200, 400, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/nothing",
        "/v1/integrity-checks",
        "/v1/%69ntegrity-checks",
        "/v1/clues/../integrity-checks",
        "/v1/clues/%2e%2e/integrity-checks",
        "/v1/clues%2f..%2fintegrity-checks",
        "/v1/clues/..%5cx",
        "/v1",
        "/metrics2",
    ],
)
async def test_addresses_that_are_not_ours_to_show_do_not_exist(open_door: Any, path: str) -> None:
    door = await open_door()
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {door.token()}\r\nConnection: close\r\n\r\n"
    answer = await door.raw(request.encode())
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"application/problem+json" in answer
    assert b'"not_found"' in answer


async def test_without_a_valid_token_nothing_is_forwarded(open_door: Any) -> None:
    door = await open_door()
    missing = await door.client.get("/v1/clues", headers={"Accept-Language": "zh-CN"})
    forged = await door.client.get("/v1/clues", headers={"Authorization": f"Bearer {door.token()[:-4]}AAAA"})
    expired = await door.client.get("/v1/clues", headers={"Authorization": f"Bearer {door.token(exp=1000)}"})
    for answer in (missing, forged, expired):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["code"] == "unauthenticated"
        assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert missing.json()["title"] == "未提供有效的访问令牌"


async def test_a_stream_may_be_opened_with_a_ticket_but_nothing_else(open_door: Any) -> None:
    door = await open_door()
    ticketed = await door.client.get("/v1/notifications/stream?ticket=t-1")
    elsewhere = await door.client.get("/v1/notifications?ticket=t-1")
    assert (ticketed.status_code, elsewhere.status_code) == (200, 401)


async def test_the_local_issuer_is_reached_without_a_token_and_only_on_a_local_stack(open_door: Any) -> None:
    local = await open_door()
    production = await open_door(environment="production")
    assert (await local.client.post("/dev/token", json={"sub": "x"})).json()["path"] == "/dev/token"
    assert (await local.client.post("/dev/other", json={})).status_code == 404
    refused = await production.client.post("/dev/token", json={"sub": "x"})
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_bodies_of_every_method_arrive_whole(open_door: Any, method: str) -> None:
    door = await open_door()
    for size in (0, 10, 64 * 1024, 300_000):
        answer = await door.client.request(method, "/v1/clues", content=b"x" * size, headers=door.headers())
        assert answer.json()["length"] == size
        assert answer.json()["method"] == method


async def test_head_and_bodiless_answers_keep_their_form(open_door: Any) -> None:
    async def bodiless(scope: Any, _receive: Any, send: Any) -> None:
        status = int(scope["path"].rsplit("/", 1)[1])
        headers = [(b"content-length", b"1234")] if status == 200 else [(b"etag", b'"3"')]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"x" * 1234 if status == 200 else b""})

    door = await open_door(clue=bodiless)
    head = await door.client.head("/v1/clues/200", headers=door.headers())
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "1234", b"")
    for status in (204, 304):
        answer = await door.client.get(f"/v1/clues/{status}", headers=door.headers())
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (status, b"", '"3"')
    assert (await door.client.get("/v1/clues/200", headers=door.headers())).content == b"x" * 1234


async def test_a_large_answer_is_streamed_whole_with_its_length(open_door: Any) -> None:
    async def large(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3000000")]})
        for _ in range(30):
            await send({"type": "http.response.body", "body": b"y" * 100_000, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    door = await open_door(clue=large)
    answer = await door.client.get("/v1/clues/export", headers=door.headers())
    assert answer.headers["content-length"] == "3000000"
    assert len(answer.content) == 3_000_000
