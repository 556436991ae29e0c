"""The embedded PostgreSQL: rights, restarts, killed owners, folders it cannot use."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from chassis.embedded import EmbeddedPostgres, EmbeddedServerError, account, scratch_postgres
from chassis.embedded.postgres import binary_folder
from chassis.embedded.process import processes_at_work_in, scratch_folder, wait_until

HOLD_SERVER = """
import sys, time
from pathlib import Path
from chassis.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), fsync=False)
server.start()
database = server.create_service_database("clue")
print(server.pid, database.app, flush=True)
time.sleep(600)
"""


def plain(url: str) -> str:
    return url.replace("postgresql+asyncpg", "postgresql")


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as made:
        yield made


@pytest.fixture(scope="module")
def blank() -> Iterator[Path]:
    """A server's folder after a first start: copying it is faster than initdb."""
    with scratch_folder() as made:
        with EmbeddedPostgres(made / "pg", fsync=False):
            pass
        yield made / "pg"


@pytest.fixture
def ready(folder: Path, blank: Path) -> Path:
    """A folder that a server has been started on before."""
    return shutil.copytree(blank, folder / "pg", ignore=shutil.ignore_patterns("lock"))


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with scratch_postgres() as started:
        yield started


async def execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(plain(url))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def value(url: str, query: str) -> object:
    connection = await asyncpg.connect(plain(url))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_it_is_postgresql_18_with_the_builtin_locale(server: EmbeddedPostgres) -> None:
    database = server.create_service_database("locale")
    assert str(await value(database.app, "show server_version")).startswith("18.")
    query = "select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()"
    assert await value(database.app, query) == "b C.UTF-8"


async def test_app_role_uses_but_does_not_own_what_the_owner_makes(server: EmbeddedPostgres) -> None:
    database = server.create_service_database("rights", extensions=("btree_gist", "pg_trgm"))
    await execute(database.owner, "create table thing (id bigserial, name text)")
    await execute(database.app, "insert into thing (name) values ('x')", "update thing set name = 'y'")
    assert await value(database.app, "select name from thing") == "y"
    for forbidden in ("create table other ()", "drop table thing", "truncate thing", "create extension hstore"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(database.app, forbidden)
    assert await value(database.app, "select similarity('abc', 'abc')") == 1


async def test_one_service_cannot_connect_to_the_database_of_another(server: EmbeddedPostgres) -> None:
    first, second = server.create_service_database("first"), server.create_service_database("second")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await value(first.app.removesuffix("/first") + "/second", "select 1")
    assert await value(second.app, "select 1") == 1


async def test_clone_has_tables_rows_and_rights_of_its_template(server: EmbeddedPostgres) -> None:
    template = server.create_service_database("template")
    await execute(template.owner, "create table thing (n int)", "insert into thing values (7)")
    clone = server.clone_database("template", "template_1")
    assert await value(clone.app, "select n from thing") == 7
    await execute(clone.owner, "create table later (n int)")
    assert await value(clone.app, "select count(*) from later") == 0
    server.drop_database("template_1")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await value(clone.app, "select 1")


@pytest.mark.parametrize("name", ["", "x; drop database postgres", "Upper", 'quo"te'])
def test_names_that_need_quoting_are_refused(server: EmbeddedPostgres, name: str) -> None:
    with pytest.raises(EmbeddedServerError):
        server.create_service_database(name)


async def test_second_start_finds_data_port_and_passwords(ready: Path) -> None:
    with EmbeddedPostgres(ready, fsync=False) as first:
        before = first.create_service_database("clue")
        await execute(before.owner, "create table thing (n int)", "insert into thing values (1)")
    with EmbeddedPostgres(ready, fsync=False) as second:
        assert second.create_service_database("clue") == before
        assert await value(before.app, "select n from thing") == 1


async def test_killed_server_starts_again_with_what_was_committed(ready: Path) -> None:
    with EmbeddedPostgres(ready, fsync=False) as server:
        database = server.create_service_database("clue")
        await execute(database.owner, "create table thing (n int)", "insert into thing values (1)")
        server.kill()
        assert not server.is_alive()
        server.start()
        assert await value(database.app, "select n from thing") == 1


def test_server_ends_with_a_killed_owner_and_the_next_owner_takes_over(ready: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", HOLD_SERVER, str(ready)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    with owner.stdout:
        url = owner.stdout.readline().split()[1]
    owner.kill()
    owner.wait()
    assert wait_until(lambda: not processes_at_work_in(ready, frozenset({"postgres"})), 10)
    with EmbeddedPostgres(ready, fsync=False):
        assert asyncio.run(value(url, "select 1")) == 1


def test_second_owner_of_a_folder_is_refused_while_the_first_lives(ready: Path) -> None:
    with (
        EmbeddedPostgres(ready, fsync=False) as first,
        pytest.raises(EmbeddedServerError, match=f"in use by process {os.getpid()}"),
    ):
        EmbeddedPostgres(ready).start()
    assert not first.is_alive()


def test_pid_file_that_names_a_strangers_process_does_not_stop_a_start(ready: Path) -> None:
    server = EmbeddedPostgres(ready, fsync=False)
    server.start()
    server.kill()
    server.stop()
    stale = ready / "data" / "postmaster.pid"
    lines = stale.read_text().splitlines()
    stale.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    with EmbeddedPostgres(ready, fsync=False) as again:
        assert again.is_alive()


def test_folder_with_a_path_longer_than_a_unix_socket_allows_works(folder: Path) -> None:
    with EmbeddedPostgres(folder / ("long" * 30) / "pg", fsync=False) as server:
        assert server.is_alive()


def test_broken_first_start_leaves_nothing_that_stops_the_next(folder: Path) -> None:
    (folder / "pg" / "data.new").mkdir(parents=True)
    (folder / "pg" / "data.new" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(folder / "pg", fsync=False) as server:
        assert server.is_alive()


def test_busy_port_is_an_error_that_shows_the_servers_own_words(ready: Path, folder: Path) -> None:
    with EmbeddedPostgres(ready, fsync=False) as first:
        second = EmbeddedPostgres(folder / "two", port=first.port, fsync=False)
        with pytest.raises(EmbeddedServerError, match=r"(?s)does not start.*Address already in use"):
            second.start()


def test_error_details_with_values_of_rows_stay_out_of_the_log(server: EmbeddedPostgres) -> None:
    settings = (server.log.parent / "data" / "postmaster.opts").read_text()
    assert '"log_error_verbosity=terse"' in settings
    assert '"log_min_error_statement=panic"' in settings


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to run the server under")


@as_root
def test_under_root_a_folder_closed_to_others_is_served_without_opening_it(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    try:
        with EmbeddedPostgres(closed / "pg", fsync=False) as server:
            assert server.is_alive()
    except EmbeddedServerError as refused:
        pytest.skip(f"no user namespaces here: {refused}")
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_under_root_a_folder_that_cannot_be_entered_is_refused_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(account, "_works", lambda *_: False)  # as on a machine without user namespaces
    with pytest.raises(EmbeddedServerError, match=rf"cannot enter {closed} \(mode 0700\)"):
        EmbeddedPostgres(closed / "pg").start()
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
def test_under_root_the_server_does_not_run_as_root_where_the_folder_is_open(folder: Path) -> None:
    with EmbeddedPostgres(folder / "pg", fsync=False) as server:
        mapping = Path(f"/proc/{server.pid}/uid_map").read_text().split()
        # Where the checkout lies in a closed folder nobody can reach the binaries: a user namespace takes root's place.
        is_in_namespace = mapping != ["0", "0", "4294967295"]
        assert os.stat(f"/proc/{server.pid}").st_uid != 0 or is_in_namespace


def ordinary_user_python() -> str | None:
    """A Python of this version that the account nobody can run."""
    for candidate in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        command = [candidate, "-c", "import sys; print(sys.version_info[:2])"]
        with contextlib.suppress(OSError):
            done = subprocess.run(command, user="nobody", capture_output=True, text=True, cwd="/", check=False)
            if done.stdout.strip() == str(sys.version_info[:2]):
                return candidate
    return None


def nobody_can_run(program: Path) -> bool:
    with contextlib.suppress(OSError):
        return (
            subprocess.run([program, "--version"], user="nobody", capture_output=True, cwd="/", check=False).returncode
            == 0
        )
    return False


@as_root
def test_ordinary_user_can_do_all_that_root_can(folder: Path) -> None:
    python = ordinary_user_python()
    if python is None:
        pytest.skip("no Python here that an ordinary user can run")
    if not nobody_can_run(binary_folder() / "postgres"):
        pytest.skip("the checkout lies in a folder that an ordinary user cannot enter")
    home = folder / "home"
    home.mkdir()
    entry = pwd.getpwnam("nobody")
    os.chown(home, entry.pw_uid, entry.pw_gid)
    owner = subprocess.Popen(
        [python, "-c", HOLD_SERVER, str(home / "pg")],
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
        cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    with owner.stdout:
        pid = int(owner.stdout.readline().split()[0])
    assert os.stat(f"/proc/{pid}").st_uid == entry.pw_uid
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    assert wait_until(lambda: not processes_at_work_in(home, frozenset({"postgres"})), 10)
