"""deploy/examples/postgresql on a real server: the same roles and rights as on the one-machine stack, over TLS."""

import asyncio
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml
from chassis.db import Database
from chassis.embedded import EmbeddedPostgres, scratch_postgres
from chassis.embedded.postgres import binary_folder

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
EXTENSIONS = ("btree_gist", "pg_trgm")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ROLES_LIKE = "select oid from pg_roles where rolname like $1::text || '\\_%'"
CATALOGS = {
    "roles": "select rolname, rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles"
    f" where oid in ({ROLES_LIKE})",
    "memberships": "select roleid::regrole::text, member::regrole::text, inherit_option, set_option, admin_option"
    f" from pg_auth_members where member in ({ROLES_LIKE})",
    "database": "select pg_get_userbyid(datdba), (aclexplode(datacl)).grantee::regrole::text,"
    " (aclexplode(datacl)).privilege_type from pg_database where datname = $1",
    "schema": "select pg_get_userbyid(nspowner), (aclexplode(nspacl)).grantee::regrole::text,"
    " (aclexplode(nspacl)).privilege_type from pg_namespace where nspname = 'public' and $1::text is not null",
    "defaults": "select defaclrole::regrole::text, defaclobjtype, (aclexplode(defaclacl)).grantee::regrole::text,"
    " (aclexplode(defaclacl)).privilege_type from pg_default_acl where $1::text is not null",
    "extensions": "select extname from pg_extension where $1::text is not null",
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server of the module's own: roles belong to a whole server."""
    with scratch_postgres() as server:
        yield server


@asynccontextmanager
async def tls_before(server: EmbeddedPostgres, authority: Any) -> AsyncIterator[tuple[int, list[str]]]:
    """A port that speaks PostgreSQL's TLS and hands on to the server, whose own build has none; and what it spoke."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)
    spoken: list[str] = []

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
            target.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(8) == SSL_REQUEST
        writer.write(b"S")
        try:
            await writer.start_tls(context)
        except (ssl.SSLError, OSError):
            spoken.append("refused by the client")
            return
        spoken.append(writer.get_extra_info("ssl_object").version())
        behind = await asyncio.open_connection("127.0.0.1", server.port)
        await asyncio.gather(pump(reader, behind[1]), pump(behind[0], writer))

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1], spoken


def psql(server: EmbeddedPostgres, *commands: str, file: Path | None = None, **variables: str) -> str:
    """What psql prints, as superuser; statements joined in one command would share a transaction."""
    options = [part for name, value in variables.items() for part in ("--set", f"{name}={value}")]
    what = ["--file", str(file)] if file else [part for one in commands for part in _single(one)]
    url = server.url(driver="postgresql")
    done = subprocess.run(
        [binary_folder() / "psql", url, "--no-psqlrc", "--quiet", "--tuples-only", *options, *what],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PSQL_HISTORY": "/dev/null"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _single(commands: str) -> list[str]:
    return [part for one in commands.split(";") for part in ("--command", one.strip())]


def prepare(server: EmbeddedPostgres, name: str, **more: str) -> None:
    psql(server, file=EXAMPLES / "postgresql/prepare.sql", name=name, **more)


async def catalogs(server: EmbeddedPostgres, name: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that says who may do what, with the service's name taken out."""
    connection = await asyncpg.connect(server.url(database=name, driver="postgresql"), ssl=False)
    try:
        return {
            title: sorted(
                tuple(value.replace(name, "NAME") if isinstance(value, str) else value for value in row.values())
                for row in await connection.fetch(query, name)
            )
            for title, query in CATALOGS.items()
        }
    finally:
        await connection.close()


async def test_rights_are_those_of_the_one_machine_stack(server: EmbeddedPostgres) -> None:
    server.create_service_database("embedded", extensions=EXTENSIONS)
    prepare(server, "prepared", owner_password="one", app_password="two")
    expected, found = await catalogs(server, "embedded"), await catalogs(server, "prepared")
    assert found == expected
    assert ("NAME_engine", "NAME_app", False, True, False) in found["memberships"]
    assert len(found["defaults"]) >= 6


async def test_preparing_again_changes_nothing_but_the_passwords_that_are_given(server: EmbeddedPostgres) -> None:
    prepare(server, "twice", owner_password="one", app_password="two")
    before = await catalogs(server, "twice")
    prepare(server, "twice", app_password="three")
    assert await catalogs(server, "twice") == before
    for role, password in (("twice_owner", "one"), ("twice_app", "three")):
        url = f"postgresql://{role}:{password}@127.0.0.1:{server.port}/twice"
        await (await asyncpg.connect(url, ssl=False)).close()


async def test_roles_as_the_operator_of_cloudnative_pg_makes_them_end_with_the_same_rights(
    server: EmbeddedPostgres,
) -> None:
    """It grants memberships plainly, before prepare.sql runs."""
    cluster = next(
        one
        for one in yaml.safe_load_all((EXAMPLES / "cloudnative-pg/cluster.yaml").read_text())
        if one["kind"] == "Cluster"
    )
    roles = {role["name"]: role for role in cluster["spec"]["managed"]["roles"]}
    assert len(roles) == 12
    for short in ("clue", "pool", "inspection", "notification"):
        app = roles[f"{short}_app"]
        assert (app["inRoles"], app["inherit"], app["login"]) == ([f"{short}_engine"], False, True)
    psql(
        server,
        "create role managed_engine nologin; create role managed_owner login; create role managed_app login noinherit",
        "grant managed_engine to managed_app",
    )
    prepare(server, "managed")
    server.create_service_database("reference", extensions=EXTENSIONS)
    assert await catalogs(server, "managed") == await catalogs(server, "reference")


async def test_a_service_migrates_and_works_over_verified_tls(
    server: EmbeddedPostgres, authority: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(server, "clue", owner_password="own-er_1", app_password="app.2~")
    monkeypatch.setenv("PGSSLROOTCERT", str(authority.ca))
    async with tls_before(server, authority) as (port, spoken):
        address = f"127.0.0.1:{port}/clue?ssl=verify-full"
        await _migrate(f"postgresql+asyncpg://clue_owner:own-er_1@{address}")
        database = Database(f"postgresql+asyncpg://clue_app:app.2~@{address}")
        try:
            async with database.engine.connect() as connection:
                await connection.exec_driver_sql("set role clue_engine")
                assert (await connection.exec_driver_sql("select count(*) from outbox")).scalar_one() == 0
        finally:
            await database.close()
    assert set(spoken) == {"TLSv1.3"}


async def _migrate(owner_url: str) -> None:
    """`clue-service migrate`, as the migration Job runs it."""
    env = {**os.environ, "HELI_DATABASE_OWNER_URL": owner_url}
    command = [Path(sys.executable).with_name("clue-service"), "migrate"]
    done = await asyncio.to_thread(subprocess.run, command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("bundle", ["stranger", "none"])
async def test_a_server_that_cannot_be_verified_is_not_spoken_to(
    server: EmbeddedPostgres,
    authority: Any,
    stranger: Any,
    bundle: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    if bundle == "stranger":
        monkeypatch.setenv("PGSSLROOTCERT", str(stranger.ca))
    else:
        monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    async with tls_before(server, authority) as (port, spoken):
        database = Database(f"postgresql+asyncpg://postgres:x@127.0.0.1:{port}/postgres?ssl=verify-full")
        try:
            with pytest.raises(Exception, match=r"(?i)certificate"):
                await database.ping()
        finally:
            await database.close()
    assert not [one for one in spoken if one.startswith("TLS")]
