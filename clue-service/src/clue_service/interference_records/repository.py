"""SQL of records of interference."""

from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf
from clue_service.access.policy import LEADERS, Viewer
from clue_service.accusation_findings.policy import own_commission
from clue_service.interference_records.models import InterferenceContent, InterferenceRecord

_R = InterferenceRecord


def parts_of(viewer: Viewer) -> list[PartOf]:
    """``policy.parts_in`` in SQL: the records that the viewer has a part in."""
    if viewer.service is not None:
        return []
    met = and_(
        _R.secrecy_level.in_(sorted(viewer.cleared_for)),
        or_(_R.intervener_sub.is_(None), _R.intervener_sub != viewer.sub),
        ~func.is_recused_from(_R.clue_id, viewer.sub),
    )
    found = [PartOf(_R.recorded_by == viewer.sub, met)]
    if viewer.leads is not None and viewer.has_any(*LEADERS):
        found.append(PartOf(_R.reviewing_commission == viewer.leads, met))
    own = own_commission(viewer)
    if own is not None:
        found.append(PartOf(_R.commission == own, and_(met, _R.reviewing_commission == own)))
    return found


async def find_sealed(session: AsyncSession, record_id: UUID) -> bytes | None:
    """What was said, sealed, as far as the caller may read it."""
    return await session.scalar(select(InterferenceContent.sealed).where(InterferenceContent.record_id == record_id))
