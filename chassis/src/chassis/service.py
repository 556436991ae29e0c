"""What a service is made of, and the resources its code is handed. Built once, passed down, closed in reverse."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import httpx2
from fastapi import APIRouter, Request
from pydantic_settings import BaseSettings
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import Clock
from chassis.consumer import Handler, ManyHandler
from chassis.db import Database
from chassis.directory import Directory
from chassis.http import Peers
from chassis.identity import Authenticator, Principal
from chassis.keyring import KeyRing
from chassis.sealed_columns import SealedColumn
from chassis.settings import PlatformSettings
from chassis.uow import Transactions


@dataclass(frozen=True)
class Resources:
    """Everything a service's code may use. ``own`` is the service's own typed addition."""

    settings: PlatformSettings
    clock: Clock
    database: Database
    transactions: Transactions
    authenticator: Authenticator
    keys: KeyRing
    peers: Peers
    directory: Directory
    client: httpx2.AsyncClient
    own: Any = None

    async def close(self) -> None:
        """Close connections, last opened first."""
        await self.peers.close()
        await self.client.aclose()
        await self.database.close()


JobHandler = Callable[[Resources, Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Timer:
    """Work repeated every ``every_s`` seconds of real time by the worker; it reads the business clock itself."""

    name: str
    every_s: float
    run: Callable[[Resources], Awaitable[None]]


@dataclass(frozen=True)
class SealedFiles:
    """Sealed files that a service keeps elsewhere than in its database."""

    kind: str
    count_other: Callable[["Resources"], Awaitable[int]]
    """How many lie under another key than the current one."""
    reseal: Callable[["Resources", Principal, Callable[[int], None]], Awaitable[int]]
    """Seal those anew; tells how many it has done, and answers it."""


@dataclass(frozen=True)
class Service:
    """One deployable: routes for ``api``, handlers, jobs and timers for ``worker``, tables for ``migrate``."""

    name: str
    short: str
    title: str
    routers: Sequence[APIRouter]
    metadata: MetaData
    migrations: str
    handlers: Callable[[Resources], Mapping[str, Handler]] = field(default=lambda _: {})
    together: Callable[[Resources], Mapping[str, ManyHandler]] = field(default=lambda _: {})
    """Handlers of types that arrive often: neighbours with the same one are applied in one transaction."""
    jobs: Mapping[str, JobHandler] = field(default_factory=dict)
    timers: Sequence[Timer] = ()
    settings: Sequence[type[BaseSettings]] = ()
    """Settings beyond the platform's, for the configuration reference."""
    opening: Callable[["Resources", Principal], Awaitable[Callable[[AsyncSession], Awaitable[None]]]] | None = None
    """What every transaction does first for its actor; see ``Transactions.open_with``."""
    build_own: Callable[[Resources], Any] = field(default=lambda _: None)
    sealed: Sequence[SealedColumn] = ()
    """Everything it seals, for the rotation of keys."""
    sealed_files: SealedFiles | None = None


def build_resources(service: Service, settings: PlatformSettings, *, clock: Clock | None = None) -> Resources:
    """Open nothing yet, but prepare every resource from the settings."""
    clock = clock or Clock(settings.timezone, settings.clock_file if settings.is_local else "")
    database = Database(
        settings.database_url.get_secret_value(),
        pool_size=settings.database_pool_size,
        max_overflow=settings.database_pool_overflow,
        application=service.name,
    )
    peers = Peers(settings)
    client = httpx2.AsyncClient(timeout=10)
    resources = Resources(
        settings=settings,
        clock=clock,
        database=database,
        transactions=Transactions(database, clock, service.name),
        authenticator=Authenticator(
            jwks_url=settings.jwks_url, issuer=settings.issuer, audience=settings.audience, client=client
        ),
        keys=KeyRing.from_file(settings.keys_file) if settings.keys_file else KeyRing.ephemeral(),
        peers=peers,
        directory=Directory(database, peers),
        client=client,
    )
    if service.opening is not None:
        resources.transactions.open_with(partial(service.opening, resources))
    return replace(resources, own=service.build_own(resources))


def resources_of(request: Request) -> Resources:
    """The resources of the app that serves a request."""
    resources: Resources = request.app.state.resources
    return resources
