"""Three brokers, a database, a producer, two relays and two consumers as processes; hands to break and count them."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from chassis.embedded import ChildProcess, EmbeddedPostgres, ServiceDatabase, free_port
from chassis.embedded.process import processes_at_work_in
from chassis.testing import counting
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from heli_local.faults import skew
from heli_local.faults.cluster import ClusterServer
from heli_local.faults.disks import filled, mount_small
from heli_local.faults.proxy import FaultProxy
from heli_local.faults.tally import NeverSettled, Tally
from heli_local.issuer.clock_file import ClockFile

BROKERS = 3
SETTLE_S = 300.0
"""Patience, not a promise: a machine that is busy with other work needs it."""
POLL_S = 0.1
STREAM_BYTES, SMALL_STREAM_BYTES = 640 << 20, 80 << 20
"""A world keeps its stream from block to block: six hundred thousand events of a kilobyte, fewer on small disks, which
few blocks use. A full one refuses, as it should, and nothing settles any more."""
CLOCK_TOLERANCE_S = 30.0
_DATABASE = "faults"


@dataclass(frozen=True, order=True)
class Kind:
    """What a world must be able to do; faults that ask for the same share one."""

    careless: bool = False
    """It publishes after its commits."""
    skewed: bool = False
    """Its system clock can be turned, by libfaketime."""
    small_disks: bool = False
    """Each server's data lies on a memory disk that can be filled, which only root can mount."""


class World:
    """Async context manager; its ``tally`` counts."""

    def __init__(self, folder: Path, kind: Kind, *, rate: float = 200.0) -> None:
        self._folder = folder
        self._rate = rate
        self._producing = counting.CARELESS if kind.careless else counting.PRODUCER
        self.kind = kind
        self._stack = ExitStack()
        self.programs: dict[str, ChildProcess] = {}
        self._proxies: list[FaultProxy] = []
        self._resting: set[str] = set()
        self._skewing: dict[str, str] = {}
        self.clock_file = folder / "clock"
        self._offset_file = folder / "system-clock"
        self._answers = folder / "answers"
        self.tally: Tally

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for program in self.programs.values():
            program.send(signal.SIGCONT)
            program.stop(signal.SIGKILL)
        self.resume("postgres", *(f"nats-{number}" for number in range(BROKERS)))
        for proxy in self._proxies:
            await proxy.close()
        self._stack.close()

    async def _start(self) -> None:
        self.jump_clock(0.0)
        if self.kind.skewed:
            skew.turn(self._offset_file, 0.0)
            skew.forget_ended()
            self._skewing = skew.environment(self._offset_file)
        # Not in the environment of what starts it, which is another account: the library's shared memory has an owner.
        through = ["/usr/bin/env", *(f"{name}={value}" for name, value in self._skewing.items())]
        self.postgres = EmbeddedPostgres(self._disk("postgres", 700), through=through if self._skewing else ())
        self._stack.callback(self.postgres.stop)
        self.postgres.start()
        urls = self.postgres.create_service_database(_DATABASE)
        engine = create_async_engine(urls.owner, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(counting.create_schema)
        await engine.dispose()
        self._urls = urls
        self.tally = Tally(urls, self._answers)
        self._stack.callback(self.tally.close)
        self.database_proxy = await self._proxy(self.postgres.port)
        ports, routes = [free_port() for _ in range(BROKERS)], [free_port() for _ in range(BROKERS)]
        self.broker_proxies = [await self._proxy(port) for port in ports]
        self.brokers = [
            ClusterServer(
                self._disk(f"nats-{number}", 160),
                name=f"n{number}",
                port=ports[number],
                route=routes[number],
                routes=routes,
                advertised=self.broker_proxies[number].port,
            )
            for number in range(BROKERS)
        ]
        for broker in self.brokers:
            self._stack.callback(broker.stop)
            broker.start()
        for name in ("relay-1", "relay-2", "consumer-1", "consumer-2", "producer"):
            self.start_program(name)

    async def _proxy(self, port: int) -> FaultProxy:
        proxy = FaultProxy(port)
        await proxy.start()
        self._proxies.append(proxy)
        return proxy

    def _disk(self, name: str, megabytes: int) -> Path:
        folder = self._folder / name
        folder.mkdir(mode=0o711)
        if self.kind.small_disks:
            mount_small(folder, megabytes, self._stack)
        return folder

    # -- processes -------------------------------------------------------------------------------------------------

    def start_program(self, name: str) -> None:
        """Start a process of the world, in the place of the one of that name."""
        role = name.partition("-")[0]
        number = int(name.partition("-")[2] or "1") - 1
        role = self._producing if role == "producer" else role
        environment = {
            "PATH": os.environ["PATH"],
            "HELI_DATABASE_URL": self._through_proxy(self._urls),
            "HELI_NATS_URL": f"nats://127.0.0.1:{self.broker_proxies[number].port}",
            "HELI_STREAM_REPLICAS": str(BROKERS),
            "HELI_STREAM_MAX_BYTES": str(SMALL_STREAM_BYTES if self.kind.small_disks else STREAM_BYTES),
            "HELI_CLOCK_FILE": str(self.clock_file),
            **self._skewing,
        }
        command = [sys.executable, "-m", "chassis.testing.counting", role]
        if role == self._producing:
            command += [str(self._rate), str(self._answers)]
        self.programs[name] = ChildProcess(command, cwd=self._folder, log=self._folder / f"{name}.log", env=environment)

    def _through_proxy(self, urls: ServiceDatabase) -> str:
        return urls.app.replace(f":{self.postgres.port}/", f":{self.database_proxy.port}/")

    def kill_program(self, name: str) -> None:
        """SIGKILL it."""
        self.programs[name].stop(signal.SIGKILL)

    def kill_broker(self, number: int) -> None:
        """SIGKILL one of the three."""
        self.brokers[number].kill()

    def kill_database(self) -> None:
        """SIGKILL the server with all its backends."""
        self.postgres.kill()
        for pid in self._server_pids(self._folder / "postgres", "postgres"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def pause(self, *names: str) -> None:
        """SIGSTOP programs, or servers by the names of their folders."""
        self._signal(signal.SIGSTOP, names)

    def resume(self, *names: str) -> None:
        """SIGCONT them."""
        self._signal(signal.SIGCONT, names)

    def _signal(self, number: signal.Signals, names: tuple[str, ...]) -> None:
        for name in names:
            if name in self.programs:
                self.programs[name].send(number)
                continue
            for pid in self._server_pids(self._folder / name, "postgres" if name == "postgres" else "nats-server"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    @staticmethod
    def _server_pids(folder: Path, program: str) -> list[int]:
        return processes_at_work_in(folder, frozenset({program}))

    def filled(self, *names: str) -> AbstractContextManager[None]:
        """The disks of these servers are full while the block runs."""
        return filled(*(self._folder / name for name in names))

    def jump_clock(self, seconds: float) -> None:
        """Set the clock by which events are dated."""
        clock = ClockFile(self.clock_file)
        clock.advance(seconds - clock.offset_s())

    async def turn_system_clock(self, seconds: float) -> None:
        """Turn the clock of programs and database, true time plus so much; returns once the database has it."""
        skew.turn(self._offset_file, seconds)
        await self._until(lambda: self._is_ahead(seconds), SETTLE_S)

    async def _is_ahead(self, seconds: float) -> bool:
        return abs(await self.tally.ahead_s() - seconds) < CLOCK_TOLERANCE_S

    # -- waiting ---------------------------------------------------------------------------------------------------

    async def progress(self, events: int, within: float = SETTLE_S) -> None:
        """Wait until so many more effects are there."""
        wanted = await self.tally.effects() + events
        await self._until(lambda: _reached(self.tally.effects, wanted), within)

    async def meanwhile(self, events: int, within: float = SETTLE_S) -> None:
        """Wait until so many more events are committed: how long a fault lasts during which that goes on."""
        wanted = await self.tally.committed() + events
        await self._until(lambda: _reached(self.tally.committed, wanted), within)

    async def settle(self, *, complete: bool = True) -> counting.Verdict:
        """Stop producing, wait until all has arrived, judge, and forget it all for the next block."""
        self._resting.add("producer")
        self.programs["producer"].stop(signal.SIGTERM)
        if complete:
            try:
                await self._until(self.tally.is_settled, SETTLE_S)
            except NeverSettled as error:
                raise NeverSettled(f"{error}: {await self.tally.told()}; {self._last_words()}") from None
        else:
            await self._until_still()
        verdict = await self.tally.verdict()
        await self.tally.forget()
        self._resting.clear()
        self.start_program("producer")
        return verdict

    def _last_words(self) -> str:
        """The last line that each relay and consumer logged, shortened."""
        logs = sorted(log for role in ("relay", "consumer") for log in self._folder.glob(f"{role}-*.log"))
        said = [(log.stem, log.read_text(errors="replace").split("\n")) for log in logs]
        last = [(name, next((line for line in reversed(lines) if line.strip()), "")) for name, lines in said]
        return "; ".join(f"{name} last said {line[:120]!r}" for name, line in last if line) or "nobody said anything"

    def _revive(self) -> None:
        """Start again what ended by itself, as a supervisor does."""
        for name, program in list(self.programs.items()):
            if not program.is_alive() and name not in self._resting:
                self.start_program(name)

    async def _until_still(self) -> None:
        """For worlds that lose events: nothing new for three seconds."""
        before = -1
        while (now := await self.tally.effects()) != before:
            before = now
            await asyncio.sleep(3)

    async def _until(self, check: Callable[[], Awaitable[bool]], within: float) -> None:
        try:
            async with asyncio.timeout(within):
                while not await check():
                    self._revive()
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            message = f"not within {within:g} s"
            raise NeverSettled(message) from None


async def _reached(count: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await count() >= wanted
