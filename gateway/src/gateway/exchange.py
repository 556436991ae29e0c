"""One request at the door, and what has been answered so far."""

import random
import re

from starlette.types import Message, Receive, Scope, Send

from gateway.headers import RawHeaders, value_of

# Ids stand in logs. One that is a number may be somebody's, of a card or a phone, so it is not taken over.
_REQUEST_ID = re.compile(rb"^(?![0-9._-]+[Xx]?$)[A-Za-z0-9._-]{8,64}$")


class Exchange:
    """One request and what has been said to its caller so far."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self._send = send
        self.headers: RawHeaders = scope["headers"]
        offered = value_of(self.headers, b"x-request-id") or b""
        self.traceparent = ""
        self.request_id = offered.decode() if _REQUEST_ID.match(offered) else new_request_id()
        self.status = 0
        self.extra_headers: RawHeaders = []
        self.is_gone = False
        self.token_id: str | None = None

    @property
    def target(self) -> bytes:
        """Path and query as the caller wrote them."""
        path, query = self.scope["raw_path"], self.scope["query_string"]
        return bytes(path + b"?" + query if query else path)

    async def send(self, message: Message) -> None:
        """Send a message to the caller, remembering the status."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *self.extra_headers]
        await self._send(message)


def new_request_id() -> str:
    """A random UUID from the process's own generator: it names a request, it guards nothing."""
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
