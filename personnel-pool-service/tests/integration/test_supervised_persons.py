"""Supervised persons over HTTP: one by one and in bulk."""

import json
from typing import Any

PERSON = {"name": "测试乙", "unit_code": "su-coop", "post": "科员", "rank": "clerk", "managing_committee": "pc-xn"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def lines(*persons: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(person, ensure_ascii=False) for person in persons).encode()


async def test_a_person_is_written_once_and_read_back(call: Any, city: None) -> None:
    first = await call("pool_manager@pc-xn", "PUT", "/v1/supervised-persons/sp-1", json=PERSON)
    again = await call("pool_manager@pc-xn", "PUT", "/v1/supervised-persons/sp-1", json=PERSON)
    changed = await call("pool_manager@pc-xn", "PUT", "/v1/supervised-persons/sp-1", json={**PERSON, "post": "科长"})
    assert [one.status_code for one in (first, again, changed)] == [201, 200, 200]
    assert [one.headers["etag"] for one in (first, again, changed)] == ['"1"', '"1"', '"2"']
    read = await call("intake_officer@cdi-xn", "GET", "/v1/supervised-persons/sp-1")
    assert read.json() == changed.json()


async def test_an_unknown_unit_is_named(call: Any, city: None) -> None:
    body = {**PERSON, "unit_code": "nowhere", "managing_committee": "nowhere"}
    answer = await call("pool_manager@pc-xn", "PUT", "/v1/supervised-persons/sp-1", json=body)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/unit_code", "/managing_committee"]


async def test_an_import_reports_bad_lines_and_stores_the_rest(call: Any, city: None) -> None:
    body = lines(
        {**PERSON, "code": "sp-1"},
        {**PERSON, "code": "sp-2", "unit_code": "nowhere"},
        {**PERSON, "code": "sp-3", "colour": "red"},
        {**PERSON, "code": "sp-4"},
    )
    send = lambda: call(  # noqa: E731
        "platform_admin", "POST", "/v1/supervised-person-imports", content=body + b"\n{broken\n\n", headers=NDJSON
    )
    answer = (await send()).json()
    assert {key: answer[key] for key in ("lines", "created", "updated", "unchanged", "refused")} == {
        "lines": 5,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "refused": 3,
    }
    assert [(one["line"], one["pointer"], one["code"]) for one in answer["errors"]] == [
        (2, "/unit_code", "unknown_unit"),
        (3, "/colour", "extra_forbidden"),
        (5, "", "json_invalid"),
    ]
    assert (await send()).json()["unchanged"] == 2


async def test_a_thousand_lines_are_one_request(call: Any, city: None) -> None:
    body = lines(*({**PERSON, "code": f"sp-{number:05d}"} for number in range(1000)))
    answer = await call("pool_manager@pc-xn", "POST", "/v1/supervised-person-imports", content=body, headers=NDJSON)
    assert answer.json()["created"] == 1000
    page = (await call("handler@sup1-xn", "GET", "/v1/supervised-persons?unit_code=su-coop&rank=clerk")).json()
    assert len(page["items"]) == 50
    assert page["next_cursor"]


async def test_an_import_needs_lines_of_json_and_a_writer(call: Any, city: None) -> None:
    refused = await call("pool_manager@pc-xn", "POST", "/v1/supervised-person-imports", json={"a": 1})
    assert refused.status_code == 415
    refused = await call("handler@sup1-xn", "POST", "/v1/supervised-person-imports", content=b"", headers=NDJSON)
    assert refused.status_code == 403


async def test_the_platforms_administrator_reads_no_persons(call: Any, city: None) -> None:
    assert (await call("platform_admin", "GET", "/v1/supervised-persons")).status_code == 403
