"""Alembic for every service: one history each, run by the owner role under a lock, one at a time."""

import asyncio
import importlib.resources
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.logging import get_logger

log = get_logger(__name__)

# The engine's role acts on nobody's behalf; it may do what the runtime role may, also with tables made later. What
# it may beyond that, migrations say.
_ENGINE_MAY_WHAT_APP_MAY = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '_app');
    engine text := regexp_replace(current_user, '_owner$', '_engine');
    one record;
begin
    if app = current_user or not exists (select from pg_roles where rolname = engine) then
        return;
    end if;
    for one in
        select relation.oid::regclass as name, string_agg(acl.privilege_type, ', ') as rights,
            relation.relkind = 'S' as is_sequence
        from pg_class as relation, aclexplode(relation.relacl) as acl
        where relation.relnamespace = 'public'::regnamespace and acl.grantee = app::regrole
        group by relation.oid, relation.relkind
    loop
        execute format(
            'grant %s on %s %s to %I', one.rights, case when one.is_sequence then 'sequence' else 'table' end, one.name,
            engine
        );
    end loop;
end
$$
"""

_LOCK = 4_801_226  # any fixed number; serialises migrations of one database


@dataclass(frozen=True)
class Targets:
    """What a service's database is compared with."""

    metadata: Sequence[MetaData]
    added_indexes: Collection[str] = ()


def alembic_config(package: str, url: str) -> Config:
    """Alembic's configuration for the migrations kept in ``package``."""
    config = Config()
    config.set_main_option("script_location", str(importlib.resources.files(package)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def migrate(package: str, url: str, revision: str = "head") -> None:
    """Bring a database to ``revision``; waits for a migration that is already running.

    A database that a newer release has migrated stays as it is.
    """
    command.upgrade(alembic_config(package, url), revision)


def run_env(*metadata: MetaData, added_indexes: Collection[str] = ()) -> None:
    """The whole of a service's ``env.py``.

    Args:
        metadata: What is compared with the database.
        added_indexes: Those that the service's migrations make on tables of the platform, whose metadata every service
            shares; they are not compared.
    """
    targets = Targets(metadata, added_indexes)
    shared: Connection | None = context.config.attributes.get("connection")
    if shared is not None:
        _run(shared, targets)
        return
    asyncio.run(_connect_and_run(context.config.attributes["url"], targets))


async def _connect_and_run(url: str, targets: Targets) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run, targets)
        await connection.commit()
    await engine.dispose()


def _unknown_revisions() -> list[str]:
    """Where the database is, if this release does not know it: after a rollback an older release's migrations run on a
    newer schema, on which it works as it is."""
    known = {one.revision for one in context.script.walk_revisions()}
    return sorted(set(context.get_context().get_current_heads()) - known)


def _run(connection: Connection, targets: Targets) -> None:
    context.configure(
        connection=connection,
        target_metadata=targets.metadata,
        compare_server_default=False,
        include_name=lambda name, kind, _parents: kind != "index" or name not in targets.added_indexes,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        connection.execute(text("set local lock_timeout = '10s'"))
        connection.execute(text(f"select pg_advisory_xact_lock({_LOCK})"))
        newer = _unknown_revisions()
        if newer:
            log.warning("database_is_newer", revisions=newer)
            return
        context.run_migrations()
        connection.execute(text(_ENGINE_MAY_WHAT_APP_MAY))
