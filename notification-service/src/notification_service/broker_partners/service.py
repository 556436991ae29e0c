"""Making and taking away the consumers of partners."""

from typing import Any

from chassis.broker import Broker, BrokerRefused
from chassis.streams import EVENT_STREAM

from notification_service.broker_partners.domain import Partner, durable_of

_CONSUMER_NOT_FOUND = 10014


async def add_partner(broker: Broker, partner: Partner, *, from_start: bool) -> None:
    """Make the partner's consumer, or bring it to these types and commissions; its position stays.

    Raises:
        BrokerRefused, BrokerUnavailable: the broker did not do it.
    """
    config = partner.consumer(from_start=from_start)
    known = await find_partner(broker, partner.name)
    if known is not None:
        # Where a consumer begins cannot be changed; asking again keeps its place.
        config = {**config, "deliver_policy": known["config"]["deliver_policy"]}
    request = {"stream_name": EVENT_STREAM, "config": config, "action": ""}
    await broker.request(f"CONSUMER.CREATE.{EVENT_STREAM}.{partner.durable}", request)


async def find_partner(broker: Broker, name: str) -> dict[str, Any] | None:
    """What the broker knows of a partner's consumer: filter, position, what waits; None if there is none."""
    try:
        return await broker.request(f"CONSUMER.INFO.{EVENT_STREAM}.{durable_of(name)}")
    except BrokerRefused as refusal:
        if refusal.code != _CONSUMER_NOT_FOUND:
            raise
        return None


async def remove_partner(broker: Broker, name: str) -> bool:
    """Take the consumer away, so that the user reads nothing more; False if there was none."""
    try:
        await broker.request(f"CONSUMER.DELETE.{EVENT_STREAM}.{durable_of(name)}")
    except BrokerRefused as refusal:
        if refusal.code != _CONSUMER_NOT_FOUND:
            raise
        return False
    return True
