"""The members of a running stack: what a supervisor can do with a server or a program."""

import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from chassis.embedded import ChildProcess
from chassis.embedded.server import EmbeddedServer

from heli_local.guard import Guard
from heli_local.home import Home
from heli_local.topology import Program

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
# A member that ran this long has recovered: its next failure is a new one.
STEADY_S = 30.0


class Member(ABC):
    """A process that should run. Restart times follow how often it has failed lately."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self.failures = 0
        self._launched_at = 0.0
        self._next_try = 0.0

    def launch(self) -> None:
        """Start it now."""
        self._launched_at = time.monotonic()
        self._next_try = 0.0
        self._launch()

    def relaunch_is_due(self, now: float) -> bool:
        """Whether it has ended and has waited long enough to be started again (`now` is monotonic seconds)."""
        if self.is_alive():
            return False
        if not self._next_try:
            steady = now - self._launched_at > STEADY_S
            self.failures = 1 if steady else self.failures + 1
            self._next_try = now + min(FIRST_PAUSE_S * 2 ** (self.failures - 1), LONGEST_PAUSE_S)
        return now >= self._next_try

    def postpone(self, now: float) -> None:
        """Count a launch that failed at once."""
        self.failures += 1
        self._next_try = now + min(FIRST_PAUSE_S * 2 ** (self.failures - 1), LONGEST_PAUSE_S)

    @abstractmethod
    def _launch(self) -> None: ...

    @property
    @abstractmethod
    def pid(self) -> int | None:
        """Its process, None before the first launch."""

    @abstractmethod
    def is_alive(self) -> bool:
        """Whether its process runs."""

    @abstractmethod
    def ask_to_stop(self) -> None:
        """Begin an orderly end and return at once."""

    @abstractmethod
    def stop(self, timeout_s: float) -> None:
        """Ask if need be, wait so long, then end it by force, with whatever it started."""

    @abstractmethod
    def send(self, number: signal.Signals) -> None:
        """Signal it, if it runs."""


class ServerMember(Member):
    """PostgreSQL or NATS."""

    def __init__(self, name: str, log: Path, server: EmbeddedServer) -> None:
        super().__init__(name, log)
        self._server = server

    def _launch(self) -> None:
        self._server.start()

    @property
    def pid(self) -> int | None:
        return self._server.pid if self._server.is_alive() else None

    def is_alive(self) -> bool:
        return self._server.is_alive()

    def ask_to_stop(self) -> None:
        self.send(self._server.stop_signal)

    def stop(self, timeout_s: float) -> None:
        self._server.stop(timeout_s)

    def send(self, number: signal.Signals) -> None:
        if (pid := self.pid) is not None:
            os.kill(pid, number)


class ProgramMember(Member):
    """The issuer, a service or the gateway."""

    def __init__(self, program: Program, home: Home, guard: Guard) -> None:
        super().__init__(program.name, home.log(program.name))
        self.program = program
        self._guard = guard
        self._work_folder = home.work_folder(program.name)
        self._process: ChildProcess | None = None

    def _launch(self) -> None:
        self.stop(0)  # worker processes of a predecessor that was killed
        self._process = self.run(*self.program.command[1:])
        self._guard.watch(self._process.pid)

    def run(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> ChildProcess:
        """Start the program with other arguments, beside the member itself."""
        return ChildProcess(
            (self.program.command[0], *arguments),
            cwd=self._work_folder,
            log=self.log,
            env=env or self.program.env,
        )

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.is_alive() else None

    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def ask_to_stop(self) -> None:
        self.send(signal.SIGTERM)

    def stop(self, timeout_s: float) -> None:
        if self._process is not None:
            self._process.stop(signal.SIGTERM, timeout_s)
            self._guard.forget(self._process.pid)
            self._process = None

    def send(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send(number)
