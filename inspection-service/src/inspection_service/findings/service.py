"""Use cases of findings: writing them down, handing them over, following the clue that came of them."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow

from inspection_service.clients.clue import ClueRecord
from inspection_service.findings import domain, repository
from inspection_service.findings.domain import FindingState
from inspection_service.findings.events import emit_handed_over, emit_recorded
from inspection_service.findings.models import Finding
from inspection_service.findings.schemas import FindingOut, RecordFindingIn
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds import service as rounds
from inspection_service.teams import service as teams


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
    if finding.state != FindingState.RECORDED:
        return finding
    finding.state = FindingState.HANDING_OVER
    finding.handed_over_by = uow.actor.acting_for or uow.actor.sub
    finding.refusal_code = None
    finding.version += 1
    await uow.session.flush()
    await uow.enqueue("hand-over-finding", {"finding_id": str(finding.id)})
    await uow.audit("hand-over", "finding", finding.id)
    return finding


async def finding_to_hand_over(uow: Uow, finding_id: UUID) -> Finding | None:
    """The finding a job has to hand over, or None if that is done."""
    finding = await repository.find_finding(uow.session, finding_id)
    return finding if finding is not None and finding.state == FindingState.HANDING_OVER else None


async def follow_clue(uow: Uow, finding_id: UUID, clue: ClueRecord) -> None:
    """Keep what clue-service tells of the clue, by answer or by event; older news is left out."""
    finding = await repository.lock_finding(uow.session, finding_id)
    if finding is None or (finding.clue_version is not None and finding.clue_version >= clue.version):
        return
    is_new = finding.state != FindingState.HANDED_OVER
    finding.clue_id, finding.clue_no = clue.id, clue.clue_no
    finding.clue_status, finding.clue_closure, finding.clue_version = clue.status, clue.closure, clue.version
    finding.version += 1
    if is_new:
        finding.state = FindingState.HANDED_OVER
        finding.handed_over_at = uow.now
    await uow.session.flush()
    if is_new:
        await emit_handed_over(uow, finding)
        await uow.audit("handed_over", "finding", finding.id, detail={"clue_no": clue.clue_no})


async def refuse_hand_over(uow: Uow, finding_id: UUID, code: str) -> None:
    """clue-service refused for good: the finding is where it was, with the reason, and can be handed over anew."""
    finding = await _locked(uow, finding_id)
    if finding.state == FindingState.HANDING_OVER:
        finding.state = FindingState.RECORDED
        finding.refusal_code = code
        finding.version += 1
        await uow.session.flush()
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
        counts.findings += number
        counts.by_severity[severity] += number
        counts.by_state[state] += number
        if has_clue:
            counts.clues += number
            counts.by_clue_status[clue_status or ""] += number
    return counts


def describe_finding(finding: Finding) -> FindingOut:
    """A finding as callers see it."""
    columns = {column.key: getattr(finding, column.key) for column in Finding.__table__.columns}
    shown = {name: columns[name] for name in FindingOut.model_fields if name in columns}
    return FindingOut(**shown, allowed_moves=domain.MOVES.allowed(finding.state))
