"""A round in figures, without the targets the reader is recused from."""

from collections import Counter
from uuid import UUID

from chassis.uow import Uow

from inspection_service.findings import service as findings
from inspection_service.findings.domain import SEVERITIES
from inspection_service.involvements.policy import Viewer
from inspection_service.involvements.service import recused_targets
from inspection_service.rounds import service as rounds
from inspection_service.rounds.domain import days_of
from inspection_service.summaries.schemas import SummaryOut
from inspection_service.teams import service as teams

_MOST_TEAMS = 1_000  # a round has at most 200 targets, each of which is manned anew a few times at most


async def summarise_round(uow: Uow, viewer: Viewer, round_id: UUID) -> SummaryOut:
    """The figures of a round; raises NotFound where the viewer may not meet it."""
    found = await rounds.visible_round(uow, viewer, round_id)
    hidden = await recused_targets(uow, viewer, round_id)
    targets = [t for t in (await rounds.plan_of(uow, round_id)).targets if t.unit_code not in hidden]
    made = await teams.list_teams(uow, viewer, round_id=round_id, state=None, before=None, limit=_MOST_TEAMS)
    counts = await findings.count_findings(uow, round_id, hidden)
    return SummaryOut(
        round_id=round_id,
        state=found.state,
        days=days_of(found.starts_on, found.ends_on),
        targets=len(targets),
        teams=len(made),
        teams_by_state=dict(sorted(Counter(team.state for team in made).items())),
        findings=counts.findings,
        findings_by_severity={severity: counts.by_severity[severity] for severity in SEVERITIES},
        findings_by_state=dict(sorted(counts.by_state.items())),
        clues_handed_over=counts.clues,
        clues_by_status=dict(sorted(counts.by_clue_status.items())),
    )
