"""Sends what is due: many webhooks at once, the messages of one in turn, so that no receiver holds up another."""

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2
from chassis.http import PeerFailed
from chassis.identity import SYSTEM, Principal
from chassis.logging import get_logger
from chassis.service import Resources
from chassis.telemetry import REGISTRY
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import SQLAlchemyError

from notification_service.outward_events.models import OutwardEvent
from notification_service.outward_events.repository import list_by_seq
from notification_service.outward_events.rights import Rights
from notification_service.resources import own_of
from notification_service.webhooks import repository, settling
from notification_service.webhooks.domain import TEST_TYPE, Outcome, signed_headers
from notification_service.webhooks.models import Webhook, WebhookDelivery
from notification_service.webhooks.posting import Poster

ATTEMPTS = Counter("heli_webhook_attempts", "Attempts to deliver by outcome", ["outcome"], registry=REGISTRY)
WAITING = Gauge("heli_webhook_deliveries_waiting", "Deliveries of enabled webhooks that wait", registry=REGISTRY)

_PLACES = 64
_BATCH = 20
_STRETCH_S = 30.0  # of one webhook's turn; with one more time-out it stays within the lease
_LEASE = timedelta(seconds=90)
_OWNER_AWAY = timedelta(seconds=2)  # before an owner of things that could not be asked for rights is asked again

log = get_logger(__name__)


class Deliverer:
    """Each webhook has one turn at a time in this process; a timer starts turns, none waits for another."""

    def __init__(self, rights: Rights, poster: Poster, turns: dict[UUID, asyncio.Task[None]]) -> None:
        self._rights = rights
        self._poster = poster
        self._turns = turns

    async def start_due(self, resources: Resources) -> None:
        """Give a turn to every webhook with something due, as far as there are places."""
        for done in [one for one, task in self._turns.items() if task.done()]:
            self._turns.pop(done).result()  # what is not a passing failure is a fault, and the timer reports it
        free = _PLACES - len(self._turns)
        async with resources.database.sessions() as session:
            due = await repository.list_due(session, list(self._turns), resources.clock.now(), max(free, 0))
            WAITING.set(await repository.count_waiting(session))
        for webhook_id in due:
            task = asyncio.create_task(self._turn(resources, webhook_id), name=f"webhook-{webhook_id}")
            self._turns[webhook_id] = task

    async def finish(self) -> None:
        """Wait for the turns in hand."""
        await asyncio.gather(*self._turns.values())

    async def _turn(self, resources: Resources, webhook_id: UUID) -> None:
        ends_at = time.monotonic() + _STRETCH_S
        try:
            async with self._poster.client() as client:
                while time.monotonic() < ends_at and await self._send_batch(resources, webhook_id, client, ends_at):
                    pass
        except (SQLAlchemyError, OSError, PeerFailed) as error:
            log.warning("webhook_turn_broken_off", exc_info=error)  # what was taken comes again when the lease is over

    async def _send_batch(
        self, resources: Resources, webhook_id: UUID, client: httpx2.AsyncClient, ends_at: float
    ) -> bool:
        """Take some deliveries and send them; whether there may be more to send now."""
        async with resources.transactions(SYSTEM) as uow:
            taken = await repository.take(uow.session, webhook_id, uow.now, _LEASE, _BATCH)
            webhook = await uow.session.get(Webhook, webhook_id)
            events = await list_by_seq(uow.session, [one.event_seq for one in taken if one.event_seq is not None])
        if webhook is None or not taken:
            return False
        try:
            sendable = await self._permitted(resources, webhook, taken, events)
        except PeerFailed as error:
            log.warning("webhook_waits_for_rights", exc_info=error)
            async with resources.transactions(SYSTEM) as uow:
                await repository.release(uow.session, [one.id for one in taken])
                await repository.rest(uow.session, webhook_id, uow.now + _OWNER_AWAY)
            return False
        for number, delivery in enumerate(sendable):
            outcome, took_ms = await self._post(resources, webhook, delivery, events, client)
            ATTEMPTS.labels(outcome.code).inc()
            async with resources.transactions(SYSTEM) as uow:
                await settling.settle(uow, resources, delivery, outcome, took_ms)
            is_well = outcome.is_delivered or outcome.is_of_this_message
            if not is_well or time.monotonic() >= ends_at:
                await self._release(resources, sendable[number + 1 :])
                return False
        return len(taken) == _BATCH

    async def _permitted(
        self,
        resources: Resources,
        webhook: Webhook,
        taken: Sequence[WebhookDelivery],
        events: dict[int, OutwardEvent],
    ) -> list[WebhookDelivery]:
        """Those that the owner may know of, now; the others are withheld for good."""
        tests = [one for one in taken if one.event_seq is None]
        about = [(one, events[one.event_seq]) for one in taken if one.event_seq in events]
        seen = await self._rights.visible(resources, owner_of(webhook), [event for _, event in about]) if about else []
        withheld = [one.id for (one, _), may_know in zip(about, seen, strict=True) if not may_know]
        if withheld:
            async with resources.transactions(SYSTEM) as uow:
                await settling.withhold(uow, withheld)
        return [*tests, *(one for (one, _), may_know in zip(about, seen, strict=True) if may_know)]

    async def _post(
        self,
        resources: Resources,
        webhook: Webhook,
        delivery: WebhookDelivery,
        events: dict[int, OutwardEvent],
        client: httpx2.AsyncClient,
    ) -> tuple[Outcome, int]:
        document = test_document(delivery) if delivery.event_seq is None else events[delivery.event_seq].body
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        # Receivers compare the time with their own clock, so it is the real one, whatever the business clock says.
        keys = settling.secrets_in_use(resources, webhook)
        headers = signed_headers(str(delivery.message_id), datetime.fromtimestamp(time.time(), UTC), body, keys)
        started = time.perf_counter()
        outcome = await self._poster.post(client, webhook.url, body, headers)
        return outcome, round((time.perf_counter() - started) * 1000)

    async def _release(self, resources: Resources, deliveries: Sequence[WebhookDelivery]) -> None:
        async with resources.transactions(SYSTEM) as uow:
            await repository.release(uow.session, [one.id for one in deliveries])


async def send_due(resources: Resources) -> None:
    """The timer's way here: start sending what is due."""
    own = own_of(resources)
    await Deliverer(own.rights, own.poster, own.turns).start_due(resources)


def owner_of(webhook: Webhook) -> Principal:
    """The owner as their token said last."""
    said = webhook.claimed
    return Principal(
        sub=webhook.owner_sub, unit=said["unit"], roles=frozenset(said["roles"]), clearance=said["clearance"]
    )


def test_document(delivery: WebhookDelivery) -> dict[str, object]:
    """A message about nothing."""
    return {
        "specversion": "1.0",
        "id": str(delivery.message_id),
        "type": TEST_TYPE,
        "source": "notification-service",
        "subject": str(delivery.webhook_id),
        "time": delivery.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": {},
    }
