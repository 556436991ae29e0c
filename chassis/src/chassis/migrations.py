"""Alembic for every service: one history each, run by the owner role under a lock, one at a time.

Each migration is a transaction of its own: what came before one that fails stays, and the next try goes on from there.
What one does outside of transactions, beside the running service, is in ``chassis.online``.
"""

import asyncio
import importlib.resources
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
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
_ASKED_EVERY_S = 0.5
LOCK_TIMEOUT = "10s"
"""How long a migration waits for a table that somebody holds, while others wait behind it."""


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
    asyncio.run(_connect_and_run(context.config.attributes["url"], Targets(metadata, added_indexes)))


async def _connect_and_run(url: str, targets: Targets) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await _take_lock(connection)
            await connection.run_sync(_run, targets)
    finally:
        await engine.dispose()


async def _take_lock(connection: AsyncConnection) -> None:
    """Wait until no other migrates this database. The lock goes with the connection.

    It is asked for again and again: `create index concurrently` waits for every statement that began before it, also
    for one that waits for the lock, and so both would wait for ever.
    """
    await connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
    # A server in the midst of a long statement notices only so that nobody is there any more.
    await connection.execute(text("set client_connection_check_interval = '2s'"))
    is_told = False
    while not await connection.scalar(text(f"select pg_try_advisory_lock({_LOCK})")):
        await connection.commit()
        if not is_told:
            log.info("migration_waits_for_another")
            is_told = True
        await asyncio.sleep(_ASKED_EVERY_S)
    await connection.commit()


def _unknown_revisions(present: Collection[str]) -> list[str]:
    """Where the database is, if this release does not know it: after a rollback an older release's migrations run on a
    newer schema, on which it works as it is."""
    known = {one.revision for one in context.script.walk_revisions()}
    return sorted(set(present) - known)


def _run(connection: Connection, targets: Targets) -> None:
    reached: list[str] = []

    def note(ctx: object, step: object, heads: Collection[str], run_args: object) -> None:  # noqa: ARG001 - Alembic's names
        # In the migration's transaction: should the next one fail, this one is whole.
        connection.execute(text(_ENGINE_MAY_WHAT_APP_MAY))
        reached[:] = heads

    context.configure(
        connection=connection,
        target_metadata=targets.metadata,
        compare_server_default=False,
        include_name=lambda name, kind, _parents: kind != "index" or name not in targets.added_indexes,
        transaction_per_migration=True,
        on_version_apply=note,
    )
    reached += context.get_context().get_current_heads()
    if newer := _unknown_revisions(reached):
        log.warning("database_is_newer", revisions=newer)
        return
    try:
        context.run_migrations()
    except Exception as error:
        log.error("migration_failed", stays_at=reached, exc_info=error)
        raise
    connection.execute(text(_ENGINE_MAY_WHAT_APP_MAY))
    connection.commit()
