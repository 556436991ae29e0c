"""Matters, then clues, then what hangs on them: whoever changes a matter and whoever moves a clue wait for each other
and never in a circle."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from chassis.identity import SYSTEM
from chassis.service import Resources
from clue_service.access.row_security import engine_session
from clue_service.clues import service as clues
from clue_service.clues.models import Clue
from clue_service.locking import LockedOutOfOrder
from clue_service.matters import service as matters
from clue_service.overlap_alerts import detection
from clue_service.overlap_alerts.domain import Party, Stage
from clue_service.overlap_alerts.models import AlertClue
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

OFFICE, RECUSED = "supervisor@cmo-dh", "supervisor9@cmo-dh"
_WAITING = text(
    "select count(*) from pg_locks"
    " join pg_database on pg_database.oid = pg_locks.database or pg_locks.database is null "
    "where datname = current_database() and not granted"
)


@pytest.fixture
def recuse(call: Any) -> Any:
    async def record(clue: dict[str, Any]) -> None:
        who = f"officer@{clue['receiving_unit']}"
        answer = await call(who, "POST", f"/v1/clues/{clue['id']}/recusals", {"sub": RECUSED})
        assert answer.status_code == 201, answer.text

    return record


@asynccontextmanager
async def holding(resources: Resources, *statements: Any) -> AsyncIterator[AsyncSession]:
    """A transaction that has done something and does not end before the block does."""
    async with engine_session(resources) as session:
        for statement in statements:
            await session.execute(statement)
        yield session


async def until_waiting(session: AsyncSession, count: int) -> None:
    """Until so many wait for a lock in this database; a request that never does lets the test run out of time."""
    async with asyncio.timeout(90):
        while (await session.scalar(_WAITING) or 0) < count:
            await session.execute(text("select pg_sleep(0.01)"))


MATTERS = text("select pg_advisory_xact_lock(hashtextextended('clue:matters', 0))")


async def kept(resources: Resources) -> set[str]:
    async with engine_session(resources) as session:
        return {str(one) for one in await session.scalars(select(Clue.id).where(Clue.recused.contains([RECUSED])))}


async def test_a_verdict_and_an_approval_of_one_of_its_clues_both_come_through(
    call: Any, unlike: Any, pair_up: Any, recuse: Any, bring: Any, resources: Resources
) -> None:
    one, other = await unlike(1), await unlike(2)
    await bring(other, "proposed")
    await recuse(one)
    pair = await pair_up(one, other)
    async with holding(resources, MATTERS) as session:
        # In this order: the verdict has the matters first, and has to reach the clue that is being moved.
        verdict = asyncio.create_task(
            call(OFFICE, "POST", f"/v1/candidates/{pair}/decide", {"decision": "same", "reason": "r"})
        )
        await until_waiting(session, 1)
        approval = asyncio.create_task(call("leader@inv1-dh", "POST", f"/v1/clues/{other['id']}/approve-disposition"))
        await until_waiting(session, 2)
    answers = await asyncio.gather(verdict, approval)
    assert [answer.status_code for answer in answers] == [200, 200], [answer.text for answer in answers]
    assert await kept(resources) == {one["id"], other["id"]}


async def test_a_recusal_and_a_verdict_of_its_matter_both_come_through(
    call: Any, unlike: Any, pair_up: Any, recuse: Any, resources: Resources
) -> None:
    one, other = await unlike(1), await unlike(2)
    await recuse(one)
    pair = await pair_up(one, other)
    async with holding(resources, MATTERS) as session:
        verdict = asyncio.create_task(
            call(OFFICE, "POST", f"/v1/candidates/{pair}/decide", {"decision": "same", "reason": "r"})
        )
        await until_waiting(session, 1)
        body = {"sub": "supervisor8@cmo-dh"}
        recusal = asyncio.create_task(call("officer@pet-dh", "POST", f"/v1/clues/{other['id']}/recusals", body))
        await until_waiting(session, 2)
    answers = await asyncio.gather(verdict, recusal)
    assert [answer.status_code for answer in answers] == [200, 201], [answer.text for answer in answers]
    async with engine_session(resources) as session:
        found = {str(row.id): set(row.recused) for row in await session.execute(select(Clue.id, Clue.recused))}
    assert found[one["id"]] == found[other["id"]] == {RECUSED, "supervisor8@cmo-dh"}


async def test_a_vote_waits_for_a_clue_on_the_move_before_it_holds_its_part_in_the_alert(
    call: Any, unlike: Any, recuse: Any, resources: Resources
) -> None:
    one, other = await unlike(1), await unlike(2, "officer@pet-xs")
    await recuse(one)
    parties = [Party(UUID(clue["id"]), clue["commission"], Stage.REGISTERED) for clue in (one, other)]
    async with resources.transactions(SYSTEM) as uow:
        # What is not bound together yet is bound by the votes: rows of the alert are written before matters change.
        alert_id = await detection.report_overlap(uow, parties[0], parties[1:], bound=())
    path = f"/v1/overlap-alerts/{alert_id}/resolve"
    assert (await call("supervisor@cmo-xs", "POST", path, {"outcome": "linked"})).status_code == 200
    moved = UUID(other["id"])
    row = select(Clue.id).where(Clue.id == moved).with_for_update(key_share=True)
    async with holding(resources, row) as session:
        vote = asyncio.create_task(call(OFFICE, "POST", path, {"outcome": "linked"}))
        await until_waiting(session, 1)
        # As every move does at its end, with its clue's row in hand.
        await session.execute(update(AlertClue).where(AlertClue.clue_id == moved).values(stage=Stage.IN_HAND.value))
    answer = await vote
    assert (answer.status_code, answer.json()["state"]) == (200, "resolved"), answer.text
    assert await kept(resources) == {one["id"], other["id"]}


async def test_an_approval_that_comes_before_an_intake_to_the_matters_leads(
    call: Any, register: Any, matter: Any, bring: Any, resources: Resources
) -> None:
    first = await bring(await register("officer@pet-dh", matter[0]), "proposed")
    async with holding(resources, MATTERS) as session:
        approval = asyncio.create_task(call("principal@cdi-dh", "POST", f"/v1/clues/{first['id']}/approve-disposition"))
        await until_waiting(session, 1)
        intake = asyncio.create_task(register("officer@pet-xs", matter[1]))
        await until_waiting(session, 2)
    assert (await approval).status_code == 200
    second = await intake
    assert [one["hit"]["unit"] for one in second["candidates"]] == ["cdi-dh"]
    await bring(second, "assigned")
    body = {"method": "talk_inquiry", "reason": "r"}
    answer = await call("handler@inv1-xs", "POST", f"/v1/clues/{second['id']}/propose-disposition", body)
    assert (answer.status_code, answer.json()["route"]["unit"]) == (409, "cdi-dh"), answer.text


async def test_many_of_all_kinds_at_once_leave_nobody_out(
    call: Any, unlike: Any, pair_up: Any, recuse: Any, bring: Any, resources: Resources
) -> None:
    found = [await bring(await unlike(n), "proposed") for n in range(6)]
    await recuse(found[0])
    pairs = [await pair_up(one, other) for one, other in itertools.pairwise(found)]
    said = {"decision": "same", "reason": "r"}
    answers = await asyncio.gather(
        *(call(OFFICE, "POST", f"/v1/candidates/{pair}/decide", said) for pair in reversed(pairs)),
        *(call("leader@inv1-dh", "POST", f"/v1/clues/{clue['id']}/approve-disposition") for clue in found),
        *(call("officer@pet-dh", "POST", f"/v1/clues/{clue['id']}/recusals", {"sub": RECUSED}) for clue in found[1:]),
        *(call(OFFICE, "POST", f"/v1/candidates/{pair}/undo", {"reason": "r"}) for pair in pairs),
    )
    # 409: somebody was first. 503 would be a circle that PostgreSQL broke.
    assert {answer.status_code for answer in answers} <= {200, 201, 409}, [answer.text for answer in answers]
    assert {answer.status_code for answer in answers[:11]} <= {200, 409}
    assert await kept(resources) == {clue["id"] for clue in found}


async def test_matters_after_a_clue_are_refused(unlike: Any, resources: Resources) -> None:
    clue = await unlike(1)
    async with resources.transactions(SYSTEM) as uow:
        await clues.locked_clue(uow, UUID(clue["id"]))
        with pytest.raises(LockedOutOfOrder):
            await matters.serialise(uow)
    async with resources.transactions(SYSTEM) as uow:
        await matters.serialise(uow)
        await clues.locked_clue(uow, UUID(clue["id"]))
        await matters.serialise(uow)
