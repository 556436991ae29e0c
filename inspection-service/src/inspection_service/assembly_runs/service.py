"""Use cases of assembly runs: starting one, stopping it, reading it. What a worker does with one is in ``in_hand``."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow

from inspection_service.assembly.errors import wrong
from inspection_service.assembly.problem import refuse, validate_problem
from inspection_service.assembly_runs import domain, in_hand, repository
from inspection_service.assembly_runs.errors import RunIsFinal
from inspection_service.assembly_runs.models import AssemblyProposal, AssemblyRun
from inspection_service.assembly_runs.schemas import FINAL, RunStatus, StartRunIn
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds import service as rounds
from inspection_service.rounds.errors import TargetIsManned
from inspection_service.rounds.models import RoundTarget
from inspection_service.rule_sets import service as rule_sets
from inspection_service.rule_sets.domain import profiles_of

TIME_LIMIT_S = 30.0
"""Seconds the solver may take where the request does not say."""


async def start_run(uow: Uow, viewer: Viewer, tree: UnitTree, round_id: UUID, body: StartRunIn) -> AssemblyRun:
    """Ask the engine to man every target of a round that has no team.

    Raises NotFound, RoundIsOver, TargetIsManned when every target has a team, InvalidAssembly for wishes that
    contradict each other.
    """
    await rounds.visible_round(uow, viewer, round_id)
    found = await rounds.locked_open_round(uow, round_id)
    open_targets = [t for t in (await rounds.plan_of(uow, round_id)).targets if t.team_id is None]
    if not open_targets:
        raise TargetIsManned
    request = {**body.model_dump(mode="json", exclude={"time_limit_s"}), "weights": body.weights or {}}
    records = [version.as_record() for version in await rule_sets.versions_in_force(uow, found.office_unit)]
    await check_request(uow, round_id, open_targets, request, records, tree)
    return await add_run(
        uow,
        AssemblyRun(
            round_id=found.id,
            number=await repository.next_number(uow.session, round_id),
            status=RunStatus.QUEUED,
            request=request,
            time_limit_s=body.time_limit_s or TIME_LIMIT_S,
            progress={},
            rules=records,
            started_by=uow.actor.acting_for or uow.actor.sub,
            created_at=uow.now,
            version=1,
        ),
    )


async def check_request(
    uow: Uow,
    round_id: UUID,
    targets: Sequence[RoundTarget],
    request: dict[str, Any],
    records: Sequence[dict[str, Any]],
    tree: UnitTree,
) -> None:
    """Refuse wishes that contradict each other or the targets; the run itself looks at people. InvalidAssembly."""
    found = (await rounds.plan_of(uow, round_id)).round
    versions = await rule_sets.recorded_versions(uow, found.office_unit, records)
    asked = tuple(domain.target_of(t.unit_code, t.profile, t.demands, tree) for t in targets)
    validate_problem(domain.draft_problem(asked, request, profiles_of(versions)))


async def add_run(uow: Uow, run: AssemblyRun) -> AssemblyRun:
    """Store a run and the job that carries it out. The round is locked by the caller."""
    uow.session.add(run)
    await uow.session.flush()
    await uow.enqueue("run-assembly", {"run_id": str(run.id)})
    await uow.audit("start", "assembly_run", run.id, detail={"round_id": str(run.round_id), "number": run.number})
    return run


async def cancel_run(uow: Uow, viewer: Viewer, run_id: UUID, *, keep_best: bool) -> AssemblyRun:
    """Stop a run: one that waits ends at once, one at work within seconds. Repeating it changes nothing.

    Raises NotFound, RunIsFinal.
    """
    await visible_run(uow, viewer, run_id)
    run = await repository.lock_run(uow.session, run_id)
    assert run is not None
    if run.status in FINAL and run.status != RunStatus.CANCELLED:
        raise RunIsFinal(members={"state": run.status})
    if run.cancel_requested_at is None:
        run.cancel_requested_at = uow.now
        run.keeps_best = keep_best
        run.version += 1
        if run.status == RunStatus.QUEUED:
            await in_hand.end_run(uow, run, RunStatus.CANCELLED)
        await uow.session.flush()
        await uow.audit("cancel", "assembly_run", run.id, detail={"keep_best": keep_best})
    return run


def refuse_hidden(unit_code: str, hidden: set[str]) -> None:
    """A target the viewer is recused from is not there for them."""
    if unit_code in hidden:
        raise NotFound


def refuse_unknown_teams(units: Sequence[str], known: set[str]) -> None:
    """Refuse teams the base run does not have, by field."""
    refuse(
        [
            wrong(f"/frozen_teams/{at}", "not_a_target", "该单位不在本次组队之中", "not a target of the run")
            for at, unit in enumerate(units)
            if unit not in known
        ]
    )


async def visible_run(uow: Uow, viewer: Viewer, run_id: UUID) -> AssemblyRun:
    """The run; raises NotFound where the viewer may not meet its round."""
    run = await repository.find_run(uow.session, run_id)
    if run is None:
        raise NotFound
    await rounds.visible_round(uow, viewer, run.round_id)
    return run


async def proposal_of(uow: Uow, run_id: UUID) -> AssemblyProposal | None:
    """The answer of a run, if it has one."""
    return await repository.find_proposal(uow.session, run_id)


async def list_runs(
    uow: Uow, viewer: Viewer, round_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[tuple[AssemblyRun, AssemblyProposal | None]]:
    """Runs of a round with their answers, newest first."""
    await rounds.visible_round(uow, viewer, round_id)
    return await repository.list_runs(uow.session, round_id, before=before, limit=limit)
