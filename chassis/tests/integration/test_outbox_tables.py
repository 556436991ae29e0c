"""The platform's tables: declarations and migration agree, and what was audited stays."""

from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from chassis.db import Database
from chassis.embedded import EmbeddedPostgres, ServiceDatabase
from chassis.identity import SYSTEM
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis import seals, tables


@pytest.fixture
async def empty_database(postgres_server: EmbeddedPostgres) -> ServiceDatabase:
    return postgres_server.create_service_database("blank")


async def test_migration_makes_exactly_what_is_declared_and_takes_all_of_it_back(
    empty_database: ServiceDatabase,
) -> None:
    def differences(connection: Connection) -> list[Any]:
        return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))

    engine = create_async_engine(empty_database.owner, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: tables.upgrade_v1(Operations(MigrationContext.configure(sync))))
        await connection.run_sync(lambda sync: seals.add_seals(Operations(MigrationContext.configure(sync))))
        assert await connection.run_sync(differences) == []
        await connection.run_sync(lambda sync: seals.remove_seals(Operations(MigrationContext.configure(sync))))
        await connection.run_sync(lambda sync: tables.downgrade_v1(Operations(MigrationContext.configure(sync))))
        left = await connection.scalar(text("select count(*) from pg_tables where schemaname = 'public'"))
        assert left == 0
    await engine.dispose()


@pytest.mark.parametrize(
    "statement", ["update audit_entry set actor = 'someone'", "delete from audit_entry", "truncate audit_entry"]
)
async def test_runtime_role_can_add_to_the_audit_log_but_not_change_it(world: Any, statement: str) -> None:
    async with world.transactions(SYSTEM) as uow:
        await uow.audit("read", "thing", uuid4(), purpose="test", detail={"count": 1})
    assert await world.count("select count(*) from audit_entry") == 1
    with pytest.raises(ProgrammingError, match="permission denied"):
        await execute(world.database, statement)


async def test_runtime_role_owns_nothing(world: Any) -> None:
    with pytest.raises(ProgrammingError, match="must be owner"):
        await execute(world.database, "drop table outbox")


async def execute(database: Database, statement: str) -> None:
    async with database.sessions.begin() as session:
        await session.execute(text(statement))
