"""Tokens that were revoked before they expire: the door learns their ids from the pool, and refuses them."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import httpx2
from chassis.identity import Authenticator
from chassis.logging import get_logger

_ASK_S = 2.0

log = get_logger(__name__)


class Revocations:
    """Asks for the ids of revoked tokens again and again; what was known stays known while nobody answers.

    ``ended`` is called with ids that are new: what is open on these tokens ends.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        base: str,
        authenticator: Authenticator,
        ended: Callable[[frozenset[str]], None],
    ) -> None:
        self._client = client
        self._address = f"{base.rstrip('/')}/revoked-tokens"
        self._authenticator = authenticator
        self._ended = ended
        self._etag = ""
        self._known = frozenset[str]()
        self._woken = asyncio.Event()
        self._is_answered = True

    def wake(self) -> None:
        """Ask now: a token has just been revoked through this door."""
        self._woken.set()

    async def run(self, every_s: float) -> None:
        """Ask until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(every_s):
                    await self._woken.wait()
            self._woken.clear()
            await self.look()

    async def look(self) -> None:
        """Ask once."""
        try:
            answer = await self._client.get(self._address, headers={"If-None-Match": self._etag}, timeout=_ASK_S)
            ids = None if answer.status_code == 304 else _ids_in(answer)
        except (httpx2.HTTPError, ValueError) as error:
            if self._is_answered:
                log.warning("revocations_unknown", exc_info=error)
            self._is_answered = False
            return
        self._is_answered = True
        if ids is not None:
            new, self._known, self._etag = ids - self._known, ids, answer.headers.get("etag", "")
            self._authenticator.refuse_ids(ids)
            if new:
                self._ended(new)


def _ids_in(answer: httpx2.Response) -> frozenset[str]:
    """Raises ``ValueError`` for anything but a list of ids."""
    document = answer.json() if answer.status_code == 200 else None
    ids = document.get("jtis") if isinstance(document, dict) else None
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        message = f"answered {answer.status_code} without ids"
        raise ValueError(message)
    return frozenset(ids)
