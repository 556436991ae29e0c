"""What callers send and get about assembly runs."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field, FiniteFloat

from inspection_service.assembly.problem import Role
from inspection_service.rounds.schemas import UnitCode


class RunStatus(StrEnum):
    """``queued`` and ``running`` go on; the others are final.

    ``succeeded``: teams are proposed, perhaps with rules in ``unmet``. ``infeasible``: proven that no lawful teams
    exist. ``failed``: see ``problem``.
    """

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    INFEASIBLE = "infeasible"
    FAILED = "failed"


class PinIn(RequestModel):
    """This cadre must sit in this unit's team, in this role if one is named."""

    cadre_id: UUID
    unit_code: UnitCode
    role: Role | None = None


class BanIn(RequestModel):
    """This cadre must not sit in this unit's team, or in none when no unit is named."""

    cadre_id: UUID
    unit_code: UnitCode | None = None


class StartRunIn(RequestModel):
    """Wishes for one run; all are optional."""

    pins: list[PinIn] = Field(default_factory=list, max_length=500)
    bans: list[BanIn] = Field(default_factory=list, max_length=2000)
    weights: dict[Annotated[str, Field(max_length=64)], FiniteFloat] | None = Field(None, max_length=50)
    time_limit_s: float | None = Field(None, ge=1, le=600, description="seconds the solver may take; default 30")


class ReasonOut(ResponseModel):
    code: str
    text: str


class RunMemberOut(ResponseModel):
    """``waiver``: the seat needs an approved waiver of a recusal question."""

    cadre_id: UUID
    role: str
    reasons: list[ReasonOut]
    waiver: bool


class RunTeamOut(ResponseModel):
    unit_code: str
    members: list[RunMemberOut]


class UnmetOut(ResponseModel):
    """A rule, seat (``seat:<role>``) or pin (``pin``) that cannot hold."""

    rule: str
    unit_code: str
    text: str
    missing: int
    cadre_id: UUID | None


class RelaxationOut(ResponseModel):
    """A step that would help, mildest first, and who may approve it."""

    rank: int
    kind: str
    unit_code: str
    approver: str
    text: str
    rule: str | None
    cadre_id: UUID | None


class RunProblemOut(ResponseModel):
    """Why a run failed."""

    code: str
    title: str
    detail: str
    errors: list[dict[str, str]]


class RunOut(ResponseModel):
    """A run and, once finished, its proposal. ``gap`` is 0 for a proven optimum (``optimality`` is ``optimal``)."""

    id: UUID
    round_id: UUID
    number: int
    status: RunStatus
    optimality: str | None = None
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float | None = None
    teams: list[RunTeamOut] = Field(default_factory=list)
    unmet: list[UnmetOut] = Field(default_factory=list)
    relaxations: list[RelaxationOut] = Field(default_factory=list)
    sentence: str | None = None
    partial_teams: list[RunTeamOut] = Field(default_factory=list)
    progress: dict[str, Any]
    problem: RunProblemOut | None = None
    request: dict[str, Any]
    rule_version: str | None = None
    solver_version: str | None = None
    salt: str | None = None
    input_hash: str | None = None
    started_by: str
    created_at: datetime
    finished_at: datetime | None
    version: int
