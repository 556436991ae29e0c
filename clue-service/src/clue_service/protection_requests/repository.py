"""SQL of requests for protection."""

from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, each
from clue_service.access.policy import Viewer
from clue_service.accusation_findings.policy import own_commission
from clue_service.proceedings.policy import represented_units
from clue_service.protection_requests.models import ProtectionContent, ProtectionRequest

_P = ProtectionRequest


def parts_of(viewer: Viewer) -> list[PartOf]:
    """``policy.parts_in`` in SQL: the requests that the viewer has a part in."""
    if viewer.service is not None:
        return []
    met = and_(_P.secrecy_level.in_(sorted(viewer.cleared_for)), ~func.is_recused_from(_P.clue_id, viewer.sub))
    own = own_commission(viewer)
    sets = [
        _P.requested_by == viewer.sub,
        *each(_P.charged_unit, represented_units(viewer)),
        *each(_P.commission, {own} if own else ()),
    ]
    return [PartOf(one, met) for one in sets]


async def find_sealed(session: AsyncSession, request_id: UUID) -> bytes | None:
    """What was told, sealed, as far as the caller may read it."""
    return await session.scalar(select(ProtectionContent.sealed).where(ProtectionContent.request_id == request_id))
