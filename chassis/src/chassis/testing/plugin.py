"""Pytest fixtures on real parts: PostgreSQL, NATS, migrated schemas, signed tokens, a fixed clock, an HTTP client.

A service's ``conftest.py`` gives one session fixture, ``service``, and gets the rest:

    @pytest.fixture(scope="session")
    def service() -> Service:
        return SERVICE
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from chassis.clock import FixedClock
from chassis.embedded import EmbeddedNats, EmbeddedPostgres, ServiceDatabase, scratch_nats, scratch_postgres
from chassis.identity import Authenticator
from chassis.logging import configure_logging
from chassis.migrations import migrate
from chassis.runtime import build_app
from chassis.service import Resources, Service, build_resources
from chassis.settings import PlatformSettings
from chassis.testing.harness import Harness, TestIssuer

EXTENSIONS = ("btree_gist", "pg_trgm")


def log_as_in_production() -> None:
    """Let a test see what an operator would; more where it lowers the level of the root logger."""
    configure_logging("test", "debug")  # loggers remember the level of their first line
    logging.getLogger().setLevel(logging.WARNING)


def pytest_configure() -> None:
    """Log from the beginning."""
    log_as_in_production()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """A real PostgreSQL for this worker, without fsync."""
    with scratch_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def nats_server() -> Iterator[EmbeddedNats]:
    """A real NATS with JetStream for this module: a worker consumes all that its stream holds, whoever published it."""
    with scratch_nats() as server:
        yield server


@pytest.fixture(scope="session")
def issuer() -> TestIssuer:
    """Signs access tokens and publishes its keys, like the provider would."""
    return TestIssuer()


@pytest.fixture
def clock() -> FixedClock:
    """Business time: Monday 2026-11-23, 10:00 in Shanghai, until a test advances it."""
    return FixedClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def migrated_databases() -> dict[str, ServiceDatabase]:
    """The databases made so far, by service: one session may test several services."""
    return {}


@pytest.fixture
def service_database(
    service: Service, postgres_server: EmbeddedPostgres, migrated_databases: dict[str, ServiceDatabase]
) -> ServiceDatabase:
    """The service's database, migrated to head by its owner role; made once a session."""
    if service.short not in migrated_databases:
        database = postgres_server.create_service_database(service.short, extensions=EXTENSIONS)
        migrate(service.migrations, database.owner)
        migrated_databases[service.short] = database
    return migrated_databases[service.short]


@pytest.fixture
def service_settings(service_database: ServiceDatabase, issuer: TestIssuer) -> PlatformSettings:
    """Settings that point at the test's own servers; peers are absent."""
    return PlatformSettings.model_validate(
        {
            "environment": "local",
            "database_url": service_database.app,
            "database_owner_url": service_database.owner,
            "issuer": issuer.name,
            "jwks_url": f"{issuer.name}/jwks.json",
            "public_url": "http://gateway.test",
        }
    )


@pytest.fixture
async def resources(
    service: Service,
    service_settings: PlatformSettings,
    service_database: ServiceDatabase,
    issuer: TestIssuer,
    clock: FixedClock,
) -> AsyncIterator[Resources]:
    """The service's resources on an empty database."""
    built = build_resources(service, service_settings, clock=clock)
    keys = httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer))
    authenticator = Authenticator(
        jwks_url=service_settings.jwks_url, issuer=issuer.name, audience=service_settings.audience, client=keys
    )
    yield replace(built, authenticator=authenticator)
    await keys.aclose()
    await built.close()
    await truncate_all(service_database)


@pytest.fixture
def app(service: Service, resources: Resources) -> FastAPI:
    """The service's HTTP app, without its worker."""
    return build_app(service, resources, with_worker=False)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """An HTTP client of the app."""
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as http:
        yield http


@pytest.fixture
def headers(issuer: TestIssuer) -> Callable[..., dict[str, str]]:
    """``headers("sub", "unit", "role", …)`` → request headers with that person's token."""

    def make(sub: str, unit: str | None, *roles: str, clearance: str = "internal") -> dict[str, str]:
        token = issuer.token(sub, unit=unit, roles=roles, clearance=clearance)
        return {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    return make


@pytest.fixture
def harness(service: Service, resources: Resources) -> Harness:
    """What a test asks of the service behind its HTTP face: units, staged events, delivered events, jobs."""
    return Harness(service, resources)


async def truncate_all(database: ServiceDatabase) -> None:
    """Empty every table but Alembic's, as the owner: only those that were written to, for each one costs some files."""
    connection = await asyncpg.connect(database.owner.replace("+asyncpg", ""))
    try:
        written = await connection.fetch(
            "select quote_ident(relname) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            " and relname <> 'alembic_version' and pg_relation_size(oid) > 0"
        )
        if written:
            await connection.execute(f"truncate {', '.join(name for (name,) in written)} restart identity cascade")
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def repository_root() -> Path:
    """The folder of the checkout."""
    return Path(__file__).resolve().parents[4]
