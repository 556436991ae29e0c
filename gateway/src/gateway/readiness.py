"""Whether every service behind the door is ready, asked of all at once."""

import asyncio
from collections.abc import Mapping

import httpx2

_ASK_S = 2.0


async def failing_services(client: httpx2.AsyncClient, bases: Mapping[str, str]) -> list[str]:
    """The names of the services whose ``/readyz`` is not 200 within two seconds, sorted."""
    verdicts = await asyncio.gather(*(_is_ready(client, base) for base in bases.values()))
    return sorted(name for name, ready in zip(bases, verdicts, strict=True) if not ready)


async def _is_ready(client: httpx2.AsyncClient, base: str) -> bool:
    if not base:
        return False
    try:
        answer = await client.get(f"{base.rstrip('/')}/readyz", timeout=_ASK_S)
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200
