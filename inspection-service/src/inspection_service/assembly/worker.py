"""Runs solver processes for the service. Imports neither numpy nor the solver, so that API processes stay small.

Every job ends: with an answer, a named failure, or after its time limit and a grace with the process killed.
"""

import asyncio
import base64
import contextlib
import json
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from chassis.errors import REGISTRY, FieldError, Text

from inspection_service.assembly import telemetry
from inspection_service.assembly.errors import SolveCancelled, SolverFailed
from inspection_service.assembly.problem import AssemblyProblem
from inspection_service.assembly.progress import Progress
from inspection_service.assembly.proposal import Proposal
from inspection_service.assembly.questions import ReplacementQuestion, Replacements, WhyNot, WhyNotQuestion
from inspection_service.assembly.solution import Solution
from inspection_service.assembly.wire import CANCEL, Job, read_progress, read_solution

logger = logging.getLogger(__name__)

Listener = Callable[[Progress], None]

_LINE_LIMIT = 256 * 2**20
"""Bytes of one message; a proposal of 100 teams takes about one megabyte."""


class SolverPool:
    """At most ``processes`` solver processes at a time; further jobs wait their turn.

    ``grace`` is how many seconds a process may go on after its time limit or a cancel before it is killed;
    ``niceness`` lets the API go first while a solve runs.
    """

    def __init__(self, processes: int = 1, grace: float = 20.0, niceness: int = 10) -> None:
        self._niceness = niceness
        self._slots = asyncio.Semaphore(processes)
        self._grace = grace
        self._running: set[asyncio.subprocess.Process] = set()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Processes at work now."""
        return tuple(p.pid for p in self._running)

    async def solve(
        self,
        instance: dict[str, Any] | Path,
        *,
        time_limit: float,
        salt: str = "",
        listener: Listener | None = None,
        cancel: asyncio.Event | None = None,
    ) -> Solution:
        """Solve an instance in exchange format, or the file that holds it.

        After a cancel the best teams so far come back as ``feasible``.

        Raises InvalidInstance, SolverFailed (also when the process is killed) or UnlawfulProposal.
        """
        job = (
            Job(time_limit=time_limit, salt=salt, instance=instance)
            if isinstance(instance, dict)
            else Job(time_limit=time_limit, salt=salt, instance_file=instance)
        )
        return read_solution(await self._run(job, "solution", listener, cancel))

    async def assemble(
        self,
        problem: AssemblyProblem,
        *,
        time_limit: float,
        listener: Listener | None = None,
        cancel: asyncio.Event | None = None,
    ) -> Proposal:
        """Propose teams for a problem; after a cancel the best teams so far come back as ``feasible``.

        Raises InvalidAssembly, SolverFailed (also when the process is killed) or UnlawfulProposal.
        """
        job = Job(time_limit=time_limit, problem=problem)
        return Proposal.model_validate(await self._run(job, "proposal", listener, cancel))

    async def explain_absence(self, packed: bytes, question: WhyNotQuestion, *, time_limit: float) -> WhyNot:
        """Why a cadre does not sit in a team of a packed problem. Raises InvalidAssembly or SolverFailed."""
        job = Job(time_limit=time_limit, packed_problem=base64.b64encode(packed), question=question)
        return WhyNot.model_validate(await self._run(job, "explanation", None, None))

    async def find_replacements(
        self, problem: AssemblyProblem, question: ReplacementQuestion, *, time_limit: float
    ) -> Replacements:
        """Who could take the seats of those who drop out. Raises InvalidAssembly or SolverFailed."""
        job = Job(time_limit=time_limit, problem=problem, question=question)
        return Replacements.model_validate(await self._run(job, "explanation", None, None))

    async def close(self) -> None:
        """Kill what still runs; their callers get SolverFailed."""
        for process in tuple(self._running):
            _kill(process)
            await process.wait()

    async def _run(self, job: Job, wanted: str, listener: Listener | None, cancel: asyncio.Event | None) -> Any:
        async with self._slot(cancel):
            with telemetry.measured(wanted) as found:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "inspection_service.assembly.process",
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    limit=_LINE_LIMIT,
                )
                self._running.add(process)
                try:
                    answer = await self._converse(process, job, wanted, listener, cancel)
                    found.update(answer)
                    return answer
                finally:
                    _kill(process)
                    await process.wait()
                    self._running.discard(process)

    @contextlib.asynccontextmanager
    async def _slot(self, cancel: asyncio.Event | None) -> AsyncIterator[None]:
        """A turn. Raises SolveCancelled when the job is cancelled while it waits."""
        turn = asyncio.create_task(self._slots.acquire())
        telemetry.IN_TURN.inc()
        stop = None if cancel is None else asyncio.create_task(cancel.wait())
        try:
            try:
                await asyncio.wait({turn} if stop is None else {turn, stop}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                telemetry.IN_TURN.dec()
            if stop is not None and stop.done():
                raise SolveCancelled
            yield
        finally:
            if stop is not None:
                stop.cancel()
            if turn.done() and not turn.cancelled():
                self._slots.release()
            else:
                turn.cancel()

    async def _converse(
        self,
        process: asyncio.subprocess.Process,
        job: Job,
        wanted: str,
        listener: Listener | None,
        cancel: asyncio.Event | None,
    ) -> Any:
        assert process.stdin is not None
        line = job.model_copy(update={"niceness": self._niceness}).model_dump_json().encode() + b"\n"
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # a dead process is noticed on its output
            process.stdin.write(line)
            await process.stdin.drain()
        canceller = None if cancel is None else asyncio.create_task(self._cancel_when(cancel, process))
        try:
            async with asyncio.timeout(job.time_limit + self._grace):
                return await _answer(process, wanted, listener)
        except TimeoutError as error:
            raise SolverFailed(
                Text("求解进程超时未应答，已终止", "the solver process did not answer in time and was ended"),
                members={"reason": "timeout"},
            ) from error
        finally:
            if canceller is not None:
                canceller.cancel()

    async def _cancel_when(self, cancel: asyncio.Event, process: asyncio.subprocess.Process) -> None:
        await cancel.wait()
        assert process.stdin is not None
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # it has just ended by itself
            process.stdin.write(CANCEL)
            await process.stdin.drain()
        await asyncio.sleep(self._grace)
        _kill(process)


async def _answer(process: asyncio.subprocess.Process, wanted: str, listener: Listener | None) -> Any:
    assert process.stdout is not None
    while raw := await process.stdout.readline():
        if not raw.endswith(b"\n"):
            break
        message = json.loads(raw)
        if message["kind"] == "progress":
            if listener is not None:
                listener(read_progress(message["body"]))
        elif message["kind"] == wanted:
            return message["body"]
        else:
            raise _named(message["body"])
    code = await process.wait()
    logger.error("solver process ended without an answer", extra={"returncode": code})
    raise _ended(code)


def _ended(code: int) -> SolverFailed:
    if code < 0:
        name = signal.Signals(-code).name
        text = Text(f"求解进程被信号 {name} 终止", f"the solver process was ended by {name}")
    else:
        text = Text(f"求解进程异常退出（{code}）", f"the solver process exited with code {code}")
    return SolverFailed(text, members={"reason": "process_ended"})


def _named(body: dict[str, Any]) -> Exception:
    errors = [FieldError(e["pointer"], e["code"], Text(*e["message"])) for e in body["errors"]]
    detail = None if body["detail"] is None else Text(*body["detail"])
    return REGISTRY.get(body["code"], SolverFailed)(detail, errors=errors)


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):  # already gone
        process.kill()
