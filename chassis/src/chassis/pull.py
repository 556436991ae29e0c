"""Pull requests on a durable consumer: messages as they arrive, every wait bounded, no heartbeat."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from chassis.broker import Broker

_NANOSECONDS = 1_000_000_000
_REQUEST_OVER = "408"  # its time is up


class PullEnded(Exception):
    """The server ended a pull for a reason other than time: the consumer is gone or has moved."""


@asynccontextmanager
async def open_pull(broker: Broker, stream: str, consumer: str) -> AsyncIterator["Pull"]:
    """Pulls on a durable consumer through an inbox of their own, so that nothing meant for an earlier one arrives."""
    arrived: asyncio.Queue[Msg] = asyncio.Queue()
    inbox, subscription = await broker.subscribe_inbox(arrived.put)
    try:
        yield Pull(broker, f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", inbox, arrived)
    finally:
        with suppress(NatsError):  # a closed connection has no subscriptions left
            await subscription.unsubscribe()


class Pull:
    """Pull requests on one inbox, one after the other."""

    def __init__(self, broker: Broker, subject: str, inbox: str, arrived: "asyncio.Queue[Msg]") -> None:
        self._broker = broker
        self._subject = subject
        self._inbox = inbox
        self._arrived = arrived
        self._gathered_at = float("-inf")
        self._took = float("inf")

    async def messages(self, batch: int, wait: float) -> AsyncIterator[Msg]:
        """Up to ``batch`` messages, each as it arrives; raises and ends as ``bundles``."""
        async for bundle in self.bundles(batch, wait):
            for message in bundle:
                yield message

    async def bundles(self, batch: int, wait: float, gather: float = 0.0) -> AsyncIterator[list[Msg]]:
        """Up to ``batch`` messages in all, each bundle what lies there; ends after ``wait`` seconds at the latest.

        Args:
            batch: Messages of one pull.
            wait: Seconds of one pull.
            gather: Seconds between two bundles at most: what comes sooner waits for company, but no longer than the
                last bundle took to be handled. So whoever is quick is hardly waited for, and under load bundles grow.

        Raises:
            PullEnded: the consumer is gone or has moved.
            BrokerUnavailable: no connection.
        """
        request = {"batch": batch, "expires": int(wait * _NANOSECONDS)}
        await self._broker.send(self._subject, json.dumps(request).encode(), reply=self._inbox)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait + 1  # the server ends the request; this is for an answer that got lost
        while batch > 0:
            try:
                async with asyncio.timeout_at(deadline):
                    first = await self._arrived.get()
            except TimeoutError:
                return
            await asyncio.sleep(self._gathered_at + min(gather, 2 * self._took) - loop.time())
            self._gathered_at = loop.time()
            bundle, end = _until_status([first, *self._lying_there(batch - 1)])
            batch -= len(bundle)
            if bundle:
                yield bundle
                self._took = loop.time() - self._gathered_at
            if end is not None:
                if end.startswith(_REQUEST_OVER):
                    return
                raise PullEnded(end)

    def _lying_there(self, most: int) -> list[Msg]:
        return [self._arrived.get_nowait() for _ in range(min(most, self._arrived.qsize()))]


def _until_status(arrived: list[Msg]) -> tuple[list[Msg], str | None]:
    """The messages before the server's word that a pull has ended, and that word; it is the last of a pull."""
    for place, message in enumerate(arrived):
        headers = message.headers or {}
        if (status := headers.get("Status")) is not None:
            return arrived[:place], f"{status} {headers.get('Description', '')}"
    return arrived, None
