"""A person's webhooks: made, changed, rotated, switched off and on, tested, looked through."""

import secrets
from collections.abc import Sequence
from uuid import UUID, uuid4

from chassis.errors import NotFound
from chassis.identity import Principal
from chassis.service import Resources
from chassis.uow import Uow

from notification_service.webhooks import repository
from notification_service.webhooks.domain import (
    DELIVERY_MOVES,
    SECRET_OVERLAP,
    TEST_TYPE,
    WEBHOOK_MOVES,
    new_secret,
)
from notification_service.webhooks.errors import WebhookLimit
from notification_service.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery
from notification_service.webhooks.schemas import WebhookIn, WebhookPatch

MOST_WEBHOOKS = 20
_KIND = "webhook"


async def add_webhook(uow: Uow, resources: Resources, caller: Principal, wanted: WebhookIn) -> tuple[Webhook, str]:
    """A new webhook and its secret. The address was checked before. Raises ``WebhookLimit``."""
    if await repository.count_own(uow.session, caller.sub) >= MOST_WEBHOOKS:
        raise WebhookLimit(members={"limit": MOST_WEBHOOKS})
    webhook = Webhook(
        owner_sub=caller.sub,
        claimed=_claims(caller),
        url=wanted.url,
        event_types=wanted.event_types,
        description=wanted.description,
        state="enabled",
        disabled_because=None,
        secret=secrets.token_bytes(1),
        old_secret=None,
        old_secret_until=None,
        failures=0,
        failing_since=None,
        resting_until=None,
        created_at=uow.now,
        version=1,
    )
    uow.session.add(webhook)
    await uow.session.flush()
    secret = _set_secret(resources, webhook)
    await uow.audit("create", _KIND, webhook.id, detail={"event_types": wanted.event_types})
    return webhook, secret


async def get_webhook(uow: Uow, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    """One of the caller's webhooks; raises ``NotFound``."""
    webhook = await repository.find_own(uow.session, uow.actor.sub, webhook_id, lock=lock)
    if webhook is None:
        raise NotFound
    return webhook


async def list_webhooks(uow: Uow, after: UUID | None, limit: int) -> Sequence[Webhook]:
    """The caller's webhooks, one more than ``limit`` if there are more."""
    return await repository.list_own(uow.session, uow.actor.sub, after, limit + 1)


async def change_webhook(uow: Uow, caller: Principal, webhook: Webhook, change: WebhookPatch) -> Webhook:
    """Change what was sent. A new address was checked before; the receiver starts with a clean record."""
    for name in change.model_fields_set:
        value = getattr(change, name)
        if value is not None or name == "description":
            setattr(webhook, name, value)
    if change.url is not None:
        webhook.failures, webhook.failing_since, webhook.resting_until = 0, None, None
    webhook.claimed = _claims(caller)
    webhook.version += 1
    await uow.audit("change", _KIND, webhook.id, detail={"fields": sorted(change.model_fields_set)})
    return webhook


async def remove_webhook(uow: Uow, webhook: Webhook) -> None:
    """Forget a webhook, what waits for it and its log."""
    await repository.remove(uow.session, webhook.id)
    await uow.audit("delete", _KIND, webhook.id)


async def switch(uow: Uow, caller: Principal, webhook: Webhook, verb: str) -> Webhook:
    """``enable`` or ``disable``; raises ``MoveRefused``. What comes meanwhile waits for as long as events are kept."""
    webhook.state = WEBHOOK_MOVES.take(verb, webhook.state).target or webhook.state
    webhook.disabled_because = "owner" if verb == "disable" else None
    webhook.failures, webhook.failing_since, webhook.resting_until = 0, None, None
    webhook.claimed = _claims(caller)
    webhook.version += 1
    await uow.audit(verb, _KIND, webhook.id)
    return webhook


async def rotate_secret(uow: Uow, resources: Resources, webhook: Webhook) -> str:
    """A new secret; for a day messages are signed with the one before as well."""
    webhook.old_secret, webhook.old_secret_until = webhook.secret, uow.now + SECRET_OVERLAP
    webhook.version += 1
    secret = _set_secret(resources, webhook)
    await uow.audit("rotate", _KIND, webhook.id)
    return secret


async def add_test(uow: Uow, webhook: Webhook) -> WebhookDelivery:
    """Put a message about nothing before the webhook, whatever types it wants."""
    delivery = WebhookDelivery(
        webhook_id=webhook.id,
        message_id=uuid4(),
        event_type=TEST_TYPE,
        event_seq=None,
        state="pending",
        attempts=0,
        next_attempt_at=uow.now,
        locked_until=None,
        last_code=None,
        last_status=None,
        created_at=uow.now,
        settled_at=None,
    )
    uow.session.add(delivery)
    webhook.resting_until = None
    await uow.session.flush()
    return delivery


async def list_deliveries(
    uow: Uow, webhook: Webhook, *, state: str | None, before: UUID | None, limit: int
) -> Sequence[WebhookDelivery]:
    """Newest first, one more than ``limit`` if there are more."""
    return await repository.list_deliveries(uow.session, webhook.id, state=state, before=before, limit=limit + 1)


async def get_delivery(uow: Uow, webhook: Webhook, delivery_id: UUID, *, lock: bool = False) -> WebhookDelivery:
    """One delivery of a webhook; raises ``NotFound``."""
    delivery = await repository.find_delivery(uow.session, webhook.id, delivery_id, lock=lock)
    if delivery is None:
        raise NotFound
    return delivery


async def list_attempts(uow: Uow, delivery: WebhookDelivery) -> Sequence[WebhookAttempt]:
    """Every attempt of a delivery."""
    return await repository.list_attempts(uow.session, delivery.id)


async def redeliver(uow: Uow, webhook: Webhook, delivery: WebhookDelivery) -> WebhookDelivery:
    """Send a settled message again, with the same id, if its owner may still know of it. Raises ``MoveRefused``."""
    delivery.state = DELIVERY_MOVES.take("redeliver", delivery.state).target or delivery.state
    delivery.attempts, delivery.next_attempt_at, delivery.settled_at = 0, uow.now, None
    webhook.resting_until = None
    await uow.audit("redeliver", _KIND, webhook.id, detail={"message": str(delivery.message_id)})
    return delivery


def _set_secret(resources: Resources, webhook: Webhook) -> str:
    secret = new_secret()
    webhook.secret = resources.keys.seal(secret.encode(), f"webhook:{webhook.id}")
    return secret


def _claims(caller: Principal) -> dict[str, object]:
    return {"unit": caller.unit, "roles": sorted(caller.roles), "clearance": caller.clearance}
