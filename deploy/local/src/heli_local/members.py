"""The members of a running stack: what a supervisor can do with a server or a program."""

import asyncio
import os
import signal
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from chassis.embedded import ChildProcess
from chassis.embedded.process import log_tail
from chassis.embedded.server import EmbeddedServer
from chassis.serving import HTTP, READY

from heli_local.guard import Guard
from heli_local.home import Home, StackError
from heli_local.topology import Program

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
# A process ends within 29 s when it is told to: a second to let go of callers, 20 for requests, 8 for the worker.
DRAIN_S = 35.0
POLL_S = 0.05
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
    """The issuer, a service or the gateway, on a socket that outlives its process."""

    def __init__(self, program: Program, home: Home, guard: Guard, listener: socket.socket) -> None:
        super().__init__(program.name, home.log(program.name))
        self.program = program
        self._guard = guard
        self._work_folder = home.work_folder(program.name)
        self._listener = listener
        self._process: ChildProcess | None = None
        self._beside: list[ChildProcess] = []
        """A successor that is not ready yet, a predecessor that drains."""

    def _launch(self) -> None:
        self._end(self._process, 0)  # worker processes of a predecessor that was killed
        self._process = self._serve({HTTP: self._listener.fileno()})

    def _serve(self, handed: Mapping[str, int]) -> ChildProcess:
        process = self.run(*self.program.command[1:], handed=handed)
        self._guard.watch(process.pid)
        return process

    def run(self, *arguments: str | Path, handed: Mapping[str, int] | None = None) -> ChildProcess:
        """Start the program with other arguments, beside the member itself."""
        return ChildProcess(
            (self.program.command[0], *arguments),
            cwd=self._work_folder,
            log=self.log,
            env=self.program.env,
            handed=handed,
        )

    async def replace(self, ready_s: float) -> float:
        """Start a successor on the same socket; once it is ready, let the process drain and end.

        Returns how many seconds the predecessor took to end. Raises StackError where the successor does not become
        ready within `ready_s`; then all is as it was.
        """
        reading, writing = os.pipe()
        try:
            try:
                successor = self._serve({HTTP: self._listener.fileno(), READY: writing})
            finally:
                os.close(writing)
            self._beside.append(successor)
            if not await _is_told(reading, ready_s):
                self._end(successor, 0)
                raise StackError(
                    f"the new {self.name} does not become ready; the end of {self.log}:\n{log_tail(self.log)}"
                )
        finally:
            os.close(reading)
        self._beside.remove(successor)
        predecessor, self._process = self._process, successor
        self.failures, self._launched_at = 0, time.monotonic()
        return await self._drain(predecessor)

    async def _drain(self, process: ChildProcess | None) -> float:
        if process is None:
            return 0.0
        self._beside.append(process)
        began = time.monotonic()
        process.send(signal.SIGTERM)
        while process.is_alive() and time.monotonic() < began + DRAIN_S:  # noqa: ASYNC110 - the end of a process sets no event
            await asyncio.sleep(POLL_S)
        took = time.monotonic() - began
        self._end(process, 0)
        return took

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.is_alive() else None

    def is_alive(self) -> bool:
        return self._process is not None and self._process.is_alive()

    def ask_to_stop(self) -> None:
        self.send(signal.SIGTERM)

    def stop(self, timeout_s: float) -> None:
        for process in list(self._beside):
            self._end(process, 0)
        self._end(self._process, timeout_s)
        self._process = None

    def _end(self, process: ChildProcess | None, timeout_s: float) -> None:
        if process is None:
            return
        process.stop(signal.SIGTERM, timeout_s)
        self._guard.forget(process.pid)
        if process in self._beside:
            self._beside.remove(process)

    def send(self, number: signal.Signals) -> None:
        for process in (self._process, *self._beside):
            if process is not None:
                process.send(number)


async def _is_told(reading: int, within_s: float) -> bool:
    """Whether something is said on the pipe in time; its end without a word is the end of who could have."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Future[bool] = loop.create_future()

    def hear() -> None:
        loop.remove_reader(reading)
        if not heard.done():
            heard.set_result(bool(os.read(reading, 64)))

    loop.add_reader(reading, hear)
    try:
        async with asyncio.timeout(within_s):
            return await heard
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(reading)
