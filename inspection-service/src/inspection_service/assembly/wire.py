"""The lines a solver process and its parent exchange: one JSON object each way per line. No numpy, no solver."""

import gzip
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from chassis.errors import Text
from pydantic import Base64Bytes, BaseModel, ConfigDict

from inspection_service.assembly.problem import AssemblyProblem
from inspection_service.assembly.progress import Progress, Seat, Stage
from inspection_service.assembly.questions import Question
from inspection_service.assembly.solution import ConflictRow, Solution, Status


class Job(BaseModel):
    """What a solver process is asked: an instance (itself or its file), or a problem of cadres and targets.

    With a ``question`` the problem is not solved but explained.
    """

    model_config = ConfigDict(frozen=True)

    time_limit: float
    salt: str = ""
    niceness: int = 0
    instance: dict[str, Any] | None = None
    instance_file: Path | None = None
    problem: AssemblyProblem | None = None
    packed_problem: Base64Bytes | None = None
    """A problem as it is stored (``pack_problem``): whoever passes it on need not read it."""
    question: Question | None = None


def pack_problem(problem: AssemblyProblem) -> bytes:
    """The stored form of a problem; equal problems give equal bytes."""
    return gzip.compress(problem.model_dump_json().encode(), compresslevel=6, mtime=0)


def unpack_problem(document: bytes) -> AssemblyProblem:
    """The problem behind its stored form."""
    return AssemblyProblem.model_validate_json(gzip.decompress(document))


CANCEL = b"cancel\n"
"""Sent by the parent after the job: stop and answer with what there is."""

Kind = Literal["progress", "solution", "proposal", "explanation", "failed"]


def line(kind: Kind, body: Any) -> bytes:
    """One message."""
    return json.dumps({"kind": kind, "body": body}, ensure_ascii=False).encode() + b"\n"


def progress_body(progress: Progress) -> dict[str, Any]:
    """A progress message as JSON."""
    return asdict(progress)


def read_progress(body: dict[str, Any]) -> Progress:
    """The progress message behind its JSON."""
    seats = body["seats"]
    return Progress(
        Stage(body["stage"]),
        body["seconds"],
        body["objective"],
        body["bound"],
        None if seats is None else tuple(Seat(**seat) for seat in seats),
    )


def read_solution(body: dict[str, Any]) -> Solution:
    """The solution behind its JSON (``dataclasses.asdict``)."""
    sentence = body["sentence"]
    return Solution(
        **{
            **body,
            "status": Status(body["status"]),
            "seats": tuple(Seat(**seat) for seat in body["seats"]),
            "conflict": tuple(ConflictRow(**row) for row in body["conflict"]),
            "sentence": None if sentence is None else Text(*sentence),
        }
    )
