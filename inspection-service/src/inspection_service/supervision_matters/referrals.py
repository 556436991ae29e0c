"""What is asked of the talent pool for a difficulty, and what came of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.uow import Uow

from inspection_service.supervision_matters import repository
from inspection_service.supervision_matters.events import emit_matter

ASKING, REQUESTED, REFUSED = "asking", "requested", "refused"


@dataclass(frozen=True)
class Wish:
    """The request for directed support, and in whose name."""

    body: dict[str, Any]
    by: str


async def wish_of(uow: Uow, difficulty_id: UUID) -> Wish | None:
    """What to ask for; None once it has been asked."""
    referral = await repository.lock_referral(uow.session, difficulty_id)
    record = await repository.find_record(uow.session, difficulty_id)
    if referral is None or record is None or referral.state != ASKING:
        return None
    matter = await repository.lock_matter(uow.session, referral.matter_id)
    body = {
        "kind": record.document["support_kind"],
        "difficulty": record.document["text"],
        "requesting_unit": record.unit,
        "period": {"from": matter.starts_on.isoformat(), "to": matter.ends_on.isoformat()},
        "linked_ref": f"matter:{matter.id}",
    }
    return Wish(body, record.recorded_by)


async def settle(uow: Uow, difficulty_id: UUID, support_id: UUID | None, refusal_code: str | None) -> None:
    """Write what the pool said, once."""
    referral = await repository.lock_referral(uow.session, difficulty_id)
    if referral is None or referral.state != ASKING:
        return
    referral.state = REQUESTED if support_id is not None else REFUSED
    referral.support_id, referral.refusal_code = support_id, refusal_code
    referral.version += 1
    matter = await repository.lock_matter(uow.session, referral.matter_id)
    matter.version += 1
    await uow.session.flush()
    if support_id is not None:
        await emit_matter(
            uow, "inspection.matter.referred.v1", matter, difficulty_id=difficulty_id, referral=referral.referral
        )
