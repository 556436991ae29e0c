"""The migrated schema is the one the models describe."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from chassis.embedded import ServiceDatabase
from notification_service.main import SERVICE
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis import tables


async def test_migrations_and_models_agree(service_database: ServiceDatabase) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, [tables.metadata, SERVICE.metadata]))  # type: ignore[arg-type]  # alembic takes a list

    engine = create_async_engine(service_database.owner, poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []
