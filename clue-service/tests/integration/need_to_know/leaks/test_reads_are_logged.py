"""Whoever reads anything of a case leaves an entry in the audit log: who, and of what; every route that reads is asked.

A list leaves one entry for a page and none for a row. A new route is asked by itself, and fails here until it is read
with success and logged, or named with the reason why it holds nothing of a case.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chassis.directory import store_principal
from chassis.http import Peer
from chassis.service import Resources, Service
from chassis.testing.harness import Harness
from clue_service.access.row_security import engine_session
from clue_service.attachments.domain import digest_header, disposition_of
from sqlalchemy import text

from .test_leaks import ROLES, TEXT

OF_NO_CASE = {
    "/v1/operations/{operation_id}": "how far the caller's own file is, in numbers; asked every second",
    "/v1/clue-imports": "the caller's own files, in numbers",
    "/v1/clue-imports/{import_id}": "one of the caller's own files, in numbers",
    "/v1/due-rules": "rules for every clue",
    "/v1/due-rules/{name}": "a rule for every clue",
    "/v1/working-calendars": "public holidays",
    "/v1/working-calendars/{year}": "public holidays",
    "/v1/matching-models": "weights of the model, for operators",
    "/v1/matching-models/{number}": "weights of the model, for operators",
}
QUERIES = {
    "/v1/statistics": "?period_from=2026-01-01&period_to=2026-11-20",
    "/v1/statistics/sheet": "?period_from=2026-01-01&period_to=2026-11-20",
    "/v1/statistics/safeguards": "?period_from=2026-01-01&period_to=2026-11-20",
}
POOL = "svc:personnel-pool-service"


@dataclass(frozen=True)
class Reader:
    """Somebody of the commission, with all roles at once; a service asks for one of them."""

    sub: str
    unit: str | None
    asks_through: str | None = None


READERS = (
    Reader("reader-1", "cmo-dh"),
    Reader("reader-2", "cdi-dh"),
    Reader("officer@pet-dh", "pet-dh"),  # asked for the file, sent the import
    Reader("nobody-here", "inv1-dh"),  # to whom the share shows something
    Reader("reader-1", "cmo-dh", asks_through=POOL),
)


@pytest.fixture
async def resources(resources: Resources) -> AsyncIterator[Resources]:
    """With a pool that knows of every unit who manages its cadres."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        known = {"committee": "pc-xn", "commission": "cdi-dh", "basis": "unit"}
        return httpx2.Response(200, json={"items": [known] * len(json.loads(request.content)["items"])})

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://pool.test")
    peers: Any = {"pool": Peer("pool", http)}
    yield replace(resources, peers=peers)
    await http.aclose()


@pytest.fixture
async def there(
    marked: Any, call: Any, harness: Harness, resources: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Parameters of paths → something that is there to be read; beside the marked matter what rests on no clue."""
    monkeypatch.setenv("HELI_ATTACHMENT_STORE", tmp_path.joinpath("files").as_uri())
    async with resources.database.sessions.begin() as session:
        known = {"sub": "reader-1", "unit": "cmo-dh", "roles": ["case_supervisor"], "clearance": "secret", "version": 1}
        await store_principal(session, known)

    async def made(who: str, path: str, body: Any = None, expected: int = 201, **more: Any) -> str:
        answer = await call(who, "POST", path, body, **more)
        assert answer.status_code == expected, answer.text
        return str(answer.json()["id"])

    content = TEXT.encode()
    file = {
        "Content-Type": "application/octet-stream",
        "Content-Digest": digest_header(hashlib.sha256(content).digest()),
        "Content-Disposition": disposition_of("说明.txt"),
    }
    kind = {"Content-Type": "application/x-ndjson"}
    imported = await made("officer@pet-dh", "/v1/clue-imports", None, 202, headers=kind, content=b"{}\n{}\n")
    await harness.run_jobs()
    year = {"notice_ref": "2028", "off_days": ["2028-01-03"], "workdays": []}
    published = await call("admin@cdi-dh", "PUT", "/v1/working-calendars/2028", year)
    assert published.status_code == 201, published.text
    receipt = {"received_on": "2026-11-20", "channel": "letter"}
    return {
        **marked.ids,
        "attachments": await made(
            "officer@pet-dh", f"/v1/clues/{marked.clue['id']}/attachments", headers=file, content=content
        ),
        "import_id": imported,
        "operation_id": imported,
        "receipt_id": await made("officer@pet-dh", "/v1/sealed-receipts", receipt),
        "report_id": await made("supervisor@cmo-dh", "/v1/trend-reports", {"period": "2026-H1", "as_of": "2026-11-22"}),
        "periodic-duties": await made(
            "supervisor@cmo-dh", "/v1/periodic-duties", {"kind": "reconciliation", "unit": "inv1-dh"}
        ),
        "name": "jurisdiction_objection",
        "year": "2028",
        "number": "0",
        "unit_code": "su-housing",
    }


@pytest.fixture
def read(client: Any, headers: Any, resources: Resources) -> Any:
    """``await read(reader, method, target, body)`` → (answer, entries of the log that came of it)."""

    async def send(reader: Reader, method: str, target: str, body: Any) -> tuple[Any, list[Any]]:
        async with engine_session(resources) as session:
            before = await session.scalar(text("select max(id) from audit_entry"))
        if reader.asks_through is None:
            sent = headers(reader.sub, reader.unit, *ROLES, "platform_admin", clearance="secret")
        else:
            sent = {**headers(reader.asks_through, None, "service"), "heli-acting-sub": reader.sub}
        answer = await client.request(method, target, headers=sent, json=body)
        query = text(
            "select coalesce(acting_for, actor) as who, action, object_type, object_id from audit_entry"
            " where id > :before order by id"
        )
        async with engine_session(resources) as session:
            return answer, list(await session.execute(query, {"before": before}))

    return send


def _objects(path: str, target: str, ids: Mapping[str, str]) -> set[str]:
    """What an entry may name: what the path does, or the clue that it is about; of a list nothing."""
    if "{" not in path:
        return {"-", "cdi-dh"}
    named = {part for part in target.partition("?")[0].split("/") if part in ids.values()}
    return {*named, ids["clue_id"]}


async def test_every_read_of_a_case_is_in_the_audit_log(there: Any, requests_of: Any, read: Any) -> None:
    unread, named = set(), set()
    for method, path, target, body in requests_of(there):
        if method != "GET" and not path.endswith("-searches"):
            continue
        named.add(path)
        for reader in READERS:
            answer, entries = await read(reader, method, f"{target}{QUERIES.get(path, '')}", body)
            if answer.status_code == 200:
                break
        else:
            unread.add((path, answer.status_code))
            continue
        if path in OF_NO_CASE:
            assert TEXT not in answer.text, path
            continue
        assert {one.who for one in entries} == {reader.sub}, (path, entries)
        objects = [(one.action, one.object_id) for one in entries]
        assert {one for _, one in objects} <= _objects(path, target, there), (path, objects)
        assert len(set(objects)) == len(objects) <= 2, ("once for each thing, never for a row", path, objects)
    assert unread == set()
    assert set(OF_NO_CASE) <= named


def test_no_route_is_left_out_of_the_document_that_the_walk_follows(service: Service) -> None:
    hidden = [route for router in service.routers for route in router.routes if not route.include_in_schema]  # type: ignore[attr-defined]
    assert hidden == []


async def test_a_report_that_was_made_before_is_read_by_asking_for_it_again(
    there: Any, read: Any, call: Any, resources: Resources
) -> None:
    asked = {"period": "2026-H1", "as_of": "2026-11-22"}
    first = await read(READERS[0], "POST", "/v1/trend-reports", asked)
    again = await read(READERS[0], "POST", "/v1/trend-reports", asked)
    assert [answer.status_code for answer, _ in (first, again)] == [201, 200]
    ((made, report), (seen, same)) = ((one[1][0].action, one[1][0].object_id) for one in (first, again))
    assert (made, seen, report) == ("make", "read", same)
