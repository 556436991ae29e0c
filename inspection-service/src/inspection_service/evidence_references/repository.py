"""SQL of evidence."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.evidence_references.models import EvidenceReference


async def list_evidence(session: AsyncSession, owner_type: str, owner_id: UUID) -> Sequence[EvidenceReference]:
    """The evidence of one thing, in the order it was added."""
    query = (
        select(EvidenceReference)
        .where(EvidenceReference.owner_type == owner_type, EvidenceReference.owner_id == owner_id)
        .order_by(EvidenceReference.id)
    )
    return (await session.scalars(query)).all()
