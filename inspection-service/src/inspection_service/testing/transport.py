"""Carries requests to a peer's stand-in, and loses some of them on the way when told to."""

from collections import deque
from typing import Literal

import httpx2
from chassis.http import Peer
from starlette.applications import Starlette

Fault = Literal["lost_request", "lost_answer"]


class LossyTransport(httpx2.AsyncBaseTransport):
    """``lose("lost_answer", "/v1/secondments")``: the next POST there has its effect, but nobody hears of it."""

    def __init__(self, app: Starlette) -> None:
        self._inner = httpx2.ASGITransport(app=app)
        self._faults: deque[tuple[Fault, str]] = deque()
        self.is_down = False

    def lose(self, fault: Fault, path_end: str) -> None:
        """Lose the next POST whose path ends like this."""
        self._faults.append((fault, path_end))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Pass the request on unless it is one to lose."""
        fault = self._take(request)
        if self.is_down or fault == "lost_request":
            raise httpx2.ConnectError("lost on the way")
        response = await self._inner.handle_async_request(request)
        if fault == "lost_answer":
            await response.aread()
            raise httpx2.ReadError("answer lost on the way")
        return response

    def _take(self, request: httpx2.Request) -> Fault | None:
        if self._faults and request.method == "POST" and request.url.path.endswith(self._faults[0][1]):
            return self._faults.popleft()[0]
        return None


def peer_of(name: str, transport: httpx2.AsyncBaseTransport) -> Peer:
    """A peer behind a transport, called like the real one."""
    return Peer(name, httpx2.AsyncClient(transport=transport, base_url=f"http://{name}.test"))
