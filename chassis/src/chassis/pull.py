"""Pull requests on a durable consumer: messages as they arrive, every wait bounded, no heartbeat."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError

from chassis.broker import Broker, BrokerUnavailable

_NANOSECONDS = 1_000_000_000
_REQUEST_OVER = "408"  # its time is up


class PullEnded(Exception):
    """The server ended a pull for a reason other than time: the consumer is gone or has moved."""


@asynccontextmanager
async def open_pull(broker: Broker, stream: str, consumer: str) -> AsyncIterator["Pull"]:
    """Pulls on a durable consumer through an inbox of their own, so that nothing meant for an earlier one arrives."""
    inbox, subscription = await broker.subscribe_inbox()
    try:
        yield Pull(broker, f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", inbox, subscription)
    finally:
        with suppress(NatsError):  # a closed connection has no subscriptions left
            await subscription.unsubscribe()


class Pull:
    """Pull requests on one inbox, one after the other."""

    def __init__(self, broker: Broker, subject: str, inbox: str, subscription: Subscription) -> None:
        self._broker = broker
        self._subject = subject
        self._inbox = inbox
        self._subscription = subscription

    async def messages(self, batch: int, wait: float) -> AsyncIterator[Msg]:
        """Up to ``batch`` messages, each as it arrives; ends after ``wait`` seconds at the latest.

        Raises:
            PullEnded: the consumer is gone or has moved.
            BrokerUnavailable: no connection.
        """
        request = {"batch": batch, "expires": int(wait * _NANOSECONDS)}
        await self._broker.send(self._subject, json.dumps(request).encode(), reply=self._inbox)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait + 1  # the server ends the request; this is for an answer that got lost
        for _ in range(batch):
            try:
                message = await self._subscription.next_msg(timeout=max(0.001, deadline - loop.time()))
            except NatsTimeoutError:
                return
            except NatsError as error:
                raise BrokerUnavailable(type(error).__name__) from error
            status = (message.headers or {}).get("Status")
            if status == _REQUEST_OVER:
                return
            if status is not None:
                raise PullEnded(f"{status} {(message.headers or {}).get('Description', '')}")
            yield message
