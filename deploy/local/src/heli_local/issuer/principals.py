"""Tells personnel-pool-service who holds a token. The token never waits for it longer than a moment."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2
from chassis.logging import get_logger

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 30.0
GIVE_UP_S = 24 * 3600.0
MOST_WAITING = 10_000

log = get_logger(__name__)


@dataclass
class _Waiting:
    body: dict[str, Any]
    since: float
    due: float
    pause_s: float = FIRST_RETRY_S


class PrincipalRecorder:
    """PUTs principals; what fails (pool down, unit not known yet) is tried again in the background."""

    def __init__(self, client: httpx2.AsyncClient, pool_url: str) -> None:
        """`client` adds the issuer's own service token and bounds each call."""
        self._client = client
        self._pool_url = pool_url.rstrip("/")
        self._waiting: dict[str, _Waiting] = {}

    async def record(self, sub: str, body: Mapping[str, Any]) -> bool:
        """Record now; False when it has to wait. The latest record of a `sub` replaces an earlier one that waits."""
        self._waiting.pop(sub, None)
        if await self._put(sub, body):
            return True
        if len(self._waiting) < MOST_WAITING:
            now = time.monotonic()
            self._waiting[sub] = _Waiting(dict(body), since=now, due=now + FIRST_RETRY_S)
        return False

    async def run(self) -> None:
        """Retry what waits, for ever."""
        while True:
            await asyncio.sleep(FIRST_RETRY_S / 2)
            await self.retry_due(time.monotonic())

    async def retry_due(self, now: float) -> None:
        """One round over what is due at `now` (monotonic seconds)."""
        for sub, waiting in list(self._waiting.items()):
            if waiting.due > now or self._waiting.get(sub) is not waiting:
                continue
            done = await self._put(sub, waiting.body)
            if self._waiting.get(sub) is not waiting:
                continue  # a newer record came while this one was on its way
            if done or now - waiting.since > GIVE_UP_S:
                del self._waiting[sub]
            else:
                waiting.pause_s = min(waiting.pause_s * 2, LONGEST_RETRY_S)
                waiting.due = now + waiting.pause_s

    async def _put(self, sub: str, body: Mapping[str, Any]) -> bool:
        try:
            answer = await self._client.put(f"{self._pool_url}/v1/principals/{quote(sub, safe='')}", json=body)
        except httpx2.HTTPError as error:
            log.warning("principal_not_recorded", exc_info=error)
            return False
        if answer.is_success:
            return True
        log.warning("principal_not_recorded", status=answer.status_code)
        return False
