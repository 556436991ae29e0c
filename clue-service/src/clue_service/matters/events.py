"""Events of matters: ids, commissions and counts; a clue is never named."""

from collections.abc import Iterable
from uuid import UUID

from chassis.uow import Uow
from contracts.clue import MatterLeadAssigned, MatterMerged, MatterSplit, MatterUndone

from clue_service.matter_changes.models import MatterChange
from clue_service.matters.leads import Lead
from clue_service.matters.models import Matter


def _common(matter: Matter, change: MatterChange, commissions: Iterable[str]) -> dict[str, object]:
    return {"matter_id": matter.id, "change_id": change.id, "commissions": tuple(sorted(commissions))}


async def emit_merged(
    uow: Uow, matter: Matter, change: MatterChange, commissions: list[str], merged: Iterable[UUID]
) -> None:
    """Matters became one."""
    event = MatterMerged.model_validate({**_common(matter, change, commissions), "merged_ids": tuple(sorted(merged))})
    await uow.emit(event, aggregate_id=matter.id, version=matter.version, commission=_one(commissions))


async def emit_split(
    uow: Uow, matter: Matter, change: MatterChange, commissions: list[str], parts: Iterable[UUID]
) -> None:
    """Clues left a matter; ``parts`` are the matters that they form."""
    event = MatterSplit.model_validate({**_common(matter, change, commissions), "part_ids": tuple(sorted(parts)),
         "later_actions": len(change.later_actions)}
    )  # fmt: skip
    await uow.emit(event, aggregate_id=matter.id, version=matter.version, commission=_one(commissions))


async def emit_undone(uow: Uow, matter: Matter, change: MatterChange, commissions: list[str]) -> None:
    """A merge or split was taken back."""
    said = {"undoes": change.undoes, "later_actions": len(change.later_actions)}
    event = MatterUndone.model_validate({**_common(matter, change, commissions), **said})
    await uow.emit(event, aggregate_id=matter.id, version=matter.version, commission=_one(commissions))


async def emit_lead_assigned(
    uow: Uow, matter: Matter, change: MatterChange, commissions: list[str], lead: Lead
) -> None:
    """A leader named who leads."""
    said = {"lead_commission": lead.commission, "lead_unit": lead.unit}
    event = MatterLeadAssigned.model_validate({**_common(matter, change, commissions), **said})
    await uow.emit(event, aggregate_id=matter.id, version=matter.version, commission=_one(commissions))


def _one(commissions: list[str]) -> str | None:
    return commissions[0] if len(commissions) == 1 else None
