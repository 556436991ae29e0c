"""SQL of findings of false accusation."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.accusation_findings.domain import FindingState
from clue_service.accusation_findings.models import AccusationFinding
from clue_service.accusation_findings.policy import own_commission

_UNSEEN_FROM_ABOVE = sorted({FindingState.PROPOSED, FindingState.WITHDRAWN})
_GIVEN_UP = sorted({FindingState.REJECTED, FindingState.WITHDRAWN})


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """``policy.parts_in`` in SQL: whether the viewer has any part."""
    own = own_commission(viewer)
    if own is None:
        return false()
    above = (
        and_(
            AccusationFinding.approving_commission == viewer.leads,
            AccusationFinding.state.not_in(_UNSEEN_FROM_ABOVE),
        )
        if viewer.leads is not None
        else false()
    )
    cleared = AccusationFinding.secrecy_level.in_(sorted(viewer.cleared_for))
    return and_(cleared, or_(AccusationFinding.commission == own, above))


@reads_as_engine
async def standing_for(session: AsyncSession, clue_id: UUID) -> AccusationFinding | None:
    """The finding about a clue that was not given up."""
    query = select(AccusationFinding).where(
        AccusationFinding.clue_id == clue_id, AccusationFinding.state.not_in(_GIVEN_UP)
    )
    return await session.scalar(query.limit(1))
