"""Asking about a finished run: why not somebody, what if, and how two runs differ."""

from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import Text
from chassis.uow import Uow

from inspection_service.assembly.proposal import ProposedTeam, Unmet
from inspection_service.assembly.questions import WhyNot, WhyNotQuestion
from inspection_service.assembly.solution import Status
from inspection_service.assembly_runs import diffs, domain, repository, service
from inspection_service.assembly_runs.errors import OtherRound, RunHasNoInput, RunNotFinished
from inspection_service.assembly_runs.models import AssemblyProposal, AssemblyRun
from inspection_service.assembly_runs.schemas import (
    BarOut,
    DiffOut,
    RunStatus,
    SwapOut,
    UnmetOut,
    VaryRunIn,
    WhyNotIn,
    WhyNotOut,
)
from inspection_service.involvements.policy import Viewer
from inspection_service.involvements.service import recused_targets
from inspection_service.rounds import service as rounds


async def ask_why_not(
    uow: Uow, viewer: Viewer, run_id: UUID, body: WhyNotIn
) -> tuple[AssemblyRun, AssemblyProposal, bytes, WhyNotQuestion]:
    """What is needed to tell why somebody does not sit in a team.

    Raises NotFound, RunNotFinished, RunHasNoInput, and NotFound also for a team the viewer is recused from.
    """
    run, proposal = await _answered(uow, viewer, run_id)
    service.refuse_hidden(body.unit_code, await recused_targets(uow, viewer, run.round_id))
    document = await _input_of(uow, run_id)
    question = WhyNotQuestion(
        cadre_id=str(body.cadre_id),
        unit_code=body.unit_code,
        role=body.role,
        objective=proposal.objective,
        is_optimal=proposal.optimality == Status.OPTIMAL,
        teams=tuple(ProposedTeam.model_validate(team) for team in proposal.teams),
        unmet=tuple(Unmet.model_validate(one) for one in proposal.unmet),
    )
    await uow.audit("ask_why_not", "assembly_run", run_id, detail={"unit_code": body.unit_code})
    return run, proposal, document, question


def describe_why_not(
    run: AssemblyRun, proposal: AssemblyProposal, body: WhyNotIn, answer: WhyNot, language: str, hidden: set[str]
) -> WhyNotOut:
    """The answer in the reader's language, without the targets they are recused from."""

    def say(text: Text) -> str:
        return text.in_language(language)

    changed = diffs.team_diffs(proposal.teams, answer.model_dump(mode="json")["teams"]) if answer.teams else []
    breaks = [one for one in answer.breaks if one.unit_code not in hidden]
    return WhyNotOut(
        run_id=run.id,
        cadre_id=body.cadre_id,
        unit_code=body.unit_code,
        role=body.role,
        verdict=answer.verdict,
        sentence=say(answer.sentence) if len(breaks) == len(answer.breaks) else "",
        bars=[BarOut(code=b.code, text=say(b.text), role=b.role, approver=b.approver) for b in answer.bars],
        points_lost=answer.points_lost,
        is_exact=answer.is_exact,
        breaks=[UnmetOut.model_validate({**u.model_dump(mode="json"), "text": say(u.text)}) for u in breaks],
        swaps=[
            SwapOut(
                replaces=UUID(s.replaces), role=s.role, points_lost=s.points_lost, breaks=[say(b) for b in s.breaks]
            )
            for s in answer.swaps
        ],
        teams=[team for team in changed if team.unit_code not in hidden],
    )


async def vary_run(uow: Uow, viewer: Viewer, tree: UnitTree, base_id: UUID, body: VaryRunIn) -> AssemblyRun:
    """Start a variant: other wishes on the very data of a finished run.

    Raises NotFound, RunNotFinished, RunHasNoInput, RoundIsOver, InvalidAssembly.
    """
    base, proposal = await _answered(uow, viewer, base_id)
    await _input_of(uow, base_id)
    await rounds.locked_open_round(uow, base.round_id)
    units = {team["unit_code"] for team in (*proposal.teams, *proposal.partial_teams)}
    service.refuse_unknown_teams(body.frozen_teams, {team["unit_code"] for team in proposal.teams})
    kept = domain.pins_of(proposal.teams, set(body.frozen_teams))
    wishes = body.model_dump(mode="json", include={"pins", "bans", "weights"})
    request = domain.merged_request(base.request, wishes, kept)
    targets = [t for t in (await rounds.plan_of(uow, base.round_id)).targets if t.unit_code in units]
    await service.check_request(uow, base.round_id, targets, request, base.rules, tree)
    return await service.add_run(
        uow,
        AssemblyRun(
            round_id=base.round_id,
            number=await repository.next_number(uow.session, base.round_id),
            status=RunStatus.QUEUED,
            request={**request, "frozen_teams": sorted(body.frozen_teams), "least_change": body.least_change},
            time_limit_s=body.time_limit_s or base.time_limit_s,
            progress={},
            base_run_id=base.id,
            rules=base.rules,
            started_by=uow.actor.acting_for or uow.actor.sub,
            created_at=uow.now,
            version=1,
        ),
    )


async def diff_runs(uow: Uow, viewer: Viewer, run_id: UUID, against_id: UUID | None) -> DiffOut:
    """How a run's teams differ from another's, by default from those of its base.

    Raises NotFound, RunNotFinished, OtherRound.
    """
    run, proposal = await _answered(uow, viewer, run_id)
    other, reference = await _answered(uow, viewer, against_id or run.base_run_id or run_id)
    if other.round_id != run.round_id:
        raise OtherRound
    hidden = await recused_targets(uow, viewer, run.round_id)
    changed = [d for d in diffs.team_diffs(reference.teams, proposal.teams) if d.unit_code not in hidden]
    lost = None
    if proposal.objective is not None and reference.objective is not None:
        lost = round(reference.objective - proposal.objective, 6)
    return DiffOut(
        run_id=run.id,
        against=other.id,
        seats_changed=diffs.seats_changed(changed),
        points_lost=lost,
        teams=changed,
        unmet_added=[u for u in diffs.rule_refs(proposal.unmet, reference.unmet) if u.unit_code not in hidden],
        unmet_gone=[u for u in diffs.rule_refs(reference.unmet, proposal.unmet) if u.unit_code not in hidden],
    )


async def _answered(uow: Uow, viewer: Viewer, run_id: UUID) -> tuple[AssemblyRun, AssemblyProposal]:
    run = await service.visible_run(uow, viewer, run_id)
    proposal = await service.proposal_of(uow, run_id)
    if proposal is None:
        raise RunNotFinished(members={"state": run.status})
    return run, proposal


async def _input_of(uow: Uow, run_id: UUID) -> bytes:
    document = await repository.find_input(uow.session, run_id)
    if document is None:
        raise RunHasNoInput
    return document
