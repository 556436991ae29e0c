"""NATS JetStream behind bounded waits: connect, publish with acknowledgement, atomic batches, pulls.

Written against nats-py's plain connection: its ``fetch`` with heartbeat drops messages and its ``publish_async`` never
reports a refusal. Needs NATS 2.14 or later, for the reset of a consumer to its acknowledgement floor.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError, NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError

from chassis.logging import get_logger

_OLDEST_SERVER = (2, 14, 0)
_RECONNECT_SECONDS = 0.25
_ANEW_SECONDS = 30  # then an attempt is given up for a fresh one; nats-py tries again by itself all the while
_GIVE_UP_SECONDS = 2
_PING_SECONDS = 5  # a dead peer is noticed after two unanswered pings
_STREAM_NOT_FOUND = 10059
_STREAM_NAME_IN_USE = 10058

log = get_logger(__name__)


class BrokerUnavailable(Exception):
    """No connection, or no answer in time: whether anything was stored is unknown. Try again."""


class BrokerRefused(Exception):
    """The server answered with an error; ``code`` is JetStream's ``err_code``."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code} {description}")
        self.code = code


class BrokerClosed(Exception):
    """The connection is closed for good, such as after a change of credentials: the process must start anew."""


@dataclass(frozen=True)
class Message:
    """What is published. The header ``Nats-Msg-Id`` must be set: the stream drops repeats by it."""

    subject: str
    headers: Mapping[str, str]
    data: bytes


async def connect(url: str, *, name: str, stop: asyncio.Event | None = None) -> "Broker":
    """Connect, waiting for the server as long as it takes, or until ``stop`` is set.

    Raises:
        BrokerUnavailable: ``stop`` was set first.
        BrokerRefused: the server is older than this layer needs.
    """
    stopping = asyncio.create_task(stop.wait() if stop is not None else asyncio.Event().wait())
    try:
        while True:
            broker = Broker(name)
            connecting = asyncio.create_task(broker.open(url))
            await asyncio.wait({connecting, stopping}, timeout=_ANEW_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if connecting.done():
                await connecting
                return broker
            await _give_up(broker, connecting)
            if stopping.done():
                raise BrokerUnavailable("stopped before a connection was made")
    finally:
        stopping.cancel()


async def _give_up(broker: "Broker", connecting: asyncio.Task[None]) -> None:
    """End an attempt, without waiting for it for ever: a failed TLS handshake can leave nats-py deaf to cancelling."""
    connecting.cancel()
    closing = asyncio.create_task(_closed(broker, connecting))
    done, _ = await asyncio.wait({closing}, timeout=_GIVE_UP_SECONDS)
    if not done:
        log.warning("broker_attempt_abandoned")
    closing.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    connecting.add_done_callback(lambda ended: ended.cancelled() or ended.exception())


async def _closed(broker: "Broker", connecting: asyncio.Task[None]) -> None:
    await asyncio.wait({connecting})
    await broker.close()


class Broker:
    """One connection, reconnecting for ever. ``connects`` grows with each reconnect: what was in flight is unknown."""

    def __init__(self, name: str) -> None:
        self.connects = 0
        self._name = name
        self._connection = Client()
        self._streams: Sequence[Mapping[str, Any]] = ()
        self._is_draining = False
        self._last_error = ""

    async def open(self, url: str) -> None:
        """Connect; called by ``connect``."""
        await self._connection.connect(
            servers=[url],
            name=self._name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=_RECONNECT_SECONDS,  # type: ignore[arg-type]  # a float works as well
            connect_timeout=2,
            tls_handshake_first=url.startswith("tls://"),  # an offer that comes later could be cut out on the way
            ping_interval=_PING_SECONDS,
            max_outstanding_pings=2,
            pending_size=0,  # a publish during an outage fails at once, instead of being sent after its caller gave up
            drain_timeout=5,
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnect,
            reconnected_cb=self._on_reconnect,
            closed_cb=self._on_close,
        )
        version = self._connection.connected_server_version
        if (version.major, version.minor, version.patch) < _OLDEST_SERVER:
            await self._connection.close()
            raise BrokerRefused(0, f"NATS {version} is older than {'.'.join(map(str, _OLDEST_SERVER))}")
        self.connects = 1

    async def ping(self) -> None:
        """Raise ``BrokerUnavailable`` unless the server answers."""
        self._require_connection()
        try:
            await self._connection.flush(timeout=2)
        except (NatsError, OSError) as error:
            raise BrokerUnavailable("no answer to a ping") from error

    async def drain(self) -> None:
        """Send what is pending, then close. Safe to call twice and while disconnected."""
        self._is_draining = True
        try:
            await self._connection.drain()
        except NatsError:
            await self._connection.close()

    async def close(self) -> None:
        """Close at once. An attempt that is cancelled leaves its socket open otherwise."""
        self._is_draining = True
        await self._connection.close()

    async def request(self, subject: str, document: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Ask the JetStream API (``subject`` without ``$JS.API.``).

        Raises:
            BrokerRefused: the API answered with an error.
            BrokerUnavailable: no connection or no answer.
        """
        body = json.dumps(document).encode() if document is not None else b""
        return await self._ask(f"$JS.API.{subject}", body, {}, within=5)

    async def publish(self, message: Message, *, within: float = 5) -> None:
        """Publish and wait until it is stored; a repeat within the stream's window counts as stored.

        Raises:
            BrokerRefused: not stored, and the server says why; also when the message is too large.
            BrokerUnavailable: not known to be stored.
        """
        await self._ask(message.subject, message.data, message.headers, within=within)

    async def publish_batch(self, messages: Sequence[Message], *, within: float = 8) -> None:
        """Publish up to 1,000 messages of one stream; all are stored next to each other, or none is.

        Raises:
            BrokerRefused: none is stored; code 10201 if one was already stored earlier.
            BrokerUnavailable: not known to be stored.
        """
        batch = str(uuid4())
        for sequence, message in enumerate(messages, start=1):
            headers = {**message.headers, "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(sequence)}
            if sequence < len(messages):
                await self._send(message.subject, message.data, headers)
            else:
                # The server answers the commit for the whole batch: a part that was lost shows as a gap.
                headers["Nats-Batch-Commit"] = "1"
                await self._ask(message.subject, message.data, headers, within=within)

    async def ensure_streams(self, streams: Sequence[Mapping[str, Any]]) -> None:
        """Create these streams or bring them to this configuration; remembered for ``restore_streams``."""
        self._streams = streams
        for stream in streams:
            await self._ensure_stream(stream)

    async def restore_streams(self) -> None:
        """Create again what ``ensure_streams`` made, should it be gone."""
        await self.ensure_streams(self._streams)

    async def _ensure_stream(self, wanted: Mapping[str, Any]) -> None:
        name = wanted["name"]
        try:
            known = (await self.request(f"STREAM.INFO.{name}"))["config"]
        except BrokerRefused as refusal:
            if refusal.code != _STREAM_NOT_FOUND:
                raise
            try:
                await self.request(f"STREAM.CREATE.{name}", wanted)
            except BrokerRefused as second:
                if second.code != _STREAM_NAME_IN_USE:  # another service was first
                    raise
            return
        if any(known.get(field) != value for field, value in wanted.items()):
            await self.request(f"STREAM.UPDATE.{name}", {**known, **wanted})

    async def subscribe_inbox(self, take: Callable[[Msg], Awaitable[None]]) -> tuple[str, Subscription]:
        """A fresh private inbox; what arrives there is given to ``take``, one after the other."""
        self._require_connection()
        inbox = self._connection.new_inbox()
        try:
            return inbox, await self._connection.subscribe(inbox, cb=take)
        except (NatsError, OSError) as error:
            raise BrokerUnavailable(type(error).__name__) from error

    async def send(self, subject: str, data: bytes, *, reply: str = "") -> None:
        """Publish without acknowledgement: acks and pull requests. Raises ``BrokerUnavailable`` while disconnected."""
        await self._send(subject, data, None, reply=reply)

    def _require_connection(self) -> None:
        if self._connection.is_closed and not self._is_draining:
            raise BrokerClosed("the connection was closed")
        if not self._connection.is_connected:
            raise BrokerUnavailable("not connected")

    async def _send(self, subject: str, data: bytes, headers: Mapping[str, str] | None, *, reply: str = "") -> None:
        self._require_connection()
        try:
            await self._connection.publish(subject, data, reply=reply, headers=dict(headers) if headers else None)
        except MaxPayloadError as error:
            raise BrokerRefused(0, "the message is larger than the server takes") from error
        except (NatsError, OSError) as error:
            raise BrokerUnavailable(type(error).__name__) from error

    async def _ask(self, subject: str, data: bytes, headers: Mapping[str, str], *, within: float) -> dict[str, Any]:
        self._require_connection()
        try:
            # Waits on an inbox of its own, so that an error answer arrives like any other.
            answer = await self._connection.request(subject, data, timeout=within, headers=dict(headers) or None)
        except NoRespondersError as error:
            raise BrokerUnavailable("nobody listens: no stream, or JetStream is down") from error
        except NatsTimeoutError as error:
            raise BrokerUnavailable("no answer in time") from error
        except MaxPayloadError as error:
            raise BrokerRefused(0, "the message is larger than the server takes") from error
        except (NatsError, OSError) as error:
            raise BrokerUnavailable(type(error).__name__) from error
        document: dict[str, Any] = json.loads(answer.data)
        if "error" in document:
            problem = document["error"]
            raise BrokerRefused(problem.get("err_code", problem["code"]), problem["description"])
        return document

    async def _on_error(self, error: Exception) -> None:
        # Attempts to reconnect report the same error four times a second.
        if (kind := f"{type(error).__name__} {error}") != self._last_error:
            self._last_error = kind
            log.warning("broker_error", error=type(error).__name__)

    async def _on_disconnect(self) -> None:
        if not self._is_draining:
            log.warning("broker_disconnected")

    async def _on_reconnect(self) -> None:
        self.connects += 1
        self._last_error = ""
        log.info("broker_reconnected", connects=self.connects)

    async def _on_close(self) -> None:
        if not self._is_draining:
            log.critical("broker_closed")
