"""Three brokers, a database, a producer, two relays and two consumers as processes; hands to break and count them."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import asyncpg
from chassis.embedded import ChildProcess, EmbeddedPostgres, ServiceDatabase, free_port
from chassis.embedded.process import processes_at_work_in
from chassis.testing import counting
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from heli_local.faults.cluster import ClusterServer
from heli_local.faults.proxy import FaultProxy
from heli_local.issuer.clock_file import ClockFile

BROKERS = 3
SETTLE_S = 120.0
_DATABASE = "faults"


class NeverSettled(Exception):
    """Committed events did not all have their effects in time."""


class World:
    """Async context manager. ``on_small_disks`` puts each server's data on a memory disk that can be filled."""

    def __init__(
        self, folder: Path, *, rate: float = 200.0, careless: bool = False, on_small_disks: bool = False
    ) -> None:
        self._folder = folder
        self._rate = rate
        self._producing = counting.CARELESS if careless else counting.PRODUCER
        self._small = on_small_disks
        self._stack = ExitStack()
        self.programs: dict[str, ChildProcess] = {}
        self._proxies: list[FaultProxy] = []
        self._resting: set[str] = set()
        self.clock_file = folder / "clock"
        self._answers = folder / "answers"

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
        self.postgres = EmbeddedPostgres(self._disk("postgres", 700))
        self._stack.callback(self.postgres.stop)
        self.postgres.start()
        urls = self.postgres.create_service_database(_DATABASE)
        engine = create_async_engine(urls.owner, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(counting.create_schema)
        await engine.dispose()
        self._urls = urls
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
        if self._small:
            subprocess.run(
                ["/bin/mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", str(folder)], check=True
            )
            self._stack.callback(subprocess.run, ["/bin/umount", "-l", str(folder)], check=False)
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
            "HELI_STREAM_MAX_BYTES": str(80 << 20),
            "HELI_CLOCK_FILE": str(self.clock_file),
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

    @contextlib.contextmanager
    def filled(self, *names: str) -> Iterator[None]:
        """The disks of these servers are full while the block runs."""
        with ExitStack() as emptied:
            for name in names:
                ballast = self._folder / name / "ballast"
                emptied.callback(ballast.unlink)
                _fill(ballast)
            yield

    def jump_clock(self, seconds: float) -> None:
        """Set the clock by which events are dated."""
        clock = ClockFile(self.clock_file)
        clock.advance(seconds - clock.offset_s())

    # -- counting --------------------------------------------------------------------------------------------------

    async def effects(self) -> int:
        """How many effects there are; waits out a database that is away."""
        return int((await self._ask("select count(*) from effect"))[0][0])

    async def progress(self, events: int, within: float = SETTLE_S) -> None:
        """Wait until so many more effects are there."""
        wanted = await self.effects() + events
        await self._until(lambda: self._has(wanted), within)

    async def _has(self, number: int) -> bool:
        return await self.effects() >= number

    async def settle(self, *, complete: bool = True) -> counting.Verdict:
        """Stop producing, wait until all has arrived, judge, and forget it all for the next block."""
        self._resting.add("producer")
        self.programs["producer"].stop(signal.SIGTERM)
        if complete:
            await self._until(self._is_settled, SETTLE_S)
        else:
            await self._until_still()
        counters = dict(await self._ask("select code, version from counter"))
        rows = await self._ask("select code, version from effect order by seq")
        effects = [(str(code), int(version)) for code, version in rows]
        verdict = counting.judge(counters, effects, self._answered())
        dead = (await self._ask("select count(*) from dead_letter"))[0][0]
        if dead:
            message = f"{dead} dead letters"
            raise NeverSettled(message)
        await self._ask("truncate counter, effect, outbox, inbox", owner=True)
        self._answers.unlink(missing_ok=True)
        self._resting.clear()
        self.start_program("producer")
        return verdict

    def _revive(self) -> None:
        """Start again what ended by itself, as a supervisor does."""
        for name, program in list(self.programs.items()):
            if not program.is_alive() and name not in self._resting:
                self.start_program(name)

    async def _is_settled(self) -> bool:
        ((unsent, committed, applied),) = await self._ask(
            "select (select count(*) from outbox where sent_at is null),"
            " (select coalesce(sum(version), 0)::bigint from counter), (select count(*) from effect)"
        )
        return bool(unsent == 0 and applied >= committed)

    async def _until_still(self) -> None:
        """For worlds that lose events: nothing new for three seconds."""
        before = -1
        while (now := await self.effects()) != before:
            before = now
            await asyncio.sleep(3)

    def _answered(self) -> dict[str, int]:
        found: dict[str, int] = {}
        if self._answers.exists():
            for line in self._answers.read_text().splitlines():
                code, _, version = line.partition(" ")
                found[code] = max(found.get(code, 0), int(version))
        return found

    async def _ask(self, query: str, *, owner: bool = False) -> list[tuple[Any, ...]]:
        url = (self._urls.owner if owner else self._urls.app).replace("+asyncpg", "")
        async with asyncio.timeout(SETTLE_S):
            while True:
                try:
                    connection = await asyncpg.connect(url, timeout=5)
                    try:
                        return [tuple(row) for row in await connection.fetch(query, timeout=20)]
                    finally:
                        connection.terminate()
                except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                    await asyncio.sleep(0.2)

    async def _until(self, check: Callable[[], Awaitable[bool]], within: float) -> None:
        try:
            async with asyncio.timeout(within):
                while not await check():
                    self._revive()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            message = f"not within {within:g} s"
            raise NeverSettled(message) from None


def _fill(ballast: Path) -> None:
    """Leave not a block free. Unbuffered: what no longer fits would be tried once more, and fail, when it is closed."""
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        left = shutil.disk_usage(ballast.parent).free
        while left > 0:
            left -= file.write(b"\0" * min(left, 1 << 20))
        while True:
            file.write(b"\0" * 4096)
