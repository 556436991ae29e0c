"""The journal of states: written in the transaction of each move, read to tell any past day again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.uow import Uow

from inspection_service.steps import repository
from inspection_service.steps.models import Step
from inspection_service.steps.schemas import StepOut


async def record_step(
    uow: Uow, object_type: str, object_id: UUID, version: int, verb: str, *, source: str | None, target: str
) -> None:
    """Remember that a thing reached a state. ``version`` is the version it has now."""
    uow.session.add(
        Step(
            object_type=object_type,
            object_id=object_id,
            version=version,
            verb=verb,
            from_state=source,
            to_state=target,
            at=uow.now,
            taken_by=uow.actor.acting_for or uow.actor.sub,
            unit=uow.actor.unit,
        )
    )
    await uow.session.flush()


async def list_steps(uow: Uow, object_type: str, object_id: UUID) -> list[StepOut]:
    """The steps of one thing, oldest first; the caller has shown that it may be read."""
    return [StepOut.model_validate(step) for step in await repository.list_steps(uow.session, object_type, object_id)]


async def states_at(
    uow: Uow, object_type: str, object_ids: Sequence[UUID], instant: datetime
) -> dict[UUID, tuple[str, datetime]]:
    """The state of some things at an instant and since when; things that were not there yet are left out."""
    return await repository.states_at(uow.session, object_type, object_ids, instant)
