"""A clue split by allegation: what was registered stays as it was, the parts become clues of their own."""

from collections import Counter
from uuid import UUID

from chassis.errors import invalid_field

from clue_service.clues import repository
from clue_service.clues.models import Clue
from clue_service.clues.move_schemas import PartIn, SplitIn
from clue_service.clues.states import Closure, Status
from clue_service.clues.steps import MATCH_AGAIN, Moving, Step
from clue_service.intake.copies import form_of
from clue_service.intake.rows import Registration
from clue_service.intake.service import register_clue
from clue_service.overlap_alerts import detection


async def split(moving: Moving, body: SplitIn) -> Step:
    """Some allegations go into clues of their own; the state stays."""
    clue, uow = moving.clue, moving.uow
    allegations = {one.id: one for one in await repository.list_allegations(uow.session, [clue.id])}
    left = {one.id for one in allegations.values() if one.moved_to_id is None}
    subjects = {one.id for one in await repository.list_subjects(uow.session, [clue.id])}
    _check(body, left, subjects)
    parts = [await _register(moving, part) for part in body.parts]
    for part, made in zip(body.parts, parts, strict=True):
        for allegation_id in part.allegation_ids:
            allegations[allegation_id].moved_to_id = made.id
    await uow.session.flush()
    await repository.index_anew(uow.session, clue.id)
    await detection.unbind(uow, clue.id)
    for one in (clue, *parts):
        await uow.enqueue(MATCH_AGAIN, {"clue_id": str(one.id)})
    closure = Closure(clue.closure) if clue.closure else None
    return Step(Status(clue.status), closure, said={"part_ids": tuple(made.id for made in parts)})


def _check(body: SplitIn, left: set[UUID], subjects: set[UUID]) -> None:
    going = Counter(one for part in body.parts for one in part.allegation_ids)
    if not set(going) <= left or max(going.values()) > 1:
        raise invalid_field(
            "/parts",
            "not_a_part",
            "每项须为该线索现有的问题，且只能分出一次",
            "Each must be an allegation of this clue, and leave it once",
        )
    if set(going) == left:
        raise invalid_field("/parts", "nothing_stays", "至少保留一项问题", "At least one allegation has to stay")
    named = {one for part in body.parts for one in part.subject_ids or ()}
    if not named <= subjects:
        raise invalid_field("/parts", "not_a_subject", "须为该线索的被反映对象", "Must be subjects of this clue")


async def _register(moving: Moving, part: PartIn) -> Clue:
    clue, uow, engine = moving.clue, moving.uow, moving.engine
    ids = part.subject_ids
    form = await form_of(
        uow, engine.keys, clue, allegation_ids=part.allegation_ids, subject_ids=ids, summary=part.summary
    )
    registration = Registration(form, clue.receiving_unit, clue.commission, prepared=None)
    made = (await register_clue(uow, moving.viewer, moving.tree, engine, engine.keys, registration)).clue
    made.split_from_id, made.reporter_identity = clue.id, clue.reporter_identity
    await uow.session.flush()
    return made
