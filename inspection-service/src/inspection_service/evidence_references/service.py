"""Evidence of findings and reports, for the features that own them; these decide who may add and read."""

from collections.abc import Iterable
from uuid import UUID

from chassis.uow import Uow

from inspection_service.evidence_references import repository
from inspection_service.evidence_references.models import EvidenceReference
from inspection_service.evidence_references.schemas import EvidenceIn, EvidenceOut


async def add_evidence(uow: Uow, owner_type: str, owner_id: UUID, given: Iterable[EvidenceIn]) -> int:
    """Add references; returns how many."""
    rows = [
        EvidenceReference(
            **one.model_dump(),
            owner_type=owner_type,
            owner_id=owner_id,
            added_by=uow.actor.acting_for or uow.actor.sub,
            added_at=uow.now,
        )
        for one in given
    ]
    uow.session.add_all(rows)
    await uow.session.flush()
    if rows:
        await uow.audit("add_evidence", owner_type, owner_id, detail={"count": len(rows)})
    return len(rows)


async def list_evidence(uow: Uow, owner_type: str, owner_id: UUID) -> list[EvidenceOut]:
    """The evidence of one thing, in the order it was added."""
    return [
        EvidenceOut.model_validate(row) for row in await repository.list_evidence(uow.session, owner_type, owner_id)
    ]
