from typing import Any

import chassis.tables
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from chassis.embedded import ServiceDatabase
from inspection_service.main import SERVICE
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool


def differences(connection: Connection) -> list[Any]:
    both: list[MetaData] = [chassis.tables.metadata, SERVICE.metadata]
    context = MigrationContext.configure(connection, opts={"target_metadata": both, "compare_type": True})
    found: list[Any] = compare_metadata(context, both)  # type: ignore[arg-type]  # several are accepted
    return found


async def test_the_migrations_make_the_tables_the_models_declare(service_database: ServiceDatabase) -> None:
    engine = create_async_engine(service_database.owner, poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []
