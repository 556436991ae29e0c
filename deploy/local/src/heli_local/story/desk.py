"""A person at a desk: a token, and requests through the gateway that are safe to send again."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import httpx2

T = TypeVar("T")

PATIENCE_S = 120.0  # a service that was killed is back within seconds; a story waits for it
_PAUSE_S = 0.1
_TRY_AGAIN = frozenset({502, 503, 504})


class StepFailed(Exception):
    """A step of the story did not go as it must."""


@dataclass(frozen=True)
class Answer:
    """Status and document of an answer."""

    status: int
    body: Any

    @property
    def code(self) -> str | None:
        """The problem code of a refusal."""
        return self.body.get("code") if isinstance(self.body, dict) else None


class Desk:
    """One person's view of the platform."""

    def __init__(self, client: httpx2.AsyncClient, sub: str, unit: str, roles: tuple[str, ...]) -> None:
        self.sub = sub
        self.unit = unit
        self.roles = roles
        self._client = client
        self._token = ""

    async def sign_in(self) -> None:
        """Get a token from the local issuer; the platform then knows the person's unit and roles."""
        body = {"sub": self.sub, "unit": self.unit, "roles": list(self.roles), "clearance": "secret"}
        answer = await self._send("POST", "/dev/token", body, {})
        self._token = answer.body["access_token"]

    async def get(self, path: str) -> Any:
        """A document; anything but 200 fails the step."""
        answer = await self._send("GET", path, None, self._headers())
        if answer.status != 200:
            raise StepFailed(f"GET {path} answered {answer.status} {answer.code}")
        return answer.body

    async def post(self, path: str, body: Any = None, *, expect: int | None = None) -> Answer:
        """Send under a fresh idempotency key until the platform answers; ``expect`` checks the status."""
        headers = {**self._headers(), "Idempotency-Key": str(uuid4())}
        answer = await self._send("POST", path, {} if body is None else body, headers)
        wanted = (200, 201, 202) if expect is None else (expect,)
        if answer.status not in wanted:
            raise StepFailed(
                f"POST {path} answered {answer.status} {answer.code}, expected {wanted}: {_fields(answer)}"
            )
        return answer

    async def every(self, path: str) -> list[Any]:
        """All items of a list, page by page."""
        items: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            joint = "&" if "?" in path else "?"
            page = await self.get(f"{path}{joint}limit=200" + (f"&cursor={cursor}" if cursor else ""))
            items += page["items"]
            cursor = page["next_cursor"]
        return items

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", "Accept-Language": "en"}

    async def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                response = await self._client.request(method, path, json=body, headers=headers)
                answer = Answer(response.status_code, response.json() if response.content else None)
                if answer.status not in _TRY_AGAIN and answer.code != "idempotency_in_progress":
                    return answer
                reason = f"{answer.status} {answer.code}"
            except httpx2.TransportError as error:
                reason = type(error).__name__
            if time.monotonic() > deadline:
                raise StepFailed(f"{method} {path} had no lasting answer in {PATIENCE_S:.0f} s: {reason}")
            await asyncio.sleep(_PAUSE_S)


def _fields(answer: Answer) -> list[str]:
    errors = answer.body.get("errors", []) if isinstance(answer.body, dict) else []
    return [f"{one['pointer']} {one['code']}" for one in errors]


async def until(
    what: str, ask: Callable[..., Awaitable[T | None]], *arguments: Any, patience_s: float = PATIENCE_S
) -> T:
    """Ask, with ``arguments``, until the answer is neither None nor False; fails after ``patience_s`` seconds."""
    deadline = time.monotonic() + patience_s
    while True:
        found = await ask(*arguments)
        if found is not None and found is not False:
            return found
        if time.monotonic() > deadline:
            raise StepFailed(f"not within {patience_s:.0f} s: {what}")
        await asyncio.sleep(_PAUSE_S)


def require(met: object, sentence: str) -> None:
    """Fail the step with ``sentence`` unless ``met``."""
    if not met:
        raise StepFailed(sentence)
