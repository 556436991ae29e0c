"""The issuer's app: a small stand-in for an OIDC provider, for one machine. Production uses a real one."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Generator
from pathlib import Path

import httpx2
import uvicorn
from chassis.logging import configure_logging
from chassis.serving import Server
from chassis.web import create_app
from fastapi import FastAPI

from heli_local.issuer.clock_file import ClockFile
from heli_local.issuer.parts import IssuerParts
from heli_local.issuer.principals import PrincipalRecorder
from heli_local.issuer.routes import router
from heli_local.issuer.settings import IssuerSecrets, IssuerSettings
from heli_local.issuer.signing import TokenSigner

CLIENT_ID = "issuer"
OWN_TOKEN_S = 600
POOL_TIMEOUT = httpx2.Timeout(3.0, connect=1.0)


class OwnToken(httpx2.Auth):
    """Signs the issuer's own calls as a service."""

    def __init__(self, sign: Callable[[], str]) -> None:
        self._sign = sign
        self._token = ""
        self._renew_at = 0.0

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Put the token on the request, a fresh one when the old is nearly over."""
        if time.monotonic() >= self._renew_at:
            self._token, self._renew_at = self._sign(), time.monotonic() + OWN_TOKEN_S / 2
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


def build_app(settings: IssuerSettings, *, client: httpx2.AsyncClient | None = None) -> FastAPI:
    """The app; `client` replaces the one that talks to personnel-pool-service."""
    secrets = IssuerSecrets.from_file(Path(settings.issuer_file))
    signer = TokenSigner(secrets.key, issuer=settings.issuer, audience=settings.audience)
    http = client or httpx2.AsyncClient(timeout=POOL_TIMEOUT)
    parts = IssuerParts(
        issuer=settings.issuer,
        signer=signer,
        clients=secrets.clients,
        clock=ClockFile(Path(settings.clock_file)),
        principals=PrincipalRecorder(http, settings.pool_url),
    )
    http.auth = OwnToken(lambda: parts.service_token(CLIENT_ID, OWN_TOKEN_S))

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        retries = asyncio.create_task(parts.principals.run(), name="principals")
        try:
            yield
        finally:
            retries.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await retries
            await http.aclose()

    app = create_app(
        title="Heli local token issuer",
        routers=[router],
        pings={},
        body_limit=64 * 1024,
        lifespan=lifespan,
    )
    app.state.parts = parts
    return app


def serve() -> None:
    """Run until SIGTERM."""
    settings = IssuerSettings()
    configure_logging("issuer", settings.log_level)
    Server(
        uvicorn.Config(
            build_app(settings),
            host=settings.bind_host,
            port=settings.bind_port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
    ).run()
