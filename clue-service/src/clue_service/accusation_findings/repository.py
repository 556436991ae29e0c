"""SQL of findings of false accusation."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, any_of, each
from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.accusation_findings.domain import FindingState
from clue_service.accusation_findings.models import AccusationFinding
from clue_service.accusation_findings.policy import own_commission

_UNSEEN_FROM_ABOVE = sorted({FindingState.PROPOSED, FindingState.WITHDRAWN})
_GIVEN_UP = sorted({FindingState.REJECTED, FindingState.WITHDRAWN})


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """``policy.parts_in`` in SQL: whether the viewer has any part."""
    return any_of(parts_of(viewer))


def parts_of(viewer: Viewer) -> list[PartOf]:
    """The findings that the viewer has a part in."""
    own = own_commission(viewer)
    if own is None:
        return []
    met = and_(
        AccusationFinding.secrecy_level.in_(sorted(viewer.cleared_for)),
        ~func.is_recused_from(AccusationFinding.clue_id, viewer.sub),
    )
    told = and_(met, AccusationFinding.state.not_in(_UNSEEN_FROM_ABOVE))
    above = each(AccusationFinding.approving_commission, {viewer.leads} if viewer.leads else ())
    return [PartOf(AccusationFinding.commission == own, met), *(PartOf(one, told) for one in above)]


@reads_as_engine
async def standing_for(session: AsyncSession, clue_id: UUID) -> AccusationFinding | None:
    """The finding about a clue that was not given up."""
    query = select(AccusationFinding).where(
        AccusationFinding.clue_id == clue_id, AccusationFinding.state.not_in(_GIVEN_UP)
    )
    return await session.scalar(query.limit(1))
