"""Changes of the directory that make old notices reach new people.

The chassis has written its copy of the directory before the handlers here see a change of it.
"""

from chassis.consumer import Handler
from chassis.service import Resources
from chassis.uow import Uow
from contracts.envelope import Envelope
from contracts.pool import PrincipalUpserted, UnitUpserted

from notification_service.notices import service
from notification_service.resources import own_of


def handlers(resources: Resources) -> dict[str, Handler]:
    """Event type → handler."""

    async def follow_unit(uow: Uow, _envelope: Envelope, event: UnitUpserted) -> None:
        await service.follow_unit(uow, own_of(resources), event)

    async def follow_principal(uow: Uow, _envelope: Envelope, event: PrincipalUpserted) -> None:
        await service.follow_principal(uow, own_of(resources), event)

    return {UnitUpserted.type: follow_unit, PrincipalUpserted.type: follow_principal}
