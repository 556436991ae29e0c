"""The gateway's app: the proxy path in raw ASGI, health and documents as ordinary routes beside it."""

import asyncio
import importlib.resources
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
from chassis.identity import Authenticator
from chassis.web import create_app
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from contracts import asyncapi
from gateway.errors import DocumentNotBuilt, NotReady
from gateway.limits import RateLimiter
from gateway.portal import routes as portal
from gateway.proxy import ISSUER, Proxy
from gateway.readiness import failing_services
from gateway.revocations import Revocations
from gateway.routing import DEV_PATHS, SERVICES
from gateway.settings import GatewaySettings
from gateway.upstream import Upstream

OPENAPI_PATH = "/v1/openapi.json"
ASYNCAPI_PATH = "/v1/asyncapi.json"
_OWN_PATHS = frozenset({OPENAPI_PATH, ASYNCAPI_PATH})
_DOCUMENT_HEADERS = {"Cache-Control": "public, max-age=60", "X-Content-Type-Options": "nosniff"}


class Gateway:
    """The ASGI app the server runs."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._app = create_app(
            title="Heli gateway",
            routers=[self._own_routes(), portal.router],
            pings={},
            body_limit=settings.body_limit,
            lifespan=self._lifespan,
        )
        self._proxy: Proxy | None = None
        self._client: httpx2.AsyncClient | None = None
        self._proxied_dev = DEV_PATHS if settings.is_local else frozenset[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send ``/v1`` and, locally, ``/dev`` to the services; answer the rest here."""
        if scope["type"] == "http" and self._proxy is not None and self._is_proxied(scope["path"]):
            await self._proxy(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def end_streams(self) -> None:
        """End all open event streams."""
        if self._proxy is not None:
            self._proxy.end_streams()

    def _is_proxied(self, path: str) -> bool:
        return (path.startswith("/v1/") and path not in _OWN_PATHS) or path in self._proxied_dev

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncIterator[None]:
        settings = self._settings
        async with AsyncExitStack() as stack:
            client = self._client = await stack.enter_async_context(httpx2.AsyncClient(timeout=10))
            bases = {name: base for name, base in {**self._bases(), ISSUER: self._issuer()}.items() if base}
            upstreams = {name: Upstream(name, base, settings) for name, base in bases.items()}
            for upstream in upstreams.values():
                stack.callback(upstream.close)
            authenticator = Authenticator(
                jwks_url=settings.jwks_url, issuer=settings.issuer, audience=settings.audience, client=client
            )
            limiter = RateLimiter(settings.rate_per_s, settings.rate_burst)
            proxy = Proxy(settings, upstreams=upstreams, authenticator=authenticator, limiter=limiter)
            if settings.pool_url:
                revocations = Revocations(client, settings.pool_url, authenticator, proxy.end_streams_of)
                await revocations.look()  # before the first request: a restart lets no revoked token in
                proxy.on_revocation(revocations.wake)
                asking = asyncio.create_task(revocations.run(settings.revocations_every_s), name="revocations")
                stack.callback(asking.cancel)
            self._proxy = proxy
            yield

    def _bases(self) -> dict[str, str]:
        return {name: str(getattr(self._settings, f"{name}_url")) for name in SERVICES}

    def _issuer(self) -> str:
        return self._settings.issuer_base if self._settings.is_local else ""

    def _own_routes(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)

        @router.get("/readyz")
        async def readyz(_request: Request) -> JSONResponse:
            assert self._client is not None
            failing = await failing_services(self._client, self._bases())
            if failing:
                raise NotReady(members={"failing": failing}, headers={"Retry-After": "1"})
            return JSONResponse({"status": "ready", "failing": []})

        @router.get(OPENAPI_PATH)
        async def openapi() -> Response:
            return _document(packaged_openapi())

        @router.get(ASYNCAPI_PATH)
        async def async_api() -> Response:
            return _document(json.dumps(asyncapi.document(), ensure_ascii=False).encode())

        return router


def packaged_openapi() -> bytes:
    """The merged OpenAPI document that ``gateway openapi --write`` built.

    Raises:
        DocumentNotBuilt: it was not built.
    """
    file = importlib.resources.files("gateway") / "documents" / "openapi.json"
    if not file.is_file():
        raise DocumentNotBuilt
    return file.read_bytes()


def _document(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers=_DOCUMENT_HEADERS)
