"""A notice for many people: everybody once, whatever dies, and nobody else waits for it."""

import asyncio
from typing import Any

import pytest
from chassis.directory import store_principal
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.testing.harness import Harness
from notification_service.fan_outs import repository
from notification_service.fan_outs.service import fan_out
from notification_service.notices.models import Delivery
from notification_service.notices.repository import deliver
from sqlalchemy import func, select, text

from contracts import clue

PEOPLE = 1_200


@pytest.fixture
async def crowd(city: Harness) -> Harness:
    """More handlers of one office than are told in one transaction."""
    async with city.resources.database.sessions.begin() as session:
        for number in range(PEOPLE):
            who = {"sub": f"crowd-{number:04d}", "unit": "inv-a", "roles": ["handler"], "clearance": "internal"}
            await store_principal(session, {**who, "cadre_id": None, "version": 1})
    return city


async def _held(resources: Resources) -> dict[str, int]:
    async with resources.database.sessions() as session:
        query = select(Delivery.sub, func.count()).where(Delivery.sub.like("crowd-%")).group_by(Delivery.sub)
        return {row[0]: int(row[1]) for row in await session.execute(query)}


async def test_everybody_gets_it_once_in_batches(crowd: Harness, clue_event: Any, inbox: Any) -> None:
    await crowd.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    assert await _held(crowd.resources) == {}, "the event itself waits for nobody"
    assert await fan_out(crowd.resources) == PEOPLE + 1, "the crowd, and the handler there was"
    assert await _held(crowd.resources) == {f"crowd-{number:04d}": 1 for number in range(PEOPLE)}
    assert await fan_out(crowd.resources) == 0
    (notice,) = await inbox("crowd-0007")
    assert (notice["kind"], notice["unit"]) == ("clue_assigned", "inv-a")


async def test_two_workers_share_two_notices_and_double_none(crowd: Harness, clue_event: Any) -> None:
    for version, kind in enumerate((clue.ClueAssigned, clue.ClueExtended), 1):
        await crowd.deliver(clue_event(kind, lead_unit="inv-a"), version=version)
    delivered = await asyncio.gather(*(fan_out(crowd.resources) for _ in range(3)))
    assert sum(delivered) + await fan_out(crowd.resources) == 2 * (PEOPLE + 1)
    assert set((await _held(crowd.resources)).values()) == {2}


async def _take_and_die(crowd: Harness) -> None:
    async with crowd.resources.transactions(SYSTEM) as uow:
        batch = await repository.take(uow.session, 300)
        assert batch is not None
        await deliver(uow.session, {batch.notice_id: batch.recipients}, uow.now)
        await repository.settle(uow.session, batch)
        raise ZeroDivisionError


async def test_a_worker_that_dies_between_batches_is_followed_by_the_next(crowd: Harness, clue_event: Any) -> None:
    await crowd.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    with pytest.raises(ZeroDivisionError):
        await _take_and_die(crowd)
    async with crowd.resources.transactions(SYSTEM) as uow:
        batch = await repository.take(uow.session, 300)
        assert batch is not None
        assert batch.done == 300, "what was not committed is taken again"
    assert await fan_out(crowd.resources) == PEOPLE + 1
    assert set((await _held(crowd.resources)).values()) == {1}


async def test_somebody_who_got_it_by_taking_up_a_role_does_not_get_it_again(crowd: Harness, clue_event: Any) -> None:
    from contracts.pool import PrincipalUpserted

    await crowd.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await crowd.deliver(PrincipalUpserted(sub="crowd-0001", unit="inv-a", roles=("handler",), version=2))
    assert await _held(crowd.resources) == {"crowd-0001": 1}
    assert await fan_out(crowd.resources) == PEOPLE
    assert set((await _held(crowd.resources)).values()) == {1}


async def test_no_other_notice_waits_for_a_crowd(crowd: Harness, clue_event: Any, inbox: Any) -> None:
    """While a batch is in hand, uncommitted, a few others are told; the lock of the order is held by nobody."""
    await crowd.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    async with crowd.resources.transactions(SYSTEM) as uow:
        assert await repository.take(uow.session, 250) is not None
        other = clue_event(clue.ClueRegistered, registered_by="x")
        await asyncio.wait_for(crowd.deliver(other, version=2), 20)
        assert [one["kind"] for one in await inbox("cmo-a")] == ["clue_registered"]
    async with crowd.resources.database.sessions() as session:
        held = await session.scalar(text("select count(*) from pg_locks where locktype = 'advisory'"))
    assert held == 0
