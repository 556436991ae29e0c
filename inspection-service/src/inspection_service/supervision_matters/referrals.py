"""What is asked of others for a difficulty, and what came of it: directed support, or a consultation."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.uow import Uow

from inspection_service.clients.clue import ConvenedConsultation
from inspection_service.supervision_matters import repository
from inspection_service.supervision_matters.events import emit_matter
from inspection_service.supervision_matters.models import MatterRecord, MatterReferral, SupervisionMatter
from inspection_service.supervision_matters.schemas import Referral

ASKING, REQUESTED, REFUSED = "asking", "requested", "refused"


@dataclass(frozen=True)
class Wish:
    """What to ask for, of whom, and in whose name."""

    referral: Referral
    body: dict[str, Any]
    by: str


@dataclass(frozen=True)
class Reply:
    """What came of a wish: one of the two, or the code of the refusal."""

    support_id: UUID | None = None
    consultation: ConvenedConsultation | None = None
    refusal_code: str | None = None


async def wish_of(uow: Uow, difficulty_id: UUID) -> Wish | None:
    """What to ask for; None once it has been asked."""
    referral = await repository.lock_referral(uow.session, difficulty_id)
    record = await repository.find_record(uow.session, difficulty_id)
    if referral is None or record is None or referral.state != ASKING:
        return None
    matter = await repository.lock_matter(uow.session, referral.matter_id)
    kind = Referral(referral.referral)
    make = _support if kind is Referral.DIRECTED_SUPPORT else _consultation
    return Wish(kind, make(matter, record), record.recorded_by)


def _support(matter: SupervisionMatter, record: MatterRecord) -> dict[str, Any]:
    return {
        "kind": record.document["support_kind"],
        "difficulty": record.document["text"],
        "requesting_unit": record.unit,
        "period": {"from": matter.starts_on.isoformat(), "to": matter.ends_on.isoformat()},
        "linked_ref": f"matter:{matter.id}",
    }


def _consultation(matter: SupervisionMatter, record: MatterRecord) -> dict[str, Any]:
    """Whoever raised it convenes; all units of the matter deliberate."""
    at_work = {matter.owner_unit, *([matter.lead_unit] if matter.lead_unit else []), *matter.co_units}
    return {
        "origin_ref": f"difficulty:{record.id}",
        "topic": record.document["text"],
        "convener_unit": record.unit or matter.owner_unit,
        "units": sorted(at_work),
    }


async def settle(uow: Uow, difficulty_id: UUID, reply: Reply) -> None:
    """Write what came of it, once."""
    referral = await repository.lock_referral(uow.session, difficulty_id)
    if referral is None or referral.state != ASKING:
        return
    referral.state = REFUSED if reply.refusal_code is not None else REQUESTED
    referral.support_id, referral.refusal_code = reply.support_id, reply.refusal_code
    if reply.consultation is not None:
        _follow(referral, reply.consultation)
    referral.version += 1
    matter = await repository.lock_matter(uow.session, referral.matter_id)
    matter.version += 1
    await uow.session.flush()
    if referral.state == REQUESTED:
        await emit_matter(
            uow, "inspection.matter.referred.v1", matter, difficulty_id=difficulty_id, referral=referral.referral
        )


async def follow_consultation(uow: Uow, told: ConvenedConsultation) -> None:
    """A consultation moved; the difficulty it came of shows how far it is. Older news is left out."""
    referral = await repository.lock_referral_of_consultation(uow.session, told.id)
    if referral is not None and (referral.consultation_version or 0) < told.version:
        _follow(referral, told)
        referral.version += 1
        await uow.session.flush()


def _follow(referral: MatterReferral, told: ConvenedConsultation) -> None:
    referral.consultation_id, referral.consultation_state = told.id, told.state
    referral.consultation_version = told.version
