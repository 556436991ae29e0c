"""One stack: PostgreSQL, NATS, issuer, four services and the gateway, started, watched and stopped together."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from chassis.embedded import ChildProcess, EmbeddedNats, EmbeddedPostgres, EmbeddedServerError
from chassis.embedded.process import log_tail, port_is_free

from heli_local import topology
from heli_local.control import Control
from heli_local.guard import Guard
from heli_local.home import Home, StackError, bound_log
from heli_local.members import Member, ProgramMember, ServerMember
from heli_local.migrated import Migrated, fingerprint
from heli_local.waiting import end_together, is_ready, until_ended

POLL_S = 0.2
READY_S = 90.0
MIGRATE_S = 1_800.0  # as the chart's Jobs; they fill large tables beside the programs, which go on serving
CITY_S = 900.0
# All must be over after 10 s: requests may finish for 5 s, and the servers get what is left of the time.
PROGRAMS_STOP_S = 5.5
STOP_S = 8.0
TRIES_AT_START = 4
LOG_CHECK_S = 20.0

Say = Callable[[str], None]


class Stack:
    """Async context manager; start() returns when every process is ready. Belongs to the main thread.

    Children are tied to the thread that started them, so the event loop must run in the main thread.
    """

    def __init__(self, home: Path, *, port: int = 8080, with_city: bool = True, say: Say = print) -> None:
        """`port` is the gateway's, 0 for any free one; `with_city` loads the demo city into a new data folder."""
        self.home = Home(home)
        self.postgres: EmbeddedPostgres | None = None
        self.nats: EmbeddedNats | None = None
        self._port = port
        self._with_city = with_city
        self._say = say
        self._members: list[Member] = []
        self._guard: Guard | None = None
        self._watch: asyncio.Task[None] | None = None
        self._addresses = topology.Addresses({})
        self._extra: list[ChildProcess] = []
        self._parts: _Parts | None = None
        self._control = Control(self.home, self.restart)
        self._replacing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self._addresses.url(topology.GATEWAY)

    def pids(self) -> dict[str, int]:
        """What runs now, by name: postgres, nats, issuer, the services' commands, gateway."""
        return {member.name: pid for member in self._members if (pid := member.pid) is not None}

    # -- start ---------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Bring everything up. Raises StackError or EmbeddedServerError with a sentence for the user."""
        home = self.home
        home.open()
        self._choose_addresses()
        secrets = self._make_secrets()
        self._guard = Guard()
        issuer = self._member(topology.ISSUER, topology.issuer_program(self._addresses, secrets))
        self._launch(issuer)
        self._say("starting PostgreSQL and NATS")
        nats = self.nats = EmbeddedNats(home.folder / "nats", users=topology.NATS_USERS, log=home.log("nats"))
        self._launch(ServerMember("nats", home.log("nats"), nats))
        postgres = self.postgres = EmbeddedPostgres(home.folder / "postgres", log=home.log("postgres"))
        self._launch(ServerMember("postgres", home.log("postgres"), postgres))
        self._watch = asyncio.create_task(self._keep_alive(), name="keep-alive")
        self._watch.add_done_callback(self._on_watch_done)
        self._say("preparing databases, starting services")
        gateway = self._member(topology.GATEWAY, topology.gateway_program(self._addresses, secrets, nats))
        self._launch(gateway)
        parts = self._parts = _Parts(secrets, postgres, nats, Migrated(home.folder / "postgres"))
        services = await asyncio.gather(*(self._start_service(service, parts) for service in topology.SERVICES))
        await self._wait_ready([issuer, *services, gateway])
        home.note_processes(self.url, self.pids())
        await self._control.open()
        await self._load_city()

    def _member(self, name: str, program: topology.Program) -> ProgramMember:
        assert self._guard is not None
        return ProgramMember(program, self.home, self._guard, self.home.listener(name, self._addresses.ports[name]))

    def _choose_addresses(self) -> None:
        if self._port and not port_is_free(self._port):
            raise StackError(
                f"port {self._port} on 127.0.0.1 is in use by another program; choose another with HELI_PORT"
            )
        names = [topology.ISSUER, *(service.short for service in topology.SERVICES)]
        ports = self.home.choose_ports(names if self._port else [*names, topology.GATEWAY])
        if self._port:
            ports[topology.GATEWAY] = self._port
        self._addresses = topology.Addresses(ports)

    def _make_secrets(self) -> topology.Secrets:
        home = self.home
        rings = (*(service.short for service in topology.SERVICES), topology.GATEWAY)
        return topology.Secrets(
            clients=home.issuer_clients(topology.CLIENT_IDS),
            key_rings={name: home.key_ring(name) for name in rings},
            issuer_file=home.issuer_file,
            clock_file=home.clock_file,
        )

    async def _start_service(self, service: topology.ServiceSpec, parts: "_Parts") -> ProgramMember:
        database = await asyncio.to_thread(
            parts.postgres.create_service_database, service.short, extensions=topology.EXTENSIONS
        )
        program = topology.service_program(service, self._addresses, parts.secrets, database, parts.nats)
        member = self._member(service.short, program)
        await self._migrate(service, member, parts.migrated)
        self._launch(member)
        return member

    async def _migrate(self, service: topology.ServiceSpec, member: ProgramMember, migrated: Migrated) -> None:
        wanted = fingerprint(service.package)
        if not migrated.is_current(service.short, wanted):
            await self._run_to_end(member.run("migrate"), f"{service.command} migrate", MIGRATE_S, member.log)
            migrated.note(service.short, wanted)

    def _launch(self, member: Member) -> None:
        bound_log(member.log)
        member.launch()
        self._members.append(member)

    async def _run_to_end(self, process: ChildProcess, title: str, timeout_s: float, log: Path) -> None:
        self._extra.append(process)
        await until_ended([process], timeout_s)
        if process.returncode != 0:
            reason = f"ended with {process.returncode}" if process.returncode else f"took longer than {timeout_s:g} s"
            raise StackError(f"{title} {reason}; the end of {log}:\n{log_tail(log)}")
        self._extra.remove(process)

    async def _wait_ready(self, members: Sequence[ProgramMember]) -> None:
        deadline = time.monotonic() + READY_S
        waiting = list(members)
        while waiting:
            answers = await asyncio.gather(*(asyncio.to_thread(is_ready, member.program.url) for member in waiting))
            answered = zip(waiting, answers, strict=True)
            waiting = [member for member, ready in answered if not (ready and member.is_alive())]
            for member in waiting:
                if member.failures >= TRIES_AT_START or time.monotonic() > deadline:
                    state = "keeps ending" if member.failures else "does not become ready"
                    raise StackError(f"{member.name} {state}; the end of {member.log}:\n{log_tail(member.log)}")
            if waiting:
                await asyncio.sleep(POLL_S / 2)

    async def _load_city(self) -> None:
        """In a process of its own, so that its memory is given back."""
        if self.home.city != "wanted":
            return
        if not self._with_city:
            self.home.note_city("unwanted")
            return
        self._say("loading the demo city")
        log = self.home.log("city")
        command = (sys.executable, "-m", "heli_local.main", "load", "--url", self.url, "--quiet")
        env = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        loading = ChildProcess(command, cwd=self.home.work_folder("city"), log=log, env=env)
        try:
            await self._run_to_end(loading, "loading the demo city", CITY_S, log)
        except StackError as error:
            # The platform works without it, and the next start tries again.
            self._say(f"warning: {error}")
        else:
            self.home.note_city("loaded")

    # -- watch ---------------------------------------------------------------------------------------------------

    async def _keep_alive(self) -> None:
        next_log_check = time.monotonic() + LOG_CHECK_S
        while True:
            await asyncio.sleep(POLL_S)
            if not self.home.is_in_place():
                raise StackError(f"the data folder {self.home.folder} was deleted, moved or replaced")
            now = time.monotonic()
            for member in self._members:
                if member.relaunch_is_due(now):
                    self._relaunch(member, now)
            if now > next_log_check:
                next_log_check = now + LOG_CHECK_S
                self._bound_logs()

    def _on_watch_done(self, watch: asyncio.Task[None]) -> None:
        if not watch.cancelled() and (error := watch.exception()) is not None:
            reason = str(error) if isinstance(error, StackError) else repr(error)
            self._say(f"the supervisor failed and stops: {reason}")
            signal.raise_signal(signal.SIGTERM)

    def _relaunch(self, member: Member, now: float) -> None:
        self._say(f"{member.name} has ended; starting it again")
        try:
            member.launch()
            self.home.note_processes(self.url, self.pids())
        except (EmbeddedServerError, OSError) as error:
            self._say(f"{member.name} did not start: {error}")
            member.postpone(now)

    def _bound_logs(self) -> None:
        try:
            for member in self._members:
                bound_log(member.log)
        except OSError as error:  # a full disk; the processes come first
            self._say(f"cannot shorten the logs: {error}")

    # -- restart -------------------------------------------------------------------------------------------------

    async def restart(self, names: Sequence[str], say: Say) -> None:
        """Replace programs one after the other while they serve; all of them where no names are given.

        A service's migrations run first where they are new. Raises StackError; what was replaced by then stays.
        """
        programs = {member.name: member for member in self._members if isinstance(member, ProgramMember)}
        if unknown := [name for name in names if name not in programs]:
            raise StackError(f"no program is called {', '.join(unknown)}; there are {', '.join(sorted(programs))}")
        services = {service.command: service for service in topology.SERVICES}
        async with self._replacing:
            for name in names or sorted(programs, key=lambda name: (name not in services, name)):
                member = programs[name]
                if name in services and self._parts is not None:
                    await self._migrate(services[name], member, self._parts.migrated)
                began = time.monotonic()
                drained_s = await member.replace(READY_S)
                self.home.note_processes(self.url, self.pids())
                ready_s = time.monotonic() - began - drained_s
                say(
                    f"{name}: the new process was ready after {ready_s:.1f} s, the old one gone {drained_s:.1f} s later"
                )

    # -- stop ----------------------------------------------------------------------------------------------------

    async def stop(self) -> None:
        """Stop everything within 10 s, by force where asking does not help. Safe to call twice."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        await self._control.close()
        programs = [member for member in self._members if isinstance(member, ProgramMember)]
        servers = [member for member in self._members if not isinstance(member, ProgramMember)]
        started = time.monotonic()
        for process in self._extra:
            process.stop(signal.SIGTERM, 0.2)
        await end_together(programs, PROGRAMS_STOP_S)
        await end_together(servers, STOP_S - (time.monotonic() - started))
        self._members.clear()
        self._extra.clear()
        if self._guard is not None:
            self._guard.close()
            self._guard = None
        self.home.close()

    def kill(self) -> None:
        """SIGKILL every process, for somebody who does not want to wait for stop()."""
        for member in self._members:
            member.send(signal.SIGKILL)


@dataclass(frozen=True)
class _Parts:
    """What starting a service takes."""

    secrets: topology.Secrets
    postgres: EmbeddedPostgres
    nats: EmbeddedNats
    migrated: Migrated
