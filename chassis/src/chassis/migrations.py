"""Alembic for every service: one history each, run by the owner role under a lock, one at a time."""

import asyncio
import importlib.resources
from collections.abc import Sequence

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

_LOCK = 4_801_226  # any fixed number; serialises migrations of one database


def alembic_config(package: str, url: str) -> Config:
    """Alembic's configuration for the migrations kept in ``package``."""
    config = Config()
    config.set_main_option("script_location", str(importlib.resources.files(package)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def migrate(package: str, url: str, revision: str = "head") -> None:
    """Bring a database to ``revision``; waits for a migration that is already running."""
    command.upgrade(alembic_config(package, url), revision)


def run_env(*metadata: MetaData) -> None:
    """The whole of a service's ``env.py``."""
    targets: Sequence[MetaData] = metadata
    shared: Connection | None = context.config.attributes.get("connection")
    if shared is not None:
        _run(shared, targets)
        return
    asyncio.run(_connect_and_run(context.config.attributes["url"], targets))


async def _connect_and_run(url: str, targets: Sequence[MetaData]) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run, targets)
        await connection.commit()
    await engine.dispose()


def _run(connection: Connection, targets: Sequence[MetaData]) -> None:
    context.configure(
        connection=connection, target_metadata=targets, compare_server_default=False, transaction_per_migration=False
    )
    with context.begin_transaction():
        connection.execute(text("set local lock_timeout = '10s'"))
        connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
        context.run_migrations()
