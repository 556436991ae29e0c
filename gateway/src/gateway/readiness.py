"""Whether every service behind the door is ready, asked of all at once."""

import asyncio
from collections.abc import Mapping

import aiohttp

_ASK_S = 2.0


async def failing_services(session: aiohttp.ClientSession, bases: Mapping[str, str]) -> list[str]:
    """The names of the services whose ``/readyz`` is not 200 within two seconds, sorted."""
    verdicts = await asyncio.gather(*(_is_ready(session, base) for base in bases.values()))
    return sorted(name for name, ready in zip(bases, verdicts, strict=True) if not ready)


async def _is_ready(session: aiohttp.ClientSession, base: str) -> bool:
    if not base:
        return False
    try:
        async with asyncio.timeout(_ASK_S), session.get(f"{base.rstrip('/')}/readyz") as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
