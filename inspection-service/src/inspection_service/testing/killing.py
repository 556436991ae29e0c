"""Ends a use case at a chosen boundary, as a killed process would: between transactions and around calls to peers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from chassis.identity import Principal
from chassis.uow import Cause, Transactions, Uow


class Killed(Exception):
    """The process is gone; nothing after this point happened."""


class Guillotine:
    """Falls at the n-th boundary from now; boundaries are counted even when it is not armed."""

    def __init__(self) -> None:
        self._left = 0
        self.has_fallen = False

    def arm(self, boundary: int) -> None:
        """Fall at that boundary, 1 being the next."""
        self._left, self.has_fallen = boundary, False

    def disarm(self) -> None:
        """Let everything pass."""
        self._left = 0

    def boundary(self) -> None:
        """A place where a process may die."""
        if self._left:
            self._left -= 1
            if not self._left:
                self.has_fallen = True
                raise Killed


class KillableTransactions:
    """Transactions with a boundary before they begin and one after they have committed."""

    def __init__(self, inner: Transactions, guillotine: Guillotine) -> None:
        self._inner = inner
        self._guillotine = guillotine

    @asynccontextmanager
    async def __call__(self, actor: Principal, cause: Cause | None = None) -> AsyncIterator[Uow]:
        """As ``Transactions``."""
        self._guillotine.boundary()
        async with self._inner(actor, cause) as uow:
            yield uow
        self._guillotine.boundary()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class KillableTransport(httpx2.AsyncBaseTransport):
    """A line to a peer with a boundary before the request leaves and one after the answer came."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, guillotine: Guillotine) -> None:
        self._inner = inner
        self._guillotine = guillotine

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """As the inner transport."""
        self._guillotine.boundary()
        response = await self._inner.handle_async_request(request)
        await response.aread()
        self._guillotine.boundary()
        return response
