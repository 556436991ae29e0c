"""What callers send and get about assembly runs."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field, FiniteFloat

from inspection_service.assembly.problem import Role
from inspection_service.rounds.schemas import UnitCode


class RunStatus(StrEnum):
    """``queued`` and ``running`` go on; the others are final.

    ``succeeded``: teams are proposed, perhaps with rules in ``unmet``. ``infeasible``: proven that no lawful teams
    exist. ``failed``: see ``problem``. ``cancelled``: somebody stopped it.
    """

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    INFEASIBLE = "infeasible"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({RunStatus.SUCCEEDED, RunStatus.INFEASIBLE, RunStatus.FAILED, RunStatus.CANCELLED})


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


class VaryRunIn(RequestModel):
    """What would be if: wishes over those of the base run, on the same data. What is left out stays as it was.

    ``frozen_teams`` keep every member the base run gave them; with ``least_change`` every other member keeps the seat
    unless a rule or wish stands against it.
    """

    pins: list[PinIn] | None = Field(None, max_length=500)
    bans: list[BanIn] | None = Field(None, max_length=2000)
    weights: dict[Annotated[str, Field(max_length=64)], FiniteFloat] | None = Field(None, max_length=50)
    frozen_teams: list[UnitCode] = Field(default_factory=list, max_length=200)
    least_change: bool = False
    time_limit_s: float | None = Field(None, ge=1, le=600, description="seconds the solver may take; default 30")


class CancelRunIn(RequestModel):
    """``keep_best``: take the best teams found so far as the answer, instead of none."""

    keep_best: bool = False


class WhyNotIn(RequestModel):
    """Whom, in which unit's team, in which role."""

    cadre_id: UUID
    unit_code: UnitCode
    role: Role | None = None


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


class BarOut(ResponseModel):
    """A ground against a seat. ``approver`` None: nobody may waive it."""

    code: str
    text: str
    role: str
    approver: str | None


class SwapOut(ResponseModel):
    """The cadre put directly in a member's place: what it breaks or, if nothing, what it costs."""

    replaces: UUID
    role: str
    points_lost: float | None
    breaks: list[str]


class SeatChangeOut(ResponseModel):
    """``before`` and ``after`` are roles; None where the cadre does not sit in the team."""

    cadre_id: UUID
    before: str | None
    after: str | None


class TeamDiffOut(ResponseModel):
    unit_code: str
    changes: list[SeatChangeOut]


class RuleRefOut(ResponseModel):
    rule: str
    unit_code: str


class DiffOut(ResponseModel):
    """What distinguishes ``run_id`` from ``against``. ``points_lost`` is negative where the run is the better one."""

    run_id: UUID
    against: UUID
    seats_changed: int
    points_lost: float | None
    teams: list[TeamDiffOut]
    unmet_added: list[RuleRefOut]
    unmet_gone: list[RuleRefOut]


class WhyNotOut(ResponseModel):
    """Why a cadre does not sit in a team. ``points_lost`` is the price of insisting, ``is_exact`` if it is proven.

    ``verdict``: ``seated``, ``barred`` (see ``bars``), ``possible`` (for that price, with ``breaks``), ``impossible``
    or ``undecided`` in the time allowed.
    """

    run_id: UUID
    cadre_id: UUID
    unit_code: str
    role: str | None
    verdict: str
    sentence: str
    bars: list[BarOut]
    points_lost: float | None
    is_exact: bool
    breaks: list[UnmetOut]
    swaps: list[SwapOut]
    teams: list[TeamDiffOut]


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
    base_run_id: UUID | None = None
    rules: list[dict[str, Any]] = Field(default_factory=list)
    cancel_requested_at: datetime | None = None
    problem: RunProblemOut | None = None
    request: dict[str, Any]
    rule_version: str | None = None
    solver_version: str | None = None
    is_drawn: Annotated[
        bool | None, Field(description="Whether lots decided exactly among all equally good teams; null where unknown.")
    ] = None
    salt: str | None = None
    input_hash: str | None = None
    started_by: str
    created_at: datetime
    finished_at: datetime | None
    version: int


class RunOperationOut(RunOut):
    """A run as long work: everything of the run, and the run itself as ``result`` once it has an answer."""

    kind: Literal["assembly_run"] = "assembly_run"
    result: RunOut | None = Field(None, description="Once it succeeded, or was proven impossible")
