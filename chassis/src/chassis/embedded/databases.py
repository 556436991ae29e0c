"""The superuser's part in a service's database: roles, rights, extensions, clones. Everything else is a migration's."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg

from chassis.embedded.process import EmbeddedServerError

T = TypeVar("T")
UrlOf = Callable[[str], str]  # database name -> superuser's URL
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class ServiceDatabase:
    """Connection URLs of one service (`postgresql+asyncpg://…`): the runtime role owns nothing, the owner migrates."""

    name: str
    app: str
    owner: str


def identifier(name: str) -> str:
    """The name itself, when it needs no quoting in SQL; else EmbeddedServerError."""
    if not IDENTIFIER.fullmatch(name):
        raise EmbeddedServerError(f"{name!r} is no name for a database, role or extension here")
    return name


def create_service_database(url_of: UrlOf, name: str, passwords: Mapping[str, str], extensions: Sequence[str]) -> None:
    """`passwords` maps the owner's role and the app's role, in this order, to their passwords (hexadecimal)."""
    _blocking(_create_service_database(url_of, identifier(name), passwords, [identifier(one) for one in extensions]))


def clone_database(url_of: UrlOf, template: str, name: str) -> None:
    """Copy a service database together with the rights on it."""
    owner, app = f"{identifier(template)}_owner", f"{template}_app"
    _blocking(
        _execute(
            url_of("postgres"),
            f"CREATE DATABASE {identifier(name)} TEMPLATE {template} OWNER {owner} STRATEGY file_copy",
            *_connect_rights(name, owner, app),
        )
    )


def drop_database(url_of: UrlOf, name: str) -> None:
    """Drop it, ending connections to it; a missing one is fine."""
    _blocking(_execute(url_of("postgres"), f"DROP DATABASE IF EXISTS {identifier(name)} WITH (FORCE)"))


def _connect_rights(name: str, owner: str, app: str) -> tuple[str, str]:
    return f"REVOKE ALL ON DATABASE {name} FROM PUBLIC", f"GRANT CONNECT ON DATABASE {name} TO {owner}, {app}"


async def _create_service_database(
    url_of: UrlOf, name: str, passwords: Mapping[str, str], extensions: Sequence[str]
) -> None:
    owner, app = passwords
    engine = f"{name}_engine"  # what the service does on nobody's behalf; the runtime role takes it on for that
    connection = await asyncpg.connect(url_of("postgres"), ssl=False)
    try:
        known_roles = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
        for role, password in passwords.items():
            verb = "ALTER" if role in known_roles else "CREATE"
            await connection.execute(f"{verb} ROLE {role} LOGIN PASSWORD '{password}'")
        if engine not in known_roles:
            await connection.execute(f"CREATE ROLE {engine} NOLOGIN")
        await connection.execute(f"GRANT {engine} TO {app} WITH INHERIT FALSE, SET TRUE")
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f"CREATE DATABASE {name} OWNER {owner}")
    finally:
        await connection.close()
    await _execute(
        url_of(name),
        *_connect_rights(name, owner, app),
        f"ALTER SCHEMA public OWNER TO {owner}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {app}, {engine}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        *(f"CREATE EXTENSION IF NOT EXISTS {extension}" for extension in extensions),
    )


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url, ssl=False)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _blocking(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from anywhere, also from inside a running event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
