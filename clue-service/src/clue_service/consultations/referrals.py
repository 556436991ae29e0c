"""Difficulties that inspection-service refers here: each convenes one consultation, which waits for its leader."""

from chassis.directory import UnitTree
from chassis.errors import Forbidden
from chassis.uow import Uow

from clue_service.access.row_security import as_engine
from clue_service.consultations import domain, repository
from clue_service.consultations.domain import ConsultationState, Kind, Opening
from clue_service.consultations.events import emit_consultation
from clue_service.consultations.models import Consultation
from clue_service.consultations.schemas import ReferDifficultyIn
from clue_service.proceedings.service import take_step

ASKERS = frozenset({"svc:inspection-service"})
_SUBMITTED = "clue.consultation.submitted.v1"


async def convene_for_difficulty(uow: Uow, tree: UnitTree, body: ReferDifficultyIn) -> tuple[Consultation, bool]:
    """The consultation of a difficulty, and whether it is new: one for ever, however often it is asked for.

    It is submitted at once, in the name of whoever raised the difficulty; a leader approves it before anybody is
    invited, as any other. Raises Forbidden for anybody but inspection-service acting for somebody.
    """
    if not uow.actor.is_service or uow.actor.sub not in ASKERS or uow.actor.acting_for is None:
        raise Forbidden
    units = participants_of(tree, body.convener_unit, body.units)
    async with as_engine(uow.session):
        created = await repository.add_for_origin(
            uow.session,
            {
                "kind": Kind.DIFFICULTY.value,
                "state": ConsultationState.SUBMITTED.value,
                "version": 0,
                "topic": body.topic,
                "secrecy_level": body.secrecy_level.value,
                "convener_unit": body.convener_unit,
                "commission": tree.commission(body.convener_unit),
                "convened_by": uow.actor.acting_for,
                "convened_at": uow.now,
                "origin_ref": body.origin_ref,
                "quorum": domain.LEAST_UNITS,
                "opening": Opening.ALL.value,
                "attended": [],
            },
        )
        item = await repository.lock_of_origin(uow.session, body.origin_ref)
        if created is None:
            return item, False
        await repository.add_participants(uow.session, item.id, dict.fromkeys(units, ()))
        await take_step(uow, domain.ITEM, item, "convene", None, {"participants": units})
        await emit_consultation(uow, _SUBMITTED, item, units)
    return item, True


def participants_of(tree: UnitTree, convener: str, units: list[str]) -> list[str]:
    """Who deliberates: the units of the matter; their commission joins where they would be too few."""
    found = {convener, *units}
    if len(found) < domain.LEAST_UNITS:
        found.add(tree.commission(convener))
    return sorted(found)
