"""Bad input through the gateway: a clear problem document each, in both languages, and nothing stored."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

pytestmark = pytest.mark.e2e

Person = Callable[..., dict[str, str]]
GOOD: dict[str, Any] = {
    "source_code": "PETITION",
    "channel": "letter",
    "received_on": "2026-01-05",
    "subjects": [{"name": "方启航", "unit_name": "夏宁市水利局"}],
    "allegations": [{"text": "水利局方启航违规发放津贴。"}],
}


def without(field: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != field}


BAD_CLUES: dict[str, tuple[Any, int, str]] = {
    "broken json": (b'{"source_code":', 422, "malformed_json"),
    "not an object": (b"[1,2]", 422, "invalid_request"),
    "empty body": (b"", 422, "invalid_request"),
    "unknown field": ({**GOOD, "colour": "red"}, 422, "invalid_request"),
    "unknown nested field": ({**GOOD, "allegations": [{"text": "x", "colour": 1}]}, 422, "invalid_request"),
    "missing source": (without("source_code"), 422, "invalid_request"),
    "missing date": (without("received_on"), 422, "invalid_request"),
    "no allegation": ({**GOOD, "allegations": []}, 422, "invalid_request"),
    "empty text": ({**GOOD, "allegations": [{"text": "  "}]}, 422, "invalid_request"),
    "wrong type": ({**GOOD, "subjects": "x"}, 422, "invalid_request"),
    "subject without anything": ({**GOOD, "subjects": [{"post": "局长"}]}, 422, "invalid_request"),
    "unknown source": ({**GOOD, "source_code": "GOSSIP"}, 422, "invalid_request"),
    "impossible date": ({**GOOD, "received_on": "2026-02-30"}, 422, "invalid_request"),
    "received in the future": ({**GOOD, "received_on": "2999-01-01"}, 422, "invalid_request"),
    "NUL in text": ({**GOOD, "allegations": [{"text": "a\u0000b"}]}, 422, "invalid_request"),
    "unknown unit": ({**GOOD, "receiving_unit": "no-such-unit"}, 422, "unknown_unit"),
    "oversize body": ({**GOOD, "summary": "长" * 700_000}, 413, "body_too_large"),
}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("case", BAD_CLUES)
def test_a_bad_clue_is_refused_clearly_and_not_stored(
    gateway: httpx2.Client, person: Person, case: str, language: str
) -> None:
    body, status, code = BAD_CLUES[case]
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {**person("bad-clerk", "pet-lh", "intake_officer"), "Accept-Language": language}
    answer = gateway.post("/v1/clues", content=content, headers={**headers, "Content-Type": "application/json"})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["title"].isascii() == (language == "en")
    if code == "invalid_request":
        assert all(one["pointer"].startswith("/") and one["message"] for one in problem["errors"] if one["pointer"])
    listed = gateway.get("/v1/clues", headers=person("bad-supervisor", "cmo-lh", "case_supervisor"))
    assert listed.json()["items"] == []


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "Bearer a.b.c", "Basic eDp5"])
@pytest.mark.parametrize("path", ["/v1/clues", "/v1/units", "/v1/rounds", "/v1/notifications"])
def test_without_a_valid_token_every_service_is_closed(
    gateway: httpx2.Client, path: str, authorization: str | None
) -> None:
    answer = gateway.get(path, headers={} if authorization is None else {"Authorization": authorization})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_someone_elses_clue_is_the_same_404_as_none(gateway: httpx2.Client, person: Person) -> None:
    owner, stranger = person("owner", "pet-dh", "intake_officer"), person("stranger", "cmo-lh", "case_supervisor")
    made = gateway.post("/v1/clues", json={**GOOD, "origin_ref": "e2e-own"}, headers=owner)
    assert made.status_code in (200, 201)
    hidden = gateway.get(f"/v1/clues/{made.json()['id']}", headers=stranger)
    absent = gateway.get("/v1/clues/00000000-0000-7000-8000-000000000000", headers=stranger)
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
    moved = gateway.post(f"/v1/clues/{made.json()['id']}/accept", json={}, headers=stranger)
    assert moved.status_code == 404


def test_a_stale_etag_a_forbidden_move_and_a_reused_key_are_told_apart(gateway: httpx2.Client, person: Person) -> None:
    clerk = person("mover", "pet-dh", "intake_officer")
    keyed = {**clerk, "Idempotency-Key": "e2e-moves-1"}
    made = gateway.post("/v1/clues", json=GOOD, headers=keyed)
    assert made.status_code == 201
    again = gateway.post("/v1/clues", json=GOOD, headers=keyed)
    assert (again.status_code, again.json()["id"]) == (201, made.json()["id"])
    reused = gateway.post("/v1/clues", json={**GOOD, "channel": "phone"}, headers=keyed)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    path = f"/v1/clues/{made.json()['id']}"
    stale = gateway.post(f"{path}/accept", json={}, headers={**clerk, "If-Match": '"99"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert gateway.post(f"{path}/accept", json={}, headers=clerk).status_code == 200
    twice = gateway.post(f"{path}/accept", json={}, headers=clerk)
    assert (twice.status_code, twice.json()["code"]) == (409, "move_refused")
    assert "assign" in twice.json()["allowed_moves"]
    foreign = gateway.post(f"{path}/approve-disposition", json={}, headers=clerk)
    assert foreign.status_code in (403, 409)


def test_unknown_addresses_and_methods_are_problem_documents(gateway: httpx2.Client, person: Person) -> None:
    clerk = person("walker", "pet-dh", "intake_officer")
    for method, path, status in (("GET", "/v1/nothing", 404), ("GET", "/nothing", 404), ("DELETE", "/v1/clues", 405)):
        answer = gateway.request(method, path, headers=clerk)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert "POST" in gateway.request("DELETE", "/v1/clues", headers=clerk).headers["allow"]
