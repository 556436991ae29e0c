"""One POST to a receiver: to the checked address only, in bounded time, whatever it answers."""

import asyncio
import ssl
import time
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx2

from notification_service.webhooks.domain import Outcome
from notification_service.webhooks.errors import WebhookUrlRefused, WebhookUrlUnknown
from notification_service.webhooks.targets import Network, Target, resolve

_ANSWER_BYTES = 16 * 1024
_USER_AGENT = "Heli-Webhooks/1"


class Poster:
    """Posts to webhooks. Follows no redirect, uses no proxy, keeps no connection between webhooks."""

    def __init__(self, networks: Sequence[Network], timeout_s: float) -> None:
        self._networks = networks
        self._timeout_s = timeout_s
        self._tls = ssl.create_default_context()

    def client(self) -> httpx2.AsyncClient:
        """A client for the messages of one webhook."""
        return httpx2.AsyncClient(verify=self._tls, trust_env=False, follow_redirects=False, timeout=self._timeout_s)

    async def check(self, url: str) -> None:
        """Raise what ``resolve`` raises; a name server that does not answer knows no address."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await resolve(url, self._networks)
        except TimeoutError as error:
            raise WebhookUrlUnknown from error

    async def post(self, client: httpx2.AsyncClient, url: str, body: str, headers: dict[str, str]) -> Outcome:
        """Send one message; how it ended."""
        try:
            async with asyncio.timeout(self._timeout_s):
                target = await resolve(url, self._networks)
                return await _send(client, target, body, headers)
        except WebhookUrlRefused:
            return Outcome("address_refused")
        except TimeoutError:
            return Outcome("timed_out")
        except httpx2.TimeoutException:
            return Outcome("timed_out")
        except (httpx2.HTTPError, WebhookUrlUnknown, OSError):
            return Outcome("unreachable")


async def _send(client: httpx2.AsyncClient, target: Target, body: str, headers: dict[str, str]) -> Outcome:
    request = client.build_request(
        "POST",
        target.pinned_url,
        content=body.encode(),
        headers={
            **headers,
            "host": target.host_header,
            "content-type": "application/cloudevents+json; charset=utf-8",
            "user-agent": _USER_AGENT,
        },
        extensions={"sni_hostname": target.host},
    )
    answer = await client.send(request, stream=True)
    try:
        received = 0
        async for chunk in answer.aiter_raw():
            received += len(chunk)
            if received > _ANSWER_BYTES:
                break
    finally:
        await answer.aclose()
    if answer.is_success:
        return Outcome("delivered", answer.status_code)
    return Outcome("answered", answer.status_code, _retry_after(answer.headers.get("retry-after")))


def _retry_after(value: str | None) -> timedelta | None:
    """Seconds or a date, as HTTP allows; None for anything else."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), 86_400))
    try:
        return max(timedelta(seconds=parsedate_to_datetime(value).timestamp() - time.time()), timedelta())
    except (ValueError, TypeError):
        return None
