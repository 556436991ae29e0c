"""HTTP clients between services: bounded waits, our own token, the trace and the acting user carried along."""

from collections.abc import Mapping
from typing import Any

import httpx2

from chassis.errors import Text, Unavailable
from chassis.identity import ServiceToken
from chassis.settings import PlatformSettings
from chassis.tracing import CLIENT, current_traceparent, step
from chassis.uow import Cause

TIMEOUT = httpx2.Timeout(10.0, connect=2.0, pool=2.0)


class PeerFailed(Unavailable):
    """Another service did not answer in time, or answered that it cannot."""

    code = "peer_unavailable"
    title = Text("关联服务暂时不可用", "Another service is unavailable for the moment")


class Peer:
    """One other service. Typed clients in ``<service>/clients`` are built on it."""

    def __init__(self, name: str, client: httpx2.AsyncClient) -> None:
        self.name = name
        self._client = client

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        cause: Cause | None = None,
        acting_for: str | None = None,
        idempotency_key: str | None = None,
        if_match: int | None = None,
        language: str | None = None,
        authorization: str | None = None,
    ) -> httpx2.Response:
        """Send one request; answers below 500 are returned as they are.

        With ``authorization`` it is asked with the caller's own token, and the answer is what the caller may see.

        Raises:
            PeerFailed: no connection, time-out, or an answer of 500 and above.
        """
        headers: dict[str, str] = {}
        if cause is not None:
            headers["X-Request-Id"] = cause.request_id
        if acting_for:
            headers["Heli-Acting-Sub"] = acting_for
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        if if_match is not None:
            headers["If-Match"] = f'"{if_match}"'
        if language is not None:
            headers["Accept-Language"] = language
        auth: Any = httpx2.USE_CLIENT_DEFAULT
        if authorization is not None:
            headers["Authorization"], auth = authorization, None
        parent = cause.traceparent if cause else current_traceparent()
        with step(
            f"{method} {self.name}", CLIENT, parent, {"http.request.method": method, "heli.peer": self.name}
        ) as asking:
            headers["traceparent"] = asking.traceparent
            try:
                response = await self._client.request(
                    method, path, json=json, params=params, headers=headers, auth=auth
                )
            except httpx2.HTTPError as error:
                raise PeerFailed(members={"peer": self.name}) from error
            asking.note("http.response.status_code", response.status_code)
            if response.status_code >= 500:
                raise PeerFailed(members={"peer": self.name})
            return response


class Peers:
    """The other services this one may call, by short name: clue, pool, inspection, notification."""

    def __init__(self, settings: PlatformSettings) -> None:
        auth = ServiceToken(
            token_url=settings.token_url,
            client_id=settings.client_id,
            secret=settings.client_secret.get_secret_value,
        )
        urls = {
            "clue": settings.clue_url,
            "pool": settings.pool_url,
            "inspection": settings.inspection_url,
            "notification": settings.notification_url,
        }
        self._clients = {
            name: httpx2.AsyncClient(base_url=url, auth=auth, timeout=TIMEOUT) for name, url in urls.items() if url
        }
        self._peers = {name: Peer(name, client) for name, client in self._clients.items()}

    def __contains__(self, name: object) -> bool:
        """Whether this service was told where the other one is."""
        return name in self._peers

    def __getitem__(self, name: str) -> Peer:
        try:
            return self._peers[name]
        except KeyError as error:
            raise PeerFailed(members={"peer": name}) from error

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose()
