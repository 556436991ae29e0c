"""Rows of webhooks, deliveries and attempts."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from chassis.db import table_of
from sqlalchemy import ARRAY, BigInteger, Insert, bindparam, delete, func, insert, literal, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.outward_events.models import OutwardEvent
from notification_service.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery

_SHOWN = ("pending", "delivered", "exhausted")


_NOW = bindparam("now", type_=WebhookDelivery.created_at.type)


def _offering() -> Insert:
    pattern = func.jsonb_array_elements_text(Webhook.event_types).table_valued("value").render_derived()
    is_wanted = (
        select(literal(1))
        .select_from(pattern)
        .where(
            or_(
                pattern.c.value == OutwardEvent.type,
                (func.right(pattern.c.value, 1) == "*")
                & func.starts_with(OutwardEvent.type, func.rtrim(pattern.c.value, "*")),
            )
        )
        .correlate(Webhook, OutwardEvent)
        .exists()
    )
    wanted = (
        select(
            Webhook.id, OutwardEvent.event_id, OutwardEvent.type, OutwardEvent.seq, literal("pending"), literal(0),
            _NOW, _NOW,
        )
        .join(OutwardEvent, OutwardEvent.seq == func.any(bindparam("seqs", type_=ARRAY(BigInteger))))
        .where(is_wanted)
        .order_by(OutwardEvent.seq)
    )  # fmt: skip
    columns = ["webhook_id", "message_id", "event_type", "event_seq", "state", "attempts", "next_attempt_at"]
    return insert(table_of(WebhookDelivery)).from_select([*columns, "created_at"], wanted)


_OFFER = _offering()


async def find_own(session: AsyncSession, sub: str, webhook_id: UUID, *, lock: bool = False) -> Webhook | None:
    """One of a person's webhooks."""
    statement = select(Webhook).where(Webhook.id == webhook_id, Webhook.owner_sub == sub)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def list_own(session: AsyncSession, sub: str, after: UUID | None, limit: int) -> Sequence[Webhook]:
    """A person's webhooks, oldest first."""
    statement = select(Webhook).where(Webhook.owner_sub == sub)
    if after is not None:
        statement = statement.where(Webhook.id > after)
    return (await session.scalars(statement.order_by(Webhook.id).limit(limit))).all()


async def count_own(session: AsyncSession, sub: str) -> int:
    """How many webhooks a person has; whoever counts to add one waits for others who do."""
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"webhook {sub}"})
    return int(await session.scalar(select(func.count()).where(Webhook.owner_sub == sub)) or 0)


async def remove(session: AsyncSession, webhook_id: UUID) -> None:
    """Forget a webhook with its deliveries."""
    await session.execute(delete(Webhook).where(Webhook.id == webhook_id))


async def offer(session: AsyncSession, seqs: Collection[int], now: datetime) -> None:
    """Put stored events before every webhook that wants their type, also one switched off: it may come back."""
    await session.execute(_OFFER, {"seqs": list(seqs), "now": now})


async def list_due(session: AsyncSession, busy: Collection[UUID], now: datetime, limit: int) -> list[UUID]:
    """Enabled, rested webhooks with something due, the longest due first."""
    first = (
        select(func.min(WebhookDelivery.next_attempt_at).label("due"))
        .where(
            WebhookDelivery.webhook_id == Webhook.id,
            WebhookDelivery.state == "pending",
            WebhookDelivery.next_attempt_at <= now,
            or_(WebhookDelivery.locked_until.is_(None), WebhookDelivery.locked_until < func.now()),
        )
        .lateral()
    )
    statement = (
        select(Webhook.id)
        .join(first, literal(True))
        .where(
            Webhook.state == "enabled",
            or_(Webhook.resting_until.is_(None), Webhook.resting_until <= now),
            Webhook.id.not_in(busy),
            first.c.due.is_not(None),
        )
    )
    return list(await session.scalars(statement.order_by(first.c.due).limit(limit)))


async def take(
    session: AsyncSession, webhook_id: UUID, now: datetime, lease: timedelta, limit: int
) -> Sequence[WebhookDelivery]:
    """Take due deliveries of one webhook for a time, oldest event first; another process passes them over."""
    due = (
        select(WebhookDelivery.id)
        .where(
            WebhookDelivery.webhook_id == webhook_id,
            WebhookDelivery.state == "pending",
            WebhookDelivery.next_attempt_at <= now,
            or_(WebhookDelivery.locked_until.is_(None), WebhookDelivery.locked_until < func.now()),
        )
        .order_by(WebhookDelivery.next_attempt_at, WebhookDelivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = (
        update(WebhookDelivery)
        .where(WebhookDelivery.id.in_(select(due.c.id)))
        .values(locked_until=func.now() + lease)
        .returning(WebhookDelivery)
    )
    rows = (await session.scalars(taken)).all()
    return sorted(rows, key=lambda row: (row.event_seq or 0, row.id))


async def release(session: AsyncSession, delivery_ids: Collection[UUID]) -> None:
    """Give back deliveries that were taken and not tried."""
    if delivery_ids:
        statement = update(WebhookDelivery).where(WebhookDelivery.id.in_(delivery_ids))
        await session.execute(statement.values(locked_until=None))


async def rest(session: AsyncSession, webhook_id: UUID, until: datetime) -> None:
    """Leave a webhook alone until then; it is no failure of its receiver."""
    await session.execute(update(Webhook).where(Webhook.id == webhook_id).values(resting_until=until))


async def list_deliveries(
    session: AsyncSession, webhook_id: UUID, *, state: str | None, before: UUID | None, limit: int
) -> Sequence[WebhookDelivery]:
    """The deliveries of a webhook that its owner may know of, newest first."""
    statement = select(WebhookDelivery).where(
        WebhookDelivery.webhook_id == webhook_id,
        WebhookDelivery.state.in_(_SHOWN if state is None else [state]),
        # What was never tried was never checked either: its owner may have no right to hear of it.
        or_(WebhookDelivery.last_code.is_not(None), WebhookDelivery.event_seq.is_(None)),
    )
    if before is not None:
        statement = statement.where(WebhookDelivery.id < before)
    return (await session.scalars(statement.order_by(WebhookDelivery.id.desc()).limit(limit))).all()


async def find_delivery(
    session: AsyncSession, webhook_id: UUID, delivery_id: UUID, *, lock: bool = False
) -> WebhookDelivery | None:
    """One of these deliveries."""
    statement = select(WebhookDelivery).where(
        WebhookDelivery.id == delivery_id,
        WebhookDelivery.webhook_id == webhook_id,
        WebhookDelivery.state.in_(_SHOWN),
        or_(WebhookDelivery.last_code.is_not(None), WebhookDelivery.event_seq.is_(None)),
    )
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def list_attempts(session: AsyncSession, delivery_id: UUID) -> Sequence[WebhookAttempt]:
    """Every attempt of a delivery, first one first."""
    statement = select(WebhookAttempt).where(WebhookAttempt.delivery_id == delivery_id)
    return (await session.scalars(statement.order_by(WebhookAttempt.id))).all()


async def count_waiting(session: AsyncSession) -> int:
    """How many deliveries of enabled webhooks wait."""
    statement = (
        select(func.count()).select_from(WebhookDelivery).join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
    )
    statement = statement.where(WebhookDelivery.state == "pending", Webhook.state == "enabled")
    return int(await session.scalar(statement) or 0)
