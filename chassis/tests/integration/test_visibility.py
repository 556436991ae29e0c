"""Whether somebody could read something: the service's own answer, for one asker, without a trace."""

from collections.abc import Callable
from uuid import uuid4

import httpx2
import pytest
from chassis.identity import Principal
from chassis.service import Resources
from chassis.testing.harness import Harness
from chassis.visibility import ASKER
from sqlalchemy import func, select

from chassis import tables

Headers = Callable[..., dict[str, str]]


@pytest.fixture
def asker(headers: Headers) -> dict[str, str]:
    return headers(ASKER, None, "service")


async def _note(client: httpx2.AsyncClient, headers: Headers) -> str:
    answer = await client.post("/v1/notes", json={"title": "a"}, headers=headers("clerk-1", "unit-1", "clerk"))
    return str(answer.headers["location"])


async def test_what_can_be_read_is_visible_and_nothing_else(
    client: httpx2.AsyncClient, headers: Headers, asker: dict[str, str]
) -> None:
    there = await _note(client, headers)
    paths = [there, f"/v1/notes/{uuid4()}", "/v1/nothing/1", "/v1/visibility-checks", there]
    answer = await client.post("/v1/visibility-checks", json={"sub": "reader", "paths": paths}, headers=asker)
    assert (answer.status_code, answer.json()) == (200, {"visible": [True, False, False, False, True]})


@pytest.mark.parametrize(("sub", "role"), [("clue-service", "service"), (ASKER, "handler"), ("chief", "leader")])
async def test_nobody_else_may_ask(client: httpx2.AsyncClient, headers: Headers, sub: str, role: str) -> None:
    body = {"sub": "reader", "paths": ["/v1/notes/1"]}
    answer = await client.post("/v1/visibility-checks", json=body, headers=headers(sub, None, role))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_required")


@pytest.mark.parametrize("path", ["notes/1", "/v2/notes/1", "/v1/notes/1?x=1", "/v1/notes/ 1", "http://x/v1/notes"])
async def test_only_plain_addresses_are_looked_at(client: httpx2.AsyncClient, asker: dict[str, str], path: str) -> None:
    answer = await client.post("/v1/visibility-checks", json={"sub": "reader", "paths": [path]}, headers=asker)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_claim_to_be_a_service_counts_for_nothing(
    client: httpx2.AsyncClient, resources: Resources, harness: Harness
) -> None:
    from chassis.visibility import present_rights

    await harness.add_principal("known", "unit-1", "handler", "service")
    claimed = Principal("known", unit="unit-9", roles=frozenset({"leader"}))
    assert await present_rights(resources, claimed) == Principal("known", unit="unit-1", roles=frozenset({"handler"}))
    assert await present_rights(resources, Principal("unknown", unit="unit-9")) == Principal("unknown", unit="unit-9")


async def test_a_trial_leaves_nothing_behind(resources: Resources) -> None:
    ran: list[int] = []
    async with resources.transactions(Principal("reader", is_trial=True)) as uow:
        await uow.audit("read", "note", "n-1")
        uow.after_commit(lambda: ran.append(1))
        await uow.finish()
        assert await uow.session.scalar(select(func.count()).select_from(tables.audit_entry)) == 1
    async with resources.database.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(tables.audit_entry)) == 0
    assert ran == []
