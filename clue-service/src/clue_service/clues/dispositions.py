"""Dispositions: proposed by the lead unit, decided by its leaders, carried out to an outcome, reopened."""

from uuid import UUID

from chassis.errors import HeliError, MoveRefused, Text

from clue_service.access.policy import LEADERS
from clue_service.clues import outcomes, repository, rights
from clue_service.clues.approval_schemas import ApprovedBy, OfflineApproval, approval_record
from clue_service.clues.approvals import Asked, check_approval, leads_over, own_units
from clue_service.clues.clocks import resume_clock, start_clock
from clue_service.clues.errors import ApprovalMissing, ApproverRankRequired, OwnProposal, TeamTooSmall
from clue_service.clues.models import Clue, Disposition, Result
from clue_service.clues.move_schemas import DecideDispositionIn, ProposeDispositionIn, RecordResultIn, ReopenIn
from clue_service.clues.settings import MoveSettings
from clue_service.clues.states import Closure, Method, Status
from clue_service.clues.steps import Moving, Step
from clue_service.deadlines.errors import WrongApprover
from clue_service.matters import service as matters
from clue_service.matters.leads import Lead
from clue_service.overlap_alerts import detection


async def propose(moving: Moving, body: ProposeDispositionIn) -> Step:
    """The lead unit says how to go on."""
    await _respect_lead(moving)
    return await _add_proposal(moving, body.method, body.reason, body.plan)


async def _add_proposal(moving: Moving, method: Method, reason: str, plan: str | None) -> Step:
    clue, uow = moving.clue, moving.uow
    uow.session.add(
        Disposition(
            clue_id=clue.id,
            method=method,
            reason=reason,
            plan=plan,
            proposed_from=clue.status,
            proposed_by=moving.actor,
            proposed_at=uow.now,
        )
    )
    await resume_clock(uow, clue)
    if clue.running_due_at is not None:
        clue.clock_stopped_at = uow.now
    roles = tuple(sorted(await _approver_roles(moving)))
    return Step(Status.DISPOSITION_PROPOSED, said={"method": method.value, "approver_roles": roles})


async def _approver_roles(moving: Moving) -> frozenset[str]:
    subjects = await repository.list_subjects(moving.uow.session, [moving.clue.id])
    return rights.approver_roles(subjects, _level(moving))


def _level(moving: Moving) -> str | None:
    commission = moving.tree.find(moving.clue.commission)
    return commission.level if commission else None


async def _respect_lead(moving: Moving) -> list[UUID]:
    """Raise MatterLedElsewhere where a rival leads; else what could be led: matters, overlapping clues."""
    clue, uow = moving.clue, moving.uow
    if clue.overlap_policy == "silent":
        return []  # a silent clue blocks nobody and is blocked by nobody
    scopes = [*await matters.matters_of_clue(uow, clue.id), *await detection.binding_scopes(uow, clue.id)]
    await matters.check_lead(uow, moving.tree, scopes, clue.commission, clue.lead_unit)
    return scopes


async def approve(moving: Moving, body: DecideDispositionIn) -> Step:
    """A leader agrees: the method is the state now, and a check takes the lead of the matter."""
    clue, uow = moving.clue, moving.uow
    proposal = await _decidable(moving, body)
    if proposal.method == Method.PRELIMINARY_VERIFICATION:
        await _check_verification(moving, body.approved_by)
    scopes = await _respect_lead(moving)
    if proposal.method in outcomes.LEADING_METHODS:
        lead = Lead(clue.commission, clue.lead_unit, clue.id, basis="approval", taken_at=uow.now)
        await matters.take_lead(uow, moving.tree, scopes, lead)
    _decide(moving, proposal, "approved", body)
    status, closure = outcomes.state_approved(proposal.method)
    await start_clock(uow, clue, status)
    return Step(status, closure, said={"method": proposal.method})


async def reject(moving: Moving, body: DecideDispositionIn) -> Step:
    """A leader disagrees: the clue is where it was before."""
    proposal = await _decidable(moving, body)
    _decide(moving, proposal, "rejected", body)
    status = Status(proposal.proposed_from)
    moving.clue.clock_stopped_at = None
    closure = await _closure_before(moving) if status is Status.CLOSED else None
    return Step(status, closure, said={"method": proposal.method})


async def _closure_before(moving: Moving) -> Closure:
    """How a reopened clue had been closed: the reopening was refused, so that stands."""
    result = await repository.latest_result(moving.uow.session, moving.clue.id)
    for reached, closure in outcomes.outcomes_of(result.outcome if result else None):
        if reached is Status.CLOSED and closure is not None:
            return closure
    return Closure.DIRECT


async def _decidable(moving: Moving, body: DecideDispositionIn) -> Disposition:
    proposal = await repository.latest_disposition(moving.uow.session, moving.clue.id)
    if proposal is None or proposal.decision is not None:
        raise MoveRefused(members={"state": moving.clue.status, "allowed_moves": []})
    if proposal.proposed_by == moving.actor:
        raise OwnProposal
    roles = await _approver_roles(moving)
    if not moving.viewer.has_any(*roles):
        raise ApproverRankRequired(members={"roles": sorted(roles)})
    if body.approved_by == proposal.proposed_by:
        raise OwnProposal
    await _check_approved(moving, body.approved_by, roles)
    return proposal


async def _check_approved(moving: Moving, approved_by: ApprovedBy | None, roles: frozenset[str]) -> None:
    if approved_by is None:
        return
    asked = Asked(roles, own_units(moving.clue))
    may_be_own = leads_over(moving.viewer, moving.clue)
    await check_approval(moving.uow, moving.viewer, moving.clue, approved_by, asked, may_be_own=may_be_own)


async def _check_verification(moving: Moving, approved_by: ApprovedBy | None) -> None:
    """A team has two at least, and the plan against a head of the next level is the Party secretary's to approve.

    Raises TeamTooSmall, ApprovalMissing, and WrongApprover for whoever else is named.
    """
    check_team(moving.clue)
    subjects = await repository.list_subjects(moving.uow.session, [moving.clue.id])
    offices = rights.verification_offices(subjects, _level(moving))
    if not offices or (isinstance(approved_by, OfflineApproval) and approved_by.office in offices):
        return
    members = {"approver": {"offices": sorted(offices)}}
    raise ApprovalMissing(members=members) if approved_by is None else WrongApprover(members=members)


def check_team(clue: Clue) -> None:
    """Raise TeamTooSmall where a verification is left to a single member; none named means all of the lead unit."""
    if 0 < len(clue.members) < rights.LEAST_TEAM:
        raise TeamTooSmall(members={"least": rights.LEAST_TEAM})


def _decide(moving: Moving, proposal: Disposition, decision: str, body: DecideDispositionIn) -> None:
    proposal.decision = decision
    proposal.decided_by = moving.actor
    proposal.decided_at = moving.uow.now
    proposal.decision_reason = body.reason
    proposal.approval = moving.approval or {"sub": moving.actor}
    moving.clue.approvers = sorted({*moving.clue.approvers, moving.actor})


async def record_result(moving: Moving, body: RecordResultIn) -> Step:
    """The check came to an outcome."""
    clue, uow = moving.clue, moving.uow
    possible = outcomes.outcomes_from(clue.status)
    if body.outcome not in possible:
        sentence = Text("该结果不适用于当前核查方式", "This outcome does not belong to the check that was made")
        members = {
            "state": clue.status,
            "allowed_moves": rights.possible_moves(clue),
            "allowed_outcomes": sorted(possible),
        }
        raise MoveRefused(sentence, members=members)
    status, closure = possible[body.outcome]
    await _check_result(moving, body)
    await start_clock(uow, clue, status)
    four_forms = 1 if closure is Closure.FIRST_FORM else body.four_forms
    uow.session.add(
        Result(
            clue_id=clue.id,
            outcome=body.outcome,
            four_forms=four_forms,
            note=body.note,
            recorded_by=moving.actor,
            recorded_at=uow.now,
        )
    )
    return Step(status, closure, said={"outcome": body.outcome.value, "four_forms": four_forms})


async def _check_result(moving: Moving, body: RecordResultIn) -> None:
    """One handler does not file a case: what lacks an approval that holds is refused, or noted where so set."""
    clue = moving.clue
    subjects = await repository.list_subjects(moving.uow.session, [clue.id])
    roles = rights.result_approver_roles(clue.status, body.outcome, subjects, _level(moving))
    unverified = None
    try:
        if body.approved_by is not None:
            await _check_approved(moving, body.approved_by, roles or LEADERS)
        elif roles:
            raise ApprovalMissing(members={"approver": {"roles": sorted(roles), "units": sorted(own_units(clue))}})
    except HeliError as refused:
        if MoveSettings().clue_approvals == "enforce":
            raise
        unverified = refused.code
    record = approval_record(body.approved_by, unverified) or ({"unverified": unverified} if unverified else None)
    if record is not None:
        await moving.uow.audit("approve_result", "clue", clue.id, detail={"outcome": body.outcome, "approval": record})


async def reopen(moving: Moving, body: ReopenIn) -> Step:
    """New evidence: a new disposition is proposed."""
    if moving.clue.lead_unit is None:
        sentence = Text("该线索没有承办部门", "The clue has no lead unit")
        allowed = [verb for verb in rights.possible_moves(moving.clue) if verb != moving.verb]
        raise MoveRefused(sentence, members={"state": moving.clue.status, "allowed_moves": allowed})
    await _check_approved(moving, body.approved_by, await _approver_roles(moving))
    await _respect_lead(moving)
    step = await _add_proposal(moving, body.method, body.reason, body.plan)
    return Step(step.status)
