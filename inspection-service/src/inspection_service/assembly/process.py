"""The solver process: ``python -m inspection_service.assembly.process``. Started by ``worker``; speaks ``wire``.

It reads one job, then listens: a line asks it to stop with what it has; the end of its input means that the parent is
gone, and it ends at once.
"""

import gc
import os
import sys
import threading
import traceback
from dataclasses import asdict
from typing import Any, BinaryIO

from chassis.errors import HeliError

from inspection_service.assembly.problem import AssemblyProblem
from inspection_service.assembly.progress import Progress, Run
from inspection_service.assembly.questions import Question
from inspection_service.assembly.wire import Job, line, progress_body, unpack_problem

_PARENT_GONE = 3


def main() -> None:
    """Solve one job. Messages go to the original standard output; what a library prints there (a banner) is dropped."""
    # The process lives for one job, and its data have no cycles: searching millions of rows for some takes seconds.
    gc.disable()
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    job = Job.model_validate_json(sys.stdin.buffer.readline())
    os.nice(job.niceness)
    stop = threading.Event()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, stop), daemon=True).start()
    try:
        message = _work(job, stop, out)
    except HeliError as error:
        message = line("failed", _failure(error))
    except Exception as error:  # noqa: BLE001  # the parent must hear of every failure; the trace goes to its log
        traceback.print_exc()
        message = line("failed", {"code": "solver_failed", "detail": None, "errors": [], "fault": type(error).__name__})
    out.write(message)
    out.flush()
    # The listening thread may sit in a read for ever; nothing is left to flush.
    os._exit(0)


def _listen(source: BinaryIO, stop: threading.Event) -> None:
    while source.readline():
        stop.set()
    os._exit(_PARENT_GONE)


def _work(job: Job, stop: threading.Event, out: BinaryIO) -> bytes:
    def tell(progress: Progress) -> None:
        out.write(line("progress", progress_body(progress)))
        out.flush()

    run = Run(job.time_limit, tell, stop.is_set)
    problem = unpack_problem(job.packed_problem) if job.packed_problem is not None else job.problem
    if problem is not None and job.question is not None:
        return line("explanation", _explain(problem, job.question, run))
    if problem is not None:
        from inspection_service.assembly.assemble import assemble

        return line("proposal", assemble(problem, run).model_dump(mode="json"))
    return line("solution", _solve(job, run))


def _explain(problem: AssemblyProblem, question: Question, run: Run) -> dict[str, Any]:
    if question.kind == "why_not":
        from inspection_service.assembly.why_not import why_not

        return why_not(problem, question, run).model_dump(mode="json")
    from inspection_service.assembly.replacements import replacements

    return replacements(problem, question, run).model_dump(mode="json")


def _solve(job: Job, run: Run) -> dict[str, Any]:
    from inspection_service.assembly.checker import check
    from inspection_service.assembly.documents import load_document
    from inspection_service.assembly.errors import UnlawfulProposal
    from inspection_service.assembly.instance import parse_instance
    from inspection_service.assembly.solver import solve

    document = load_document(job.instance_file) if job.instance_file is not None else job.instance or {}
    solution = solve(parse_instance(document), run, salt=job.salt)
    if solution.objective is not None:
        verdict = check(document, solution.as_json()["assignments"])
        off = abs((verdict.objective or 0.0) - solution.objective)
        if not verdict.is_lawful or off > 1e-6 * max(1.0, abs(solution.objective)):
            raise UnlawfulProposal(members={"rules": sorted({v.rule for v in verdict.violations}) or ["objective"]})
    return asdict(solution)


def _failure(error: HeliError) -> dict[str, Any]:
    return {
        "code": error.code,
        "detail": error.detail,
        "errors": [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in error.errors],
    }


if __name__ == "__main__":
    main()
