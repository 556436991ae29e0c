"""Overlap alerts convene consultations. Own events are followed, so that intake does not wait and a replay is safe."""

from chassis.consumer import Handler
from chassis.service import Resources
from chassis.uow import Uow
from contracts.clue import OverlapAlertDetected
from contracts.envelope import Envelope

from clue_service.consultations.automatic import convene_for_alert


def handlers(resources: Resources) -> dict[str, Handler]:
    """Event type → handler."""

    async def on_overlap(uow: Uow, _envelope: Envelope, event: OverlapAlertDetected) -> None:
        await convene_for_alert(uow, await resources.directory.tree(), event.alert_id)

    return {OverlapAlertDetected.type: on_overlap}
