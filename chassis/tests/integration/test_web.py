"""The HTTP face, on a real database: every refusal is a problem document, every write commits before its answer."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from chassis.testing.harness import Harness, TestIssuer

Headers = Callable[..., dict[str, str]]


@pytest.fixture
def clerk(headers: Headers) -> dict[str, str]:
    return headers("clerk-1", "unit-1", "clerk")


async def titles(client: httpx2.AsyncClient, clerk: dict[str, str]) -> list[str]:
    return [note["title"] for note in (await client.get("/v1/notes", headers=clerk)).json()["items"]]


async def create(client: httpx2.AsyncClient, clerk: dict[str, str], title: str = "a") -> dict[str, Any]:
    answer = await client.post("/v1/notes", json={"title": title}, headers=clerk)
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    body: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/notes/{body['id']}"
    return body


async def test_a_created_note_can_be_read_with_its_etag(client: httpx2.AsyncClient, clerk: dict[str, str]) -> None:
    note = await create(client, clerk)
    answer = await client.get(f"/v1/notes/{note['id']}", headers=clerk)
    assert (answer.status_code, answer.headers["etag"], answer.json()) == (200, '"1"', note)


BAD: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/v1/notes", b'{"title": ', 422, "malformed_json"),
    ("POST", "/v1/notes", b"\xff\xfe", 422, "malformed_json"),
    ("POST", "/v1/notes", b'{"title": "x", "colour": 1}', 422, "invalid_request"),
    ("POST", "/v1/notes", b'{"title": 7}', 422, "invalid_request"),
    ("POST", "/v1/notes", b'{"title": "a\\u0000b"}', 422, "invalid_request"),
    ("POST", "/v1/notes", b'{"title": "a\\ud800b"}', 422, "invalid_request"),
    ("POST", "/v1/notes", b"[]", 422, "invalid_request"),
    ("POST", "/v1/notes", b"", 422, "invalid_request"),
    ("POST", "/v1/notes", b'{"title": "' + b"x" * 1_100_000 + b'"}', 413, "body_too_large"),
    ("GET", "/v1/notes/not-an-id", None, 404, "not_found"),
    ("GET", "/v1/notes/00000000-0000-7000-8000-000000000000", None, 404, "not_found"),
    ("GET", "/v1/nothing", None, 404, "not_found"),
    ("PATCH", "/v1/notes/00000000-0000-7000-8000-000000000000", b'{"title": "x"}', 428, "if_match_required"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), BAD)
async def test_a_bad_request_gets_a_problem_document_and_stores_nothing(
    client: httpx2.AsyncClient,
    clerk: dict[str, str],
    method: str,
    path: str,
    body: bytes | None,
    status: int,
    code: str,
) -> None:
    headers = {**clerk, "Content-Type": "application/json", "X-Request-Id": "request-12345"}
    answer = await client.request(method, path, content=body, headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == problem["request_id"] == "request-12345"
    assert {"type", "title", "detail", "errors"} <= set(problem)
    assert await titles(client, clerk) == []


@pytest.mark.parametrize(
    ("media_type", "code"),
    [
        ("text/plain", "not_json"),
        ("application/x-www-form-urlencoded", "not_json"),
        ("", "not_json"),
        ("application/json; charset=utf-8", "model_attributes_type"),
        ("application/merge-patch+json", "model_attributes_type"),
    ],
)
async def test_a_body_of_another_type_is_told_apart_from_json_of_another_form(
    client: httpx2.AsyncClient, clerk: dict[str, str], media_type: str, code: str
) -> None:
    body = b'["x"]'
    headers = {**clerk, "Content-Type": media_type, "Accept-Language": "en"}
    answer = await client.post("/v1/notes", content=body, headers=headers)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, "", code)
    assert ("application/json" in error["message"]) == (code == "not_json")


async def test_405_names_every_allowed_method(client: httpx2.AsyncClient, clerk: dict[str, str]) -> None:
    answer = await client.delete("/v1/notes", headers=clerk)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("en", "en"), ("en-GB,zh;q=0.5", "en"), ("zh", "zh-CN"), ("fr", "zh-CN"), ("", "zh-CN"), ("en;q=x,zh", "zh-CN")],
)
async def test_problems_speak_the_callers_language(
    client: httpx2.AsyncClient, clerk: dict[str, str], wanted: str, language: str
) -> None:
    answer = await client.get("/v1/nothing", headers={**clerk, "Accept-Language": wanted})
    assert answer.headers["content-language"] == language
    assert answer.json()["title"].isascii() == (language == "en")


async def test_wrong_fields_are_named_and_their_values_are_not_repeated(
    client: httpx2.AsyncClient, clerk: dict[str, str]
) -> None:
    answer = await client.post("/v1/notes", json={"title": "", "weight": "secret-value"}, headers=clerk)
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/title", "string_too_short"),
        ("/weight", "int_parsing"),
    ]
    assert "secret-value" not in answer.text


@pytest.mark.parametrize(
    "authorization",
    [None, "Bearer", "Bearer x", "Bearer a.b.c", "Basic dXNlcjpwYXNz", "Bearer " + "x" * 20_000, "Bearer é"],
)
async def test_no_or_bad_token_is_401(client: httpx2.AsyncClient, authorization: str | None) -> None:
    headers = [] if authorization is None else [(b"Authorization", authorization.encode("latin-1"))]
    answer = await client.get("/v1/notes", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_expired_foreign_and_unsigned_tokens_are_401(client: httpx2.AsyncClient, issuer: TestIssuer) -> None:
    stranger = TestIssuer()
    head, body, _ = issuer.token("x").split(".")
    tokens = [
        issuer.token("x", expires_in=-60),
        issuer.token("x", aud="other"),
        issuer.token("x", iss="http://elsewhere.test"),
        issuer.token("x", roles_are_wrong=True) + "x",
        stranger.token("x"),
        f"{head}.{body}.",
        f"eyJhbGciOiJub25lIn0.{body}.",
    ]
    for token in tokens:
        answer = await client.get("/v1/notes", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_the_wrong_role_is_403_and_names_the_right_ones(client: httpx2.AsyncClient, headers: Headers) -> None:
    answer = await client.post("/v1/notes", json={"title": "a"}, headers=headers("x", "unit-1", "auditor"))
    assert (answer.status_code, answer.json()["code"], answer.json()["roles"]) == (403, "role_required", ["clerk"])


async def test_stale_and_weak_etags_are_refused(client: httpx2.AsyncClient, clerk: dict[str, str]) -> None:
    note = await create(client, clerk)
    path = f"/v1/notes/{note['id']}"
    assert (await client.patch(path, json={"title": "b"}, headers={**clerk, "If-Match": '"1"'})).status_code == 200
    for stale in ('"1"', 'W/"2"', "2", '"x"'):
        answer = await client.patch(path, json={"title": "c"}, headers={**clerk, "If-Match": stale})
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert (await client.post(f"{path}/file", headers={**clerk, "If-Match": '"1"'})).status_code == 412
    assert (await client.post(f"{path}/file", headers={**clerk, "If-Match": '"2"'})).status_code == 200


async def test_a_forbidden_move_says_the_state_and_what_it_allows(
    client: httpx2.AsyncClient, clerk: dict[str, str]
) -> None:
    note = await create(client, clerk)
    answer = await client.post(f"/v1/notes/{note['id']}/reopen", headers=clerk)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "move_refused")
    assert (problem["state"], problem["allowed_moves"]) == ("draft", ["file"])


async def test_a_repeated_key_gives_the_first_result_under_present_rights(
    client: httpx2.AsyncClient, clerk: dict[str, str], headers: Headers
) -> None:
    keyed = {**clerk, "Idempotency-Key": "key-1"}
    first = await client.post("/v1/notes", json={"title": "a"}, headers=keyed)
    await client.post(f"{first.headers['location']}/file", headers=clerk)
    again = await client.post("/v1/notes", json={"title": "a"}, headers=keyed)
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (201, first.json()["id"], "filed")
    assert again.headers["idempotency-replayed"] == "true"
    other = await client.post("/v1/notes", json={"title": "b"}, headers=keyed)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    stranger = {**headers("clerk-2", "unit-1", "clerk"), "Idempotency-Key": "key-1"}
    assert (await client.post("/v1/notes", json={"title": "c"}, headers=stranger)).status_code == 201
    assert await titles(client, clerk) == ["a", "c"]


async def test_a_refused_request_does_not_burn_its_key(client: httpx2.AsyncClient, clerk: dict[str, str]) -> None:
    note = await create(client, clerk)
    keyed = {**clerk, "Idempotency-Key": "key-2"}
    assert (await client.post(f"/v1/notes/{note['id']}/reopen", headers=keyed)).status_code == 409
    await client.post(f"/v1/notes/{note['id']}/file", headers=clerk)
    assert (await client.post(f"/v1/notes/{note['id']}/reopen", headers=keyed)).status_code == 200


async def test_of_simultaneous_requests_with_one_key_exactly_one_works(
    client: httpx2.AsyncClient, clerk: dict[str, str]
) -> None:
    keyed = {**clerk, "Idempotency-Key": "key-3"}
    answers = await asyncio.gather(
        *(client.post("/v1/notes", json={"title": "only"}, headers=keyed) for _ in range(12))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert await titles(client, clerk) == ["only"]


@pytest.mark.parametrize("key", ["", "x" * 256, "with space"])
async def test_a_malformed_key_is_refused(client: httpx2.AsyncClient, clerk: dict[str, str], key: str) -> None:
    answer = await client.post("/v1/notes", json={"title": "a"}, headers={**clerk, "Idempotency-Key": key})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "Idempotency-Key")


async def test_a_conflict_found_at_commit_becomes_409(client: httpx2.AsyncClient, clerk: dict[str, str]) -> None:
    answer = await client.post("/v1/notes/failing/late", json={}, headers=clerk)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert await titles(client, clerk) == []


async def test_an_unexpected_failure_is_500_without_a_word_of_it(
    client: httpx2.AsyncClient, clerk: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.post("/v1/notes/failing/crash", json={"planted": "marker-4711"}, headers=clerk)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    out, err = capsys.readouterr()
    assert "marker-4711" not in answer.text + out + err


async def test_the_outbox_and_audit_rows_commit_with_the_work(
    client: httpx2.AsyncClient, clerk: dict[str, str], harness: Harness
) -> None:
    await create(client, clerk)
    async with harness.resources.database.sessions() as session:
        from chassis import tables

        rows = (await session.execute(tables.audit_entry.select())).all()
    assert [(row.actor, row.unit, row.action) for row in rows] == [("clerk-1", "unit-1", "note.created")]


async def test_health_and_metrics_are_open_and_derived_from_resources(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/livez")).json() == {"status": "alive"}
    assert (await client.get("/readyz")).json() == {"status": "ready", "failing": []}
    assert "heli_http_requests_total" in (await client.get("/metrics")).text
