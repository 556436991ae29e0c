"""HELI_HOME: everything one stack keeps. Lock, ports, secrets, the state of the demo city, logs."""

import base64
import contextlib
import json
import os
import secrets
import shutil
import socket
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chassis.embedded.account import require_folder
from chassis.embedded.process import EmbeddedServerError, FolderLock, end_leftovers, reserve_port
from chassis.embedded.server import write_private

from heli_local.topology import PROGRAM_NAMES

BACKLOG = 2048


class StackError(RuntimeError):
    """The stack cannot start or stop as asked; the message is meant for the person at the keyboard."""


class Home:
    """One data folder, held by one supervisor at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: FolderLock | None = None
        self._state: dict[str, Any] = {}
        self._reservations: dict[str, socket.socket] = {}

    def open(self) -> None:
        """Take the folder, making it where it is missing, and end what a killed supervisor left running in it."""
        self.folder = require_folder(self.folder)
        lock = FolderLock(self.folder)
        try:
            lock.acquire()
        except EmbeddedServerError as error:
            raise StackError(f"{error}: another stack runs on this HELI_HOME; stop it or choose another") from error
        self._lock = lock
        for name in ("secrets", "logs"):
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        (self.folder / "run").mkdir(exist_ok=True)
        end_leftovers(self.folder / "run", PROGRAM_NAMES)
        self._state = self.read_state() or {"city": "wanted"}
        if not self.clock_file.exists():
            self.clock_file.write_bytes(struct.pack("<d", 0.0))

    def close(self) -> None:
        """Let go of the folder and the ports. Safe to call twice."""
        for reservation in self._reservations.values():
            reservation.close()
        self._reservations.clear()
        if self._lock is not None:
            if self._lock.is_in_place():
                self._write_state(supervisor=None, processes={}, control=None)
            self._lock.release()
            self._lock = None

    def is_in_place(self) -> bool:
        """Whether the folder that was opened is still there: not deleted, moved or replaced."""
        return self._lock is not None and self._lock.is_in_place()

    def is_held(self) -> bool:
        """Whether a supervisor runs on the folder now."""
        return FolderLock(self.folder).is_held()

    def remove(self) -> None:
        """Delete the folder and all data in it; refused while a stack runs on it."""
        if not self.folder.exists():
            return
        if not (self.folder / "lock").exists() and any(self.folder.iterdir()):
            raise StackError(f"{self.folder} does not look like a HELI_HOME; nothing was deleted")
        lock = FolderLock(self.folder)
        try:
            lock.acquire()
        except EmbeddedServerError as error:
            raise StackError(f"{error}: stop that stack first") from error
        shutil.rmtree(self.folder)
        lock.release()

    # -- files ---------------------------------------------------------------------------------------------------

    @property
    def clock_file(self) -> Path:
        """How far the business clock is ahead."""
        return self.folder / "clock"

    @property
    def issuer_file(self) -> Path:
        """Signing key and client secrets of the issuer."""
        return self.folder / "secrets" / "issuer.json"

    def log(self, name: str) -> Path:
        """The log of a process."""
        return self.folder / "logs" / f"{name}.log"

    def work_folder(self, name: str) -> Path:
        """The working directory of a process; what is found running there belongs to the stack."""
        folder = self.folder / "run" / name
        folder.mkdir(exist_ok=True)
        return folder

    # -- ports and other remembered things -----------------------------------------------------------------------

    def read_state(self) -> dict[str, Any]:
        """What a running or earlier stack wrote down; empty where there was none."""
        with contextlib.suppress(FileNotFoundError):
            state: dict[str, Any] = json.loads((self.folder / "stack.json").read_text())
            return state
        return {}

    def choose_ports(self, names: Iterable[str]) -> dict[str, int]:
        """A free port for each name, the same as last time where that is free; ours until close()."""
        known: dict[str, int] = self._state.get("ports", {})
        chosen: dict[str, int] = {}
        for name in names:
            self._reservations[name] = reserve_port(known.get(name, 0))
            chosen[name] = self._reservations[name].getsockname()[1]
        self._write_state(ports=chosen)
        return chosen

    def listener(self, name: str, port: int) -> socket.socket:
        """The socket a process serves on, open as long as the stack runs, so that callers can wait for the process."""
        if name not in self._reservations:
            self._reservations[name] = socket.create_server(("127.0.0.1", port))
        self._reservations[name].listen(BACKLOG)
        return self._reservations[name]

    @property
    def city(self) -> str:
        """`wanted` until it is loaded, then `loaded`; `unwanted` when the first start was without it."""
        return str(self._state.get("city", "wanted"))

    def note_city(self, state: str) -> None:
        """Remember the state of the demo city."""
        self._write_state(city=state)

    def note_processes(self, gateway_url: str, processes: dict[str, int]) -> None:
        """Remember what runs, for `heli status`."""
        self._write_state(supervisor=os.getpid(), gateway_url=gateway_url, processes=processes)

    def note_control(self, control: dict[str, Any]) -> None:
        """Remember where the supervisor listens, for `heli restart`."""
        self._write_state(control=control)

    def _write_state(self, **changes: Any) -> None:
        self._state.update(changes)
        write_private(self.folder / "stack.json", json.dumps(self._state, indent=1))

    # -- secrets -------------------------------------------------------------------------------------------------

    def issuer_clients(self, client_ids: Iterable[str]) -> dict[str, str]:
        """Client secrets by client id; signing key and secrets are made once."""
        from heli_local.issuer.settings import new_signing_key

        document: dict[str, Any] = {}
        with contextlib.suppress(FileNotFoundError):
            document = json.loads(self.issuer_file.read_text())
        if "key" not in document:
            document["key"] = new_signing_key()
        clients: dict[str, str] = document.setdefault("clients", {})
        for client_id in client_ids:
            clients.setdefault(client_id, secrets.token_urlsafe(32))
        write_private(self.issuer_file, json.dumps(document))
        return clients

    def key_ring(self, name: str) -> Path:
        """The key ring of a service, made once: losing it loses what it sealed."""
        path = self.folder / "secrets" / f"{name}.keys.json"
        if not path.exists():
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            write_private(path, json.dumps({"current": "k1", "keys": {"k1": key}}))
        return path


def bound_log(path: Path, most_bytes: int = 10 << 20) -> None:
    """Move a full log to `<name>.log.1` and go on with an empty one.

    The writer keeps its descriptor, which is in append mode, so the file is copied and emptied in place.
    """
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > most_bytes:
            shutil.copyfile(path, path.with_name(path.name + ".1"))
            os.truncate(path, 0)
