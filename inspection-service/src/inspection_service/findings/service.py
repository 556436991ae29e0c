"""Use cases of findings: writing them down, handing them over, following the clue that came of them."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis.errors import NotFound, RoleRequired
from chassis.moves import Move
from chassis.uow import Uow

from inspection_service.clients.clue import ClueRecord
from inspection_service.evidence_references.schemas import EvidenceIn, EvidenceOut
from inspection_service.evidence_references.service import add_evidence, list_evidence
from inspection_service.findings import domain, repository
from inspection_service.findings.domain import FindingState
from inspection_service.findings.events import emit_handed_over, emit_recorded, emit_referred
from inspection_service.findings.models import Finding
from inspection_service.findings.schemas import FindingOut, RecordFindingIn
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds import service as rounds
from inspection_service.rounds.domain import EARLY, months_later
from inspection_service.steps.schemas import StepOut
from inspection_service.steps.service import list_steps, record_step
from inspection_service.teams import service as teams

STEP = "finding"
"""How findings are named in the journal of steps and as owners of evidence."""


@dataclass
class FindingCounts:
    """How many findings of a round there are, and what came of them."""

    findings: int = 0
    clues: int = 0
    by_severity: Counter[str] = field(default_factory=Counter)
    by_state: Counter[str] = field(default_factory=Counter)
    by_clue_status: Counter[str] = field(default_factory=Counter)


async def record_finding(uow: Uow, viewer: Viewer, team_id: UUID, body: RecordFindingIn) -> Finding:
    """Write down what the team found. Raises NotFound, and MoveRefused unless the team is at its unit."""
    team, found = await teams.entered_team(uow, viewer, team_id)
    finding = Finding(
        team_id=team.id,
        round_id=team.round_id,
        unit_code=team.unit_code,
        office_unit=team.office_unit,
        receiving_unit=team.commission,
        category=body.category,
        severity=body.severity,
        text=body.text,
        person=body.person.model_dump(exclude_none=True) if body.person else None,
        state=FindingState.RECORDED,
        recorded_by=uow.actor.acting_for or uow.actor.sub,
        recorded_at=uow.now,
        version=1,
    )
    uow.session.add(finding)
    await uow.session.flush()
    await add_evidence(uow, STEP, finding.id, body.evidence)
    await record_step(uow, STEP, finding.id, finding.version, "record", source=None, target=finding.state)
    await emit_recorded(uow, finding, team.commission)
    await rounds.follow(uow, found, "find")
    await uow.audit("record", "finding", finding.id, detail={"team_id": str(team.id), "severity": finding.severity})
    return finding


async def visible_finding(uow: Uow, viewer: Viewer, finding_id: UUID) -> Finding:
    """The finding; raises NotFound where the viewer may not meet its team's matter."""
    finding = await repository.find_finding(uow.session, finding_id)
    if finding is None:
        raise NotFound
    await teams.visible_team(uow, viewer, finding.team_id)
    return finding


async def read_finding(uow: Uow, viewer: Viewer, finding_id: UUID) -> Finding:
    """The finding for a reader; the reading is audited."""
    finding = await visible_finding(uow, viewer, finding_id)
    await uow.audit("read", "finding", finding.id)
    return finding


async def list_findings(
    uow: Uow, viewer: Viewer, team_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Finding]:
    """Findings of a team, in the order they were recorded; the reading is audited."""
    await teams.visible_team(uow, viewer, team_id)
    found = await repository.list_findings(uow.session, team_id, after=after, limit=limit)
    await uow.audit("list", "team_findings", team_id, detail={"count": len(found)})
    return found


async def hand_over_finding(uow: Uow, viewer: Viewer, finding_id: UUID) -> Finding:
    """Decide that a clue shall come of a finding; one that is on its way, or there, stays as it is."""
    await visible_finding(uow, viewer, finding_id)
    finding = await _locked(uow, finding_id)
    if finding.state in (FindingState.HANDING_OVER, FindingState.HANDED_OVER):
        return finding
    move = domain.MOVES.take("hand-over", finding.state)
    found = (await rounds.plan_of(uow, finding.round_id)).round
    finding.handed_over_by = uow.actor.acting_for or uow.actor.sub
    finding.hand_over_phase = "early" if found.state in EARLY else "final"
    finding.refusal_code = None
    await _move(uow, finding, move)
    await uow.enqueue("hand-over-finding", {"finding_id": str(finding.id)})
    await uow.audit("hand-over", "finding", finding.id, detail={"phase": finding.hand_over_phase})
    return finding


async def refer_finding(uow: Uow, viewer: Viewer, finding_id: UUID, to_unit: str) -> Finding:
    """Give a finding that is no violation of a person to the unit whose matter it is."""
    finding, move = await _locked_for(uow, viewer, finding_id, "refer")
    finding.referred_to = to_unit
    finding.referred_by = uow.actor.acting_for or uow.actor.sub
    finding.referred_at = uow.now
    await _move(uow, finding, move)
    await emit_referred(uow, finding)
    await uow.audit("refer", "finding", finding.id, detail={"to_unit": to_unit})
    return finding


async def withdraw_finding(uow: Uow, viewer: Viewer, finding_id: UUID, reason: str) -> Finding:
    """A finding does not hold: it stays, with the reason, and is counted no more."""
    finding, move = await _locked_for(uow, viewer, finding_id, "withdraw")
    finding.withdrawal_reason = reason
    finding.withdrawn_at = uow.now
    await _move(uow, finding, move)
    await uow.audit("withdraw", "finding", finding.id)
    return finding


async def add_finding_evidence(
    uow: Uow, viewer: Viewer, finding_id: UUID, given: Sequence[EvidenceIn]
) -> list[EvidenceOut]:
    """Add evidence to a finding, by reference."""
    finding = await visible_finding(uow, viewer, finding_id)
    await add_evidence(uow, STEP, finding.id, given)
    return await list_evidence(uow, STEP, finding.id)


async def finding_evidence(uow: Uow, viewer: Viewer, finding_id: UUID) -> list[EvidenceOut]:
    """The evidence of a finding; the reading is audited."""
    finding = await read_finding(uow, viewer, finding_id)
    return await list_evidence(uow, STEP, finding.id)


async def finding_steps(uow: Uow, viewer: Viewer, finding_id: UUID) -> list[StepOut]:
    """How a finding came to where it is."""
    finding = await visible_finding(uow, viewer, finding_id)
    return await list_steps(uow, STEP, finding.id)


async def _locked_for(uow: Uow, viewer: Viewer, finding_id: UUID, verb: str) -> tuple[Finding, Move]:
    await visible_finding(uow, viewer, finding_id)
    move = domain.MOVES[verb]
    if not uow.actor.has_any(*move.roles):
        raise RoleRequired(members={"roles": sorted(move.roles)})
    finding = await _locked(uow, finding_id)
    return finding, domain.MOVES.take(verb, finding.state)


async def _move(uow: Uow, finding: Finding, move: Move) -> None:
    source, finding.state = finding.state, str(move.target)
    finding.version += 1
    await uow.session.flush()
    await record_step(uow, STEP, finding.id, finding.version, move.verb, source=source, target=finding.state)


async def finding_to_hand_over(uow: Uow, finding_id: UUID) -> Finding | None:
    """The finding a job has to hand over, or None if that is done."""
    finding = await repository.find_finding(uow.session, finding_id)
    return finding if finding is not None and finding.state == FindingState.HANDING_OVER else None


async def follow_clue(uow: Uow, finding_id: UUID, clue: ClueRecord) -> None:
    """Keep what clue-service tells of the clue, by answer or by event; older news is left out."""
    finding = await repository.lock_finding(uow.session, finding_id)
    if finding is None or (finding.clue_version is not None and finding.clue_version >= clue.version):
        return
    finding.clue_id, finding.clue_no = clue.id, clue.clue_no
    finding.clue_status, finding.clue_closure, finding.clue_version = clue.status, clue.closure, clue.version
    if clue.outcome is not None:
        finding.clue_outcome, finding.clue_four_forms = clue.outcome, clue.four_forms
    move = domain.CONSEQUENCES["clue-made"]
    if finding.state not in move.sources:
        finding.version += 1
        await uow.session.flush()
        return
    finding.handed_over_at = uow.now
    finding.result_due_on = months_later(uow.clock.today(), domain.RESULT_MONTHS)
    await _move(uow, finding, move)
    await emit_handed_over(uow, finding)
    await uow.audit("handed_over", "finding", finding.id, detail={"clue_no": clue.clue_no})


async def refuse_hand_over(uow: Uow, finding_id: UUID, code: str) -> None:
    """clue-service refused for good: the finding is where it was, with the reason, and can be handed over anew."""
    finding = await _locked(uow, finding_id)
    move = domain.CONSEQUENCES["clue-refused"]
    if finding.state in move.sources:
        finding.refusal_code = code
        await _move(uow, finding, move)
        await uow.audit("hand_over_refused", "finding", finding.id, detail={"code": code})


async def _locked(uow: Uow, finding_id: UUID) -> Finding:
    finding = await repository.lock_finding(uow.session, finding_id)
    if finding is None:
        raise NotFound
    return finding


async def count_findings(uow: Uow, round_id: UUID, without_units: Collection[str]) -> FindingCounts:
    """What a round's summary says of its findings."""
    counts = FindingCounts()
    for severity, state, has_clue, clue_status, number in await repository.count_findings(
        uow.session, round_id, without_units
    ):
        counts.by_state[state] += number
        if state == FindingState.WITHDRAWN:
            continue
        counts.findings += number
        counts.by_severity[severity] += number
        if has_clue:
            counts.clues += number
            counts.by_clue_status[clue_status or ""] += number
    return counts


def describe_finding(finding: Finding) -> FindingOut:
    """A finding as callers see it."""
    columns = {column.key: getattr(finding, column.key) for column in Finding.__table__.columns}
    shown = {name: columns[name] for name in FindingOut.model_fields if name in columns}
    return FindingOut(**shown, allowed_moves=domain.MOVES.allowed(finding.state))
