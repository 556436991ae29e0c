"""A run in the hands of a worker: taken, its progress told, put back or finished. Safe to repeat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.errors import HeliError
from chassis.uow import Uow

from inspection_service.assembly.proposal import Proposal
from inspection_service.assembly.solution import Status
from inspection_service.assembly_runs import domain, repository
from inspection_service.assembly_runs.errors import NoProposalInTime, RunStillRunning
from inspection_service.assembly_runs.models import AssemblyInput, AssemblyProposal, AssemblyRun
from inspection_service.assembly_runs.schemas import RunStatus
from inspection_service.rounds import service as rounds
from inspection_service.rule_sets import service as rule_sets
from inspection_service.rule_sets.domain import Version

SILENCE = timedelta(seconds=15)
"""A worker in hand of a run says so every 2 s; after this long without a word it is gone."""
PATIENCE = timedelta(minutes=10)
"""How long a run waits for a pool that does not answer before it fails."""
PATIENCE_WITH_FAULTS = timedelta(minutes=1)
"""How long a run is tried again after a fault nobody foresaw, such as a database that went away."""


@dataclass(frozen=True)
class RunInHand:
    """A run a worker has taken, and the round it is about."""

    run_id: UUID
    number: int
    request: dict[str, Any]
    time_limit_s: float
    plan: rounds.RoundPlan
    past: Sequence[rounds.PastTeam]
    versions: Sequence[Version]
    rules_digest: str
    document: bytes | None
    """What the engine is asked, where it is settled already: the run was taken up before."""
    base: "BaseOfRun | None"


@dataclass(frozen=True)
class BaseOfRun:
    """What a variant varies: the base run's data, wishes and teams."""

    document: bytes
    request: dict[str, Any]
    teams: Sequence[dict[str, Any]]


async def take_run(uow: Uow, run_id: UUID) -> RunInHand | None:
    """Take a run in hand; None if it has finished. Raises RunStillRunning while another worker has it."""
    run = await repository.lock_run(uow.session, run_id)
    if run is None or run.status not in (RunStatus.QUEUED, RunStatus.RUNNING):
        return None
    if run.status == RunStatus.RUNNING and not await repository.is_abandoned(uow.session, run_id, SILENCE):
        raise RunStillRunning
    run.status = RunStatus.RUNNING
    run.version += 1
    await uow.session.flush()
    await repository.beat(uow.session, run_id)
    plan = await rounds.plan_of(uow, run.round_id)
    open_targets = [target for target in plan.targets if target.team_id is None]
    return RunInHand(
        run_id=run_id,
        number=run.number,
        request=run.request,
        time_limit_s=run.time_limit_s,
        plan=rounds.RoundPlan(plan.round, open_targets),
        past=await rounds.past_teams(uow),
        versions=await rule_sets.recorded_versions(uow, plan.round.office_unit, run.rules),
        rules_digest=domain.digest_of_records(run.rules),
        document=await repository.find_input(uow.session, run_id),
        base=await _base_of(uow, run),
    )


async def _base_of(uow: Uow, run: AssemblyRun) -> BaseOfRun | None:
    if run.base_run_id is None:
        return None
    base = await repository.find_run(uow.session, run.base_run_id)
    proposal = await repository.find_proposal(uow.session, run.base_run_id)
    document = await repository.find_input(uow.session, run.base_run_id)
    assert base is not None
    assert proposal is not None
    assert document is not None
    return BaseOfRun(document, base.request, proposal.teams)


async def keep_input(uow: Uow, run_id: UUID, document: bytes) -> None:
    """Store what the engine is asked, once: whoever takes the run up again asks the same."""
    if await repository.find_input(uow.session, run_id) is None:
        uow.session.add(AssemblyInput(run_id=run_id, document=document, created_at=uow.now))
        await uow.session.flush()


async def report_progress(uow: Uow, run_id: UUID, progress: dict[str, Any] | None) -> bool:
    """Say that the run is in hand, and how far it is; True once somebody has asked it to stop."""
    await repository.beat(uow.session, run_id, progress)
    return await repository.is_cancel_wanted(uow.session, run_id)


async def put_back_run(uow: Uow, run_id: UUID, patience: timedelta) -> bool:
    """Give a run back for another try; False once it has waited for longer than that."""
    run = await repository.lock_run(uow.session, run_id)
    if run is None or run.cancel_requested_at is not None:
        return False
    if await repository.is_older_than(uow.session, run_id, patience):
        return False
    if run.status == RunStatus.RUNNING:
        run.status = RunStatus.QUEUED
    return True


async def abandoned_runs(uow: Uow) -> Sequence[UUID]:
    """Unfinished runs whose worker is gone, each given out once per silence."""
    return await repository.take_abandoned(uow.session, SILENCE)


async def finish_run(uow: Uow, run_id: UUID, proposal: Proposal) -> None:
    """Store the answer of a run, for good."""
    run = await _unfinished(uow, run_id)
    if run is None:
        return
    is_cancelled = run.cancel_requested_at is not None
    if is_cancelled and not (run.keeps_best and proposal.teams):
        await end_run(uow, run, RunStatus.CANCELLED)
        return
    if proposal.status is Status.UNKNOWN:
        await _fail(uow, run, NoProposalInTime())
        return
    document = proposal.model_dump(mode="json")
    uow.session.add(
        AssemblyProposal(
            run_id=run_id,
            optimality=proposal.status.value,
            created_at=uow.now,
            **{name: document[name] for name in _COPIED},
        )
    )
    is_infeasible = proposal.status is Status.INFEASIBLE
    await end_run(uow, run, RunStatus.INFEASIBLE if is_infeasible else RunStatus.SUCCEEDED)


_COPIED = (
    "objective", "bound", "gap", "seconds", "teams", "partial_teams", "unmet", "relaxations", "sentence",
    "rule_version", "solver_version", "is_drawn", "salt", "input_hash",
)  # fmt: skip


async def fail_run(uow: Uow, run_id: UUID, error: HeliError) -> None:
    """Say by name why a run has no answer."""
    run = await _unfinished(uow, run_id)
    if run is not None and run.cancel_requested_at is not None:
        await end_run(uow, run, RunStatus.CANCELLED)
    elif run is not None:
        await _fail(uow, run, error)


async def _unfinished(uow: Uow, run_id: UUID) -> AssemblyRun | None:
    run = await repository.lock_run(uow.session, run_id)
    return run if run is not None and run.status in (RunStatus.QUEUED, RunStatus.RUNNING) else None


async def _fail(uow: Uow, run: AssemblyRun, error: HeliError) -> None:
    run.failure = {
        "code": error.code,
        "title": list(error.title),
        "detail": list(error.detail or error.title),
        "errors": [{"pointer": e.pointer, "code": e.code, "message": list(e.message)} for e in error.errors],
    }
    await end_run(uow, run, RunStatus.FAILED)


async def end_run(uow: Uow, run: AssemblyRun, status: RunStatus) -> None:
    """The run is over, for good. It is locked by the caller."""
    run.status = status
    run.finished_at = uow.now
    run.version += 1
    await uow.session.flush()
    await uow.audit("finish", "assembly_run", run.id, detail={"status": status.value})
