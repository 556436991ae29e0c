"""What browsers are told: which pages may read answers, and what an answer is not."""

from typing import Any

PAGE = "https://front.example"
SHOWN = {
    "allow", "content-digest", "content-disposition", "deprecation", "etag", "link", "location", "ratelimit",
    "ratelimit-policy", "retry-after", "sunset", "www-authenticate", "x-request-id",
}  # fmt: skip
"""What the API says in headers beside those that every page may read."""


async def test_pages_of_configured_origins_may_ask_and_read(open_door: Any) -> None:
    door = await open_door(cors_origins=[PAGE])
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    preflight = await door.client.options("/v1/clues", headers=asked)
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert preflight.headers["access-control-allow-origin"] == PAGE
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in preflight.headers
    for headers, status in ((door.headers(), 200), ({}, 401)):
        answer = await door.client.get("/v1/clues", headers={**headers, "Origin": PAGE})
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert set(answer.headers["access-control-expose-headers"].split(", ")) == SHOWN
        assert answer.headers["vary"] == "Origin"


async def test_pages_of_other_origins_may_not(open_door: Any) -> None:
    for origins in ([], [PAGE]):
        door = await open_door(cors_origins=origins)
        for origin in ("https://elsewhere.example", f"{PAGE}.evil.example", "null"):
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            preflight = await door.client.options("/v1/clues", headers=asked)
            answer = await door.client.get("/v1/clues", headers=door.headers(Origin=origin))
            assert preflight.status_code == 401
            for one in (preflight, answer):
                assert not [name for name in one.headers if name.startswith("access-control-")]


async def test_an_answer_says_that_it_is_data(open_door: Any) -> None:
    door = await open_door()
    for path, headers in (("/v1/clues", door.headers()), ("/v1/clues", {}), ("/v1/nothing", door.headers())):
        answer = await door.client.get(path, headers=headers)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_what_a_service_says_about_its_answer_stands(open_door: Any) -> None:
    async def cached(_scope: Any, _receive: Any, send: Any) -> None:
        headers = [(b"content-length", b"0"), (b"cache-control", b"private, max-age=5"), (b"deprecation", b"@1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    door = await open_door(clue=cached)
    answer = await door.client.get("/v1/clues", headers=door.headers())
    assert answer.headers.get_list("cache-control") == ["private, max-age=5"]
    assert answer.headers["deprecation"] == "@1"
