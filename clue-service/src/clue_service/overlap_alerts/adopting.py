"""Putting the approved conclusion of a consultation into effect, where the votes on an overlap do not agree."""

from collections.abc import Collection
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import MoveRefused, Text, invalid_field
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import Viewer
from clue_service.access.row_security import as_engine
from clue_service.consultations import repository as consultations
from clue_service.consultations.models import Consultation
from clue_service.matters import service as matters
from clue_service.overlap_alerts import domain, events, service
from clue_service.overlap_alerts.domain import Outcome, Vote
from clue_service.overlap_alerts.errors import NothingConcluded
from clue_service.overlap_alerts.models import OverlapAlert
from clue_service.overlap_alerts.schemas import AdoptConclusionIn


async def adopt_conclusion(
    uow: Uow, viewer: Viewer, tree: UnitTree, alert_id: UUID, body: AdoptConclusionIn, seen: int | None
) -> OverlapAlert:
    """Resolve an alert as its consultation concluded; a person says what the conclusion comes to.

    Raises NotFound, NotYourVote, MoveRefused, NothingConcluded, and Invalid where the outcome does not go with the
    lead that the conclusion names.
    """
    await matters.serialise(uow)
    alert, parts = await service.visible_alert(uow, viewer, tree, alert_id, lock=True)
    if not service.is_common_superior(viewer, tree, list(parts)):
        service.own_part(viewer, parts, "case_supervisor")
    check_version(seen, alert.version)
    service.check_possible(alert, "adopt-conclusion")
    item, took_part = await _consultation_of(uow, alert.id)
    if item is None or item.state not in domain.CONCLUDED_CONSULTATIONS:
        raise NothingConcluded(members={"state": item.state if item else None, "allowed_moves": ["resolve"]})
    if not set(parts) <= took_part:
        sentence = Text("有后加入的单位未参加会商", "A commission that joined later took no part")
        raise MoveRefused(sentence, members={"state": alert.state, "allowed_moves": ["acknowledge", "resolve"]})
    vote = Vote(body.outcome, _lead(tree, parts, item.lead_unit))
    if (vote.outcome is Outcome.LEAD_DESIGNATED) != (vote.lead is not None):
        raise invalid_field(
            "/outcome",
            "not_as_concluded",
            "与会商结论不一致",
            "The conclusion names a lead among them, or names none: lead_designated goes with that",
        )
    alert.decided_by = viewer.sub
    await uow.audit("adopt_conclusion", "overlap_alert", alert.id, detail={"outcome": vote.outcome})
    await service.settle(uow, alert, vote)
    alert.version += 1
    await uow.session.flush()
    await events.emit_resolved(uow, alert, parts)
    return alert


async def _consultation_of(uow: Uow, alert_id: UUID) -> tuple[Consultation | None, set[str]]:
    """The consultation an alert convened and the units that took part, whoever asks."""
    async with as_engine(uow.session):
        item = await consultations.lock_of_alert(uow.session, alert_id)
        if item is None:
            return None, set()
        return item, {one.unit for one in await consultations.list_participants(uow.session, [item.id])}


def _lead(tree: UnitTree, commissions: Collection[str], lead_unit: str | None) -> str | None:
    commission = tree.commission(lead_unit) if lead_unit is not None else None
    return commission if commission in commissions else None
