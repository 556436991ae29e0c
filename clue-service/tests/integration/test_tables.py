"""The tables are what the models say; the runtime role cannot rewrite what was audited."""

import asyncio

import pytest
from alembic import command
from chassis.embedded import ServiceDatabase
from chassis.migrations import alembic_config
from chassis.service import Resources, Service
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError


async def test_the_migrations_make_what_the_models_declare(service: Service, service_database: ServiceDatabase) -> None:
    await asyncio.to_thread(command.check, alembic_config(service.migrations, service_database.owner))


async def test_the_runtime_role_cannot_change_the_audit_log(resources: Resources) -> None:
    for statement in ("update audit_entry set actor = 'nobody'", "delete from audit_entry", "truncate audit_entry"):
        async with resources.database.sessions() as session:
            with pytest.raises(DBAPIError, match="permission denied"):
                await session.execute(text(statement))
