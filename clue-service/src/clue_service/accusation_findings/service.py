"""Use cases of findings of false accusation: proposing one, its moves, and reading it."""

from collections.abc import Sequence
from typing import Any

from chassis.errors import invalid_field

from clue_service.accusation_findings import domain, policy, repository
from clue_service.accusation_findings.domain import FindingState, Part, Verdict
from clue_service.accusation_findings.errors import FindingExists, NoHighCommission, ReportNotRefuted
from clue_service.accusation_findings.events import emit_finding
from clue_service.accusation_findings.models import AccusationFinding
from clue_service.accusation_findings.schemas import DecideFindingIn, FindingOut, HandlingIn, ProposeFindingIn
from clue_service.clarifications.domain import UNTRUE
from clue_service.clues import service as clues
from clue_service.proceedings import acting
from clue_service.proceedings.acting import Machine, Moving, Step
from clue_service.proceedings.domain import allowed_to
from clue_service.proceedings.errors import OwnDraft, PartRequired
from clue_service.proceedings.ledger import Ledger
from clue_service.proceedings.schemas import StepOut
from clue_service.proceedings.service import Desk, check_cleared, steps_of, take_step
from clue_service.reporter_notices import service as reporter_notices
from clue_service.reporter_notices.domain import Kind


async def propose_finding(desk: Desk, body: ProposeFindingIn) -> AccusationFinding:
    """Propose to find that a report which proved untrue was a false accusation.

    Raises NotFound, PartRequired, Invalid above the clearance, ReportNotRefuted, FindingExists, NoHighCommission.
    """
    uow, viewer = desk.uow, desk.viewer
    clue = await clues.visible_clue(uow, viewer, body.clue_id, lock=True)
    if policy.own_commission(viewer) != clue.commission:
        raise PartRequired(members={"who": [{"roles": sorted(domain.PROPOSERS), "part": Part.PROPOSER}]})
    check_cleared(viewer, clue.secrecy_level)
    if clue.closure not in UNTRUE:
        raise ReportNotRefuted(members={"state": clue.status, "closure": clue.closure})
    existing = await repository.standing_for(uow.session, clue.id)
    if existing is not None:
        raise FindingExists(members={"finding_id": str(existing.id)})
    approving = domain.approving_commission(desk.tree, clue.commission)
    if approving is None:
        raise NoHighCommission
    item = AccusationFinding(
        **body.model_dump(),
        state=FindingState.PROPOSED,
        version=0,
        commission=clue.commission,
        approving_commission=approving,
        secrecy_level=clue.secrecy_level,
        proposed_by=viewer.sub,
        proposed_at=uow.now,
    )
    uow.session.add(item)
    await uow.session.flush()
    await take_step(uow, domain.ITEM, item, "propose", None)
    await emit_finding(uow, domain.event("proposed"), item)
    return item


async def _endorse(moving: Moving[AccusationFinding], _body: Any) -> Step:
    moving.forbid_own(moving.item.proposed_by)
    moving.item.endorsed_by = moving.deed.actor
    return Step()


async def _decide(moving: Moving[AccusationFinding], body: DecideFindingIn) -> Step:
    item, actor = moving.item, moving.deed.actor
    if actor in (item.proposed_by, item.endorsed_by):
        raise OwnDraft
    item.verdict, item.decided_by = body.verdict, actor
    if body.verdict is Verdict.FALSE_ACCUSATION:
        await reporter_notices.forfeit(moving.uow, item.clue_id, Kind.RESULT)
    event = domain.event("rejected") if body.verdict is Verdict.NEITHER else None
    return Step(domain.STATE_OF[body.verdict], event=event)


async def _record_handling(moving: Moving[AccusationFinding], body: HandlingIn) -> Step:
    if moving.item.state == FindingState.MISTAKEN_REPORT and body.measure not in domain.AFTER_MISTAKE:
        raise invalid_field(
            "/measure", "education_at_most", "错告只能教育", "After a mistaken report: education at most"
        )
    moving.item.measure = body.measure
    return Step()


_ACTIONS: dict[str, acting.Action] = {
    "endorse": _endorse,
    "decide": _decide,
    "record-handling": _record_handling,
}
LEDGER = Ledger(AccusationFinding, repository.parts_of)
MACHINE = Machine[AccusationFinding](
    noun=domain.ITEM,
    moves=domain.MOVES,
    find=LEDGER.lock,
    parts=lambda desk, item: policy.parts_in(desk.viewer, item),
    actions=_ACTIONS,
    emit=emit_finding,
)


async def describe_findings(desk: Desk, items: Sequence[AccusationFinding]) -> list[FindingOut]:
    """Findings as the viewer's part shows them."""
    steps = await steps_of(desk.uow, [item.id for item in items])
    visible = await clues.visible_ids(desk.uow, desk.viewer, [item.clue_id for item in items])
    answers = []
    for item in items:
        parts = policy.parts_in(desk.viewer, item)
        columns = {column.key: getattr(item, column.key) for column in AccusationFinding.__table__.columns}
        columns["clue_id"] = item.clue_id if item.clue_id in visible else None
        answers.append(
            FindingOut(
                **{name: columns[name] for name in FindingOut.model_fields if name in columns},
                my_parts=sorted(Part(part) for part in parts),
                allowed_moves=allowed_to(domain.MOVES, desk.viewer, parts, item.state),
                steps=[StepOut.model_validate(step) for step in steps[item.id]],
            )
        )
    return answers
