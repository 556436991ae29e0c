"""A statement does not run on in PostgreSQL when nobody waits for its answer any more."""

import asyncio
from typing import Any

import httpx2
from chassis.service import Resources
from sqlalchemy import text

_WAITING = text(
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    " and state = 'active' and wait_event_type = 'Lock'"
)


async def _waiting(resources: Resources) -> int:
    async with resources.database.sessions() as session:
        return int(await session.scalar(_WAITING) or 0)


async def _until(resources: Resources, count: int) -> None:
    async with asyncio.timeout(90):
        while await _waiting(resources) != count:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.02)


async def test_a_statement_ends_with_the_deadline_of_its_request(
    client: httpx2.AsyncClient, resources: Resources, headers: Any
) -> None:
    clerk = headers("clerk-1", "unit-1", "clerk")
    made = await client.post("/v1/notes", json={"title": "a"}, headers=clerk)
    changing = {**clerk, "If-Match": made.headers["etag"]}
    async with resources.database.sessions() as holder, holder.begin():
        await holder.execute(text("select * from note for update"))
        hurried = {**changing, "Heli-Deadline-Ms": "300"}
        late = asyncio.create_task(client.patch(made.headers["location"], json={"title": "late"}, headers=hurried))
        await _until(resources, 1)
        answer = await late
        assert (answer.status_code, answer.json()["code"]) == (504, "deadline_passed")
        await _until(resources, 0)  # while the row is still held: it was not let through, it was ended
    changed = await client.patch(made.headers["location"], json={"title": "b"}, headers=changing)
    assert (changed.status_code, changed.json()["title"]) == (200, "b")
