"""Use cases of overlap alerts: read, take note, vote."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import FieldError, Invalid, NotFound, Text
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.contacts import contact_of
from clue_service.access.policy import LEADERS, OFFICE_ROLES, Viewer
from clue_service.candidates import events as candidate_events
from clue_service.candidates import service as candidates
from clue_service.candidates.domain import Decision
from clue_service.candidates.service import VerdictSource
from clue_service.clues import repository as clues
from clue_service.clues import service as clue_service
from clue_service.clues.service import PEOPLES_STEPS
from clue_service.matter_changes import service as changes
from clue_service.matters import service as matters
from clue_service.matters.domain import Link, SourceKind
from clue_service.overlap_alerts import detection, domain, events, repository
from clue_service.overlap_alerts.detection import stages_by_commission
from clue_service.overlap_alerts.domain import AlertState, Outcome, Vote
from clue_service.overlap_alerts.errors import NotYourVote
from clue_service.overlap_alerts.models import AlertCommission, OverlapAlert
from clue_service.overlap_alerts.schemas import AlertCommissionOut, OverlapAlertOut, ResolveIn, VoteOut


async def list_alerts(
    uow: Uow, viewer: Viewer, tree: UnitTree, *, before: UUID | None, limit: int
) -> Sequence[OverlapAlert]:
    """Alerts of the viewer's commission, and for leaders those of commissions below them, newest first."""
    return await repository.list_alerts(
        uow.session, viewer.sub, office_of=viewer.office_of, below=_below(viewer, tree), before=before, limit=limit
    )


def _below(viewer: Viewer, tree: UnitTree) -> set[str]:
    if viewer.unit is None or not viewer.has_any(*LEADERS):
        return set()
    below = (one.code for one in tree if one.code != viewer.unit and tree.is_within(one.code, viewer.unit))
    return {code for code in below if tree.commission(code) == code}


async def visible_alert(
    uow: Uow, viewer: Viewer, tree: UnitTree, alert_id: UUID, *, lock: bool = False
) -> tuple[OverlapAlert, dict[str, AlertCommission]]:
    """An alert and its commissions; raises NotFound where the viewer has no part in it."""
    alert = await repository.find_alert(uow.session, alert_id, lock=lock)
    parts = {part.commission: part for part in await repository.list_parts(uow.session, [alert_id])}
    if alert is None or not (viewer.office_of in parts or (parts and set(parts) <= _below(viewer, tree))):
        raise NotFound
    if await repository.recused_among(uow.session, viewer.sub, [alert_id]):
        raise NotFound
    return alert, parts


async def describe(uow: Uow, viewer: Viewer, tree: UnitTree, alerts: Sequence[OverlapAlert]) -> list[OverlapAlertOut]:
    """Alerts as the viewer's commission sees them."""
    ids = [alert.id for alert in alerts]
    stages = await stages_by_commission(uow, ids)
    parts: dict[UUID, list[AlertCommission]] = defaultdict(list)
    for part in await repository.list_parts(uow.session, ids):
        parts[part.alert_id].append(part)
    own: dict[UUID, list[UUID]] = defaultdict(list)
    undoings = await changes.last_undoings(uow, [one.id for one in alerts if one.outcome == Outcome.NOT_SAME])
    later = {
        alert_id: await clue_service.visible_actions(uow, viewer, undoing.later_actions)
        for alert_id, undoing in undoings.items()
        if undoing.later_actions
    }
    if viewer.office_of is not None:
        of_office = await repository.list_clues_of(uow.session, ids, viewer.office_of)
        visible = await clues.visible_ids(uow.session, viewer, [clue_id for _, clue_id in of_office])
        for alert_id, clue_id in of_office:
            if clue_id in visible:
                own[alert_id].append(clue_id)
    return [
        OverlapAlertOut(
            id=alert.id,
            state=AlertState(alert.state),
            version=alert.version,
            commissions=[
                AlertCommissionOut(
                    unit=part.commission,
                    stage=stages[alert.id].get(part.commission, domain.Stage.REGISTERED),
                    contact=contact_of(tree, part.commission),
                    acknowledged_at=part.acknowledged_at,
                    vote=VoteOut(outcome=Outcome(part.vote), lead_unit=part.vote_lead) if part.vote else None,
                )
                for part in parts[alert.id]
            ],
            own_clues=own[alert.id],
            outcome=Outcome(alert.outcome) if alert.outcome else None,
            lead_unit=alert.lead_commission,
            detected_at=alert.detected_at,
            ack_due_at=alert.ack_due_at,
            resolved_at=alert.resolved_at,
            merged_into=alert.merged_into,
            later_actions=later.get(alert.id, []),
        )
        for alert in alerts
    ]


async def acknowledge(uow: Uow, viewer: Viewer, tree: UnitTree, alert_id: UUID, seen: int | None) -> OverlapAlert:
    """The viewer's commission takes note; safe to repeat. Raises NotFound, NotYourVote."""
    await matters.serialise(uow)
    alert, parts = await visible_alert(uow, viewer, tree, alert_id, lock=True)
    part = own_part(viewer, parts, *OFFICE_ROLES)
    check_version(seen, alert.version)
    check_possible(alert, "acknowledge")
    if part.acknowledged_at is None:
        _take_note(uow, part)
        outstanding = [code for code, one in parts.items() if one.acknowledged_at is None]
        if alert.state == AlertState.DETECTED and not outstanding:
            alert.state = AlertState.ACKNOWLEDGED
        alert.version += 1
        await uow.session.flush()
        await events.emit_acknowledged(uow, alert, parts, part.commission, outstanding)
        await uow.audit("acknowledge", "overlap_alert", alert.id)
    return alert


def _take_note(uow: Uow, part: AlertCommission) -> None:
    part.acknowledged_at = uow.now
    part.acknowledged_by = uow.actor.acting_for or uow.actor.sub


def own_part(viewer: Viewer, parts: dict[str, AlertCommission], *roles: str) -> AlertCommission:
    """The part of the viewer's commission; raises NotYourVote without one of the roles in its office."""
    part = parts.get(viewer.office_of or "")
    if part is None or not viewer.has_any(*roles):
        raise NotYourVote
    return part


def check_possible(alert: OverlapAlert, verb: str) -> None:
    """Raise MoveRefused, with the state and what it allows, where it does not allow a move."""
    domain.MOVES.take(verb, alert.state)


async def resolve(
    uow: Uow, viewer: Viewer, tree: UnitTree, alert_id: UUID, body: ResolveIn, seen: int | None
) -> OverlapAlert:
    """Vote for the viewer's commission, or decide as a leader of the lowest common superior.

    Raises NotFound, NotYourVote, MoveRefused, and Invalid where ``lead_unit`` lies in no commission involved.
    """
    await matters.serialise(uow)
    alert, parts = await visible_alert(uow, viewer, tree, alert_id, lock=True)
    is_superior = is_common_superior(viewer, tree, list(parts))
    part = None if is_superior else own_part(viewer, parts, "case_supervisor")
    check_version(seen, alert.version)
    check_possible(alert, "resolve")
    vote = Vote(body.outcome, _lead_of(tree, body, parts))
    if part is None:
        alert.decided_by = uow.actor.sub
        in_effect: Vote | None = vote
    else:
        _cast(uow, part, vote)
        cast = {code: Vote(Outcome(one.vote), one.vote_lead) if one.vote else None for code, one in parts.items()}
        in_effect = domain.agreement(cast)
    await uow.audit("decide" if part is None else "vote", "overlap_alert", alert.id, detail={"outcome": body.outcome})
    if in_effect is not None:
        await settle(uow, alert, in_effect)
    elif alert.state == AlertState.DETECTED and all(one.acknowledged_at for one in parts.values()):
        alert.state = AlertState.ACKNOWLEDGED
    alert.version += 1
    await uow.session.flush()
    if in_effect is not None:
        await events.emit_resolved(uow, alert, parts)
    return alert


def is_common_superior(viewer: Viewer, tree: UnitTree, commissions: list[str]) -> bool:
    """Whether the viewer is a leader of the lowest common superior of the commissions."""
    superior = tree.lowest_common_superior(commissions)
    return superior is not None and viewer.has_any(*LEADERS) and viewer.unit == superior


def _lead_of(tree: UnitTree, body: ResolveIn, parts: dict[str, AlertCommission]) -> str | None:
    if body.lead_unit is None:
        return None
    commission = tree.commission(body.lead_unit)
    if commission not in parts:
        message = Text("主办单位须属于所涉的纪委监委之一", "The lead must lie in one of the commissions involved")
        raise Invalid(errors=[FieldError("/lead_unit", "not_involved", message)])
    return commission


def _cast(uow: Uow, part: AlertCommission, vote: Vote) -> None:
    part.vote, part.vote_lead = vote.outcome, vote.lead
    part.voted_at, part.voted_by = uow.now, uow.actor.acting_for or uow.actor.sub
    if part.acknowledged_at is None:
        _take_note(uow, part)  # whoever votes has taken note


async def settle(uow: Uow, alert: OverlapAlert, vote: Vote) -> None:
    """Put a resolution into effect: verdicts, matters and leads follow it. Call ``matters.serialise`` first."""
    alert.state, alert.outcome, alert.lead_commission = AlertState.RESOLVED, vote.outcome, vote.lead
    alert.resolved_at = uow.now
    members = await repository.list_clues(uow.session, [alert.id])
    clue_ids = [clue.clue_id for clue in members]
    await matters.hold(uow, clue_ids)  # before their parts in the alert: who moves a clue locks it first, too
    commissions = {clue.clue_id: clue.commission for clue in members}
    by_votes = VerdictSource(SourceKind.ALERT, alert.id)
    if vote.outcome is Outcome.NOT_SAME:
        settled = await candidates.settle_across(uow, clue_ids, Decision.DIFFERENT, by_votes)
        await candidate_events.emit_settled(uow, settled, commissions)
        await matters.unlink_source(
            uow,
            alert.id,
            SourceKind.ALERT,
            standing=await clue_service.standing_leads(uow, await matters.clues_around(uow, clue_ids)),
            verbs=PEOPLES_STEPS,
        )
        await matters.put_leads(uow, dict.fromkeys(clue.bound_by for clue in members))
        return
    settled = await candidates.settle_across(uow, clue_ids, Decision.SAME, by_votes)
    scope = await detection.bind_all(uow, alert.id)
    lead = (await matters.leads_of(uow, [scope])).get(scope)
    links = [Link(clue_ids[0], other, alert.id, source_kind=SourceKind.ALERT) for other in clue_ids[1:]]
    linked = await matters.link_clues(uow, links, SourceKind.ALERT, standing=[lead] if lead else [])
    await candidate_events.emit_settled(uow, settled, commissions, next(iter(linked.matters_with(*clue_ids)), None))
    if vote.lead is not None:
        scopes = [scope, *linked.matters_with(*clue_ids)]
        await matters.designate(uow, scopes, matters.designated(uow, vote.lead), SourceKind.ALERT, alert.id)
    elif lead is not None:
        alert.lead_commission = lead.commission
