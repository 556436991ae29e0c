"""What both servers share: one owner per folder, ports and passwords that survive, start, stop and kill."""

import contextlib
import json
import os
import secrets
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Self

from chassis.embedded.account import require_folder
from chassis.embedded.process import (
    ChildProcess,
    EmbeddedServerError,
    FolderLock,
    end_leftovers,
    free_port,
    log_tail,
    wait_until,
)


class EmbeddedServer(ABC):
    """A server process that owns a folder; context manager, or start() and stop()."""

    title: ClassVar[str]
    programs: ClassVar[frozenset[str]]
    stop_signal: ClassVar[signal.Signals]
    force_signal: ClassVar[signal.Signals]

    def __init__(self, folder: Path, *, port: int = 0, log: Path | None = None) -> None:
        """With port 0 a free port is chosen, and kept for later starts while it is free."""
        self._given = Path(folder)
        self._wanted_port = port
        self._given_log = log
        self._lock: FolderLock | None = None
        self._process: ChildProcess | None = None
        self._state: dict[str, Any] = {"passwords": {}}
        self._state_lock = threading.Lock()  # databases may be made in parallel

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return int(self._state["port"])

    @property
    def pid(self) -> int:
        return self._running().pid

    @property
    def log(self) -> Path:
        """Where the server's own output goes."""
        return self._given_log or self._given / "server.log"

    def is_alive(self) -> bool:
        """Whether the server process runs."""
        return self._process is not None and self._process.is_alive()

    def start(self, timeout_s: float = 60.0) -> None:
        """Start and wait until it serves. Does nothing while it runs.

        Takes over after a killed owner: its processes are ended first, then the server recovers by itself.
        Raises EmbeddedServerError with a sentence for the user.
        """
        if self.is_alive():
            return
        folder = require_folder(self._given)
        if self._lock is None:
            lock = FolderLock(folder)
            lock.acquire()
            self._lock = lock
        try:
            end_leftovers(folder, self.programs)
            self._load_state(folder)
            self._start(folder, timeout_s)
        except BaseException:
            self.stop()
            raise

    def stop(self, timeout_s: float = 8.0) -> None:
        """Orderly shutdown, forced after `timeout_s`. Safe to call twice."""
        if self._process is not None:
            self._process.stop(self.stop_signal, timeout_s, self.force_signal)
            self._process = None
            if self._lock is not None and self._lock.is_in_place():  # else what works there is somebody else's
                end_leftovers(self._given, self.programs)  # servers of sessions of their own, when force was needed
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def kill(self) -> None:
        """SIGKILL the server, as a fault test does; start() brings it back."""
        process = self._running()
        process.stop(signal.SIGKILL)
        self._process = None

    @abstractmethod
    def _start(self, folder: Path, timeout_s: float) -> None:
        """Prepare the folder and start through _start_on_some_port."""

    def _start_on_some_port(
        self, launch: Callable[[], ChildProcess], is_ready: Callable[[], bool], timeout_s: float
    ) -> None:
        """Launch until the server is ready; one that ends by itself (a taken port, most often) gets another port."""
        for attempt in range(5):
            self._state["port"] = self._wanted_port or free_port(0 if attempt else int(self._state.get("port", 0)))
            self._save_state()
            self._process = launch()
            if not wait_until(lambda: not self.is_alive() or is_ready(), timeout_s):
                raise EmbeddedServerError(
                    f"{self.title} is not ready after {timeout_s:g} s; the end of {self.log}:\n{log_tail(self.log)}"
                )
            if self.is_alive():
                self._wanted_port = self.port  # a restart of this object keeps the address its clients know
                return
            if self._wanted_port:
                break
        raise EmbeddedServerError(f"{self.title} does not start; the end of {self.log}:\n{log_tail(self.log)}")

    def _running(self) -> ChildProcess:
        if self._process is None:
            raise EmbeddedServerError(f"{self.title} is not running")
        return self._process

    def _load_state(self, folder: Path) -> None:
        self._state_file = folder / "server.json"
        with contextlib.suppress(FileNotFoundError):
            self._state = json.loads(self._state_file.read_text())

    def _save_state(self) -> None:
        write_private(self._state_file, json.dumps(self._state))

    def _password(self, name: str) -> str:
        """The password of a role or user, made at first use and kept before it is used: a crash cannot lose it."""
        passwords: dict[str, str] = self._state["passwords"]
        with self._state_lock:
            if name not in passwords:
                passwords[name] = secrets.token_hex(24)
                self._save_state()
            return passwords[name]


def write_private(path: Path, content: str) -> None:
    """Replace the file in one step; only its owner may read it."""
    aside = path.with_name(path.name + ".new")
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    aside.replace(path)
