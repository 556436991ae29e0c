"""What an attempt leaves behind: the delivery's state, the receiver's standing, and a notice when it is given up."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from chassis.service import Resources
from chassis.uow import Uow
from sqlalchemy import select, update

from notification_service.notices.addresses import Address, Relation
from notification_service.notices.items import Item
from notification_service.notices.service import Draft, announce
from notification_service.resources import own_of
from notification_service.webhooks.domain import (
    DELIVERY_MOVES,
    WEBHOOK_MOVES,
    Outcome,
    is_given_up,
    next_attempt,
    rest_after,
)
from notification_service.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery


async def settle(uow: Uow, resources: Resources, sent: WebhookDelivery, outcome: Outcome, took_ms: int) -> None:
    """Record an attempt. The webhook's row comes first, as everywhere, so that nobody waits in a circle."""
    webhook = await _locked_webhook(uow, sent.webhook_id)
    delivery = (
        await uow.session.scalars(select(WebhookDelivery).where(WebhookDelivery.id == sent.id).with_for_update())
    ).one_or_none()
    if webhook is None or delivery is None or delivery.state != "pending":
        return  # deleted, or told by another process meanwhile
    delivery.attempts += 1
    delivery.last_code, delivery.last_status, delivery.locked_until = outcome.code, outcome.status, None
    uow.session.add(
        WebhookAttempt(delivery_id=delivery.id, at=uow.now, code=outcome.code, status=outcome.status, took_ms=took_ms)
    )
    if outcome.is_delivered:
        _move(delivery, "deliver", uow.now)
        webhook.failures, webhook.failing_since, webhook.resting_until = 0, None, None
        return
    again = next_attempt(delivery.attempts, uow.now, outcome.retry_after)
    if again is None:
        _move(delivery, "exhaust", uow.now)
    else:
        delivery.next_attempt_at = again
    await _note_failure(uow, resources, webhook, outcome)


async def withhold(uow: Uow, delivery_ids: Collection[UUID]) -> None:
    """The owner may not know of these: they are never sent, and their owner never learns that there was something."""
    target = DELIVERY_MOVES["withhold"].target
    statement = update(WebhookDelivery).where(WebhookDelivery.id.in_(delivery_ids), WebhookDelivery.state == "pending")
    await uow.session.execute(statement.values(state=target, locked_until=None, settled_at=uow.now))


async def _note_failure(uow: Uow, resources: Resources, webhook: Webhook, outcome: Outcome) -> None:
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or uow.now
    if not outcome.is_of_this_message:
        webhook.resting_until = uow.now + rest_after(webhook.failures)
    if webhook.state != "enabled":
        return
    if outcome.is_gone or is_given_up(webhook.failing_since, webhook.failures, uow.now):
        webhook.state = WEBHOOK_MOVES.take("give_up", webhook.state).target or webhook.state
        webhook.disabled_because = "gone" if outcome.is_gone else "failing"
        webhook.version += 1
        await uow.audit("give_up", "webhook", webhook.id, detail={"because": webhook.disabled_because})
        await _tell_owner(uow, resources, webhook)


async def _tell_owner(uow: Uow, resources: Resources, webhook: Webhook) -> None:
    item = Item("webhook", str(webhook.id), None, None)
    draft = Draft(_event_id_of(webhook), "webhook_disabled", item, is_lasting=False)
    to = Address(Relation.PERSON, webhook.owner_sub, frozenset(), unit=None)
    await announce(uow, own_of(resources), draft, [to])


def _event_id_of(webhook: Webhook) -> UUID:
    """One notice for each time it is given up: the version tells the times apart."""
    return UUID(int=(webhook.id.int + webhook.version) % 2**128)


def secrets_in_use(resources: Resources, webhook: Webhook) -> list[str]:
    """The present secret, and after a rotation the old one for a day."""
    sealed = [webhook.secret]
    if webhook.old_secret is not None and webhook.old_secret_until is not None:
        sealed += [webhook.old_secret] if resources.clock.now() < webhook.old_secret_until else []
    return [resources.keys.open(one, f"webhook:{webhook.id}").decode() for one in sealed]


def _move(delivery: WebhookDelivery, verb: str, now: datetime) -> None:
    delivery.state = DELIVERY_MOVES.take(verb, delivery.state).target or delivery.state
    delivery.settled_at = now


async def _locked_webhook(uow: Uow, webhook_id: UUID) -> Webhook | None:
    return (await uow.session.scalars(select(Webhook).where(Webhook.id == webhook_id).with_for_update())).one_or_none()
