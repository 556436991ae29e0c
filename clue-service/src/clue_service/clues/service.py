"""Use cases that read clues: one, many, its candidates, its steps."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.clues import domain, finding, repository
from clue_service.clues.errors import SubjectOfClue
from clue_service.clues.filters import ClueFilter, Place
from clue_service.clues.finding import FoundClues
from clue_service.clues.models import Allegation, Clue, Result
from clue_service.clues.outcomes import LEADING_METHODS
from clue_service.clues.outlines import ClueOutline
from clue_service.clues.schemas import ApprovalOut, SaidOut, StepOut
from clue_service.matter_changes.schemas import LaterAction
from clue_service.matters.leads import Lead

MATTER_STEPS = ("merge_matters", "split_matter", "undo_matter", "assign_lead")
_VERDICTS = ("decide_candidate", "undo_candidate")
STEPS = (
    "register", "match", *(row.verb for row in domain.MOVE_ROWS), "decide_competence", *_VERDICTS, *MATTER_STEPS,
    "delete",
)  # fmt: skip
"""Audit actions that are steps of a clue's life; reads are not."""
PEOPLES_STEPS = frozenset({*(row.verb for row in domain.MOVE_ROWS), *_VERDICTS, *MATTER_STEPS})
"""Steps that are flagged when a decision taken before them is undone."""


async def visible_clue(uow: Uow, viewer: Viewer, clue_id: UUID, *, lock: bool = False) -> Clue:
    """The clue; raises NotFound where the viewer may not see it, just as where there is none."""
    found = await repository.find_visible_clue(uow.session, viewer, clue_id, lock=lock)
    if found is None:
        raise NotFound
    return found


async def locked_clue(uow: Uow, clue_id: UUID) -> Clue | None:
    """A clue for the service's own work, locked."""
    return await repository.lock_clue(uow.session, clue_id)


async def find_clue(uow: Uow, viewer: Viewer, clue_id: UUID) -> Clue | None:
    """The clue, if the viewer may see all of it."""
    return await repository.find_visible_clue(uow.session, viewer, clue_id)


async def list_clues(uow: Uow, viewer: Viewer, wanted: ClueFilter, *, after: Place | None, limit: int) -> FoundClues:
    """Clues the viewer may see, in the order wanted."""
    found = await finding.list_clues(uow.session, viewer, wanted, after=after, limit=limit)
    await uow.audit("list", "clue", "-", detail={"clues": [str(clue.id) for clue in found.clues]})
    return found


async def timeline(uow: Uow, clue: Clue) -> list[StepOut]:
    """Every step of a clue, oldest first, with what was said with it."""
    said = await repository.said_with_steps(uow.session, clue.id)
    return [
        StepOut(
            at=row.at,
            action=row.action,
            actor=row.actor,
            acting_for=row.acting_for,
            unit=row.unit,
            from_status=row.detail.get("from"),
            to_status=row.detail.get("to"),
            closure=row.detail.get("closure"),
            version=row.detail.get("version"),
            approval=ApprovalOut(**approval) if (approval := row.detail.get("approval")) else None,
            said=SaidOut(**words) if (words := said.get((row.action, row.detail.get("version")))) else None,
        )
        for row in await repository.list_steps(uow.session, clue.id, STEPS)
    ]


async def last_step_at(uow: Uow, clue: Clue) -> datetime:
    """When people last moved the clue; its retention is counted from there."""
    moves = ("register", *(row.verb for row in domain.MOVE_ROWS))
    steps = await repository.list_steps(uow.session, clue.id, moves)
    return steps[-1].at if steps else clue.registered_at


async def latest_result(uow: Uow, clue_id: UUID) -> Result | None:
    """The outcome that counts."""
    return await repository.latest_result(uow.session, clue_id)


async def check_not_subject(uow: Uow, clue_ids: Collection[UUID]) -> None:
    """Raise SubjectOfClue where one of some clues reports on whoever acts, as far as name and code tell."""
    if await about_actor(uow, clue_ids):
        raise SubjectOfClue


async def about_actor(uow: Uow, clue_ids: Collection[UUID]) -> set[UUID]:
    """Those of some clues that report on whoever acts: by the name of the token, or by the person's code."""
    return await repository.about_person(
        uow.session, clue_ids, sub=uow.actor.acting_for or uow.actor.sub, name=uow.actor.name
    )


async def visible_ids(uow: Uow, viewer: Viewer, clue_ids: Iterable[UUID]) -> set[UUID]:
    """Those of some clues that the viewer may see."""
    return await repository.visible_ids(uow.session, viewer, clue_ids)


async def clues_by_id(uow: Uow, clue_ids: Iterable[UUID]) -> dict[UUID, Clue]:
    """Clues by id, for the service's own work."""
    return await repository.find_clues(uow.session, clue_ids)


async def outlines(uow: Uow, clue_ids: Iterable[UUID]) -> dict[UUID, ClueOutline]:
    """Whose some clues are and how far they are, for the service's own work."""
    return await repository.outlines(uow.session, clue_ids)


async def allegations_of(uow: Uow, clue_ids: Iterable[UUID]) -> Sequence[Allegation]:
    """The allegations of some clues, for the service's own work."""
    return await repository.list_allegations(uow.session, clue_ids)


async def standing_leads(uow: Uow, clue_ids: Iterable[UUID]) -> list[Lead]:
    """The leads that approvals of checks gave before the clues formed a matter, earliest first."""
    rows = await repository.approved_checks(uow.session, clue_ids, LEADING_METHODS)
    return [
        Lead(commission=row.commission, unit=row.lead_unit, clue_id=row.id, basis="approval", taken_at=row.decided_at)
        for row in rows
        if row.overlap_policy != "silent"
    ]


async def visible_actions(uow: Uow, viewer: Viewer, actions: Sequence[Mapping[str, Any]]) -> list[LaterAction]:
    """What people did, as far as the viewer may see the clues they did it with; on a matter only one's own unit's."""
    visible = await repository.visible_ids(
        uow.session, viewer, {UUID(clue) for one in actions for clue in one["clue_ids"]}
    )
    found = []
    for one in actions:
        clues = [UUID(clue) for clue in one["clue_ids"] if UUID(clue) in visible]
        if clues:
            found.append(LaterAction.model_validate({**one, "clue_ids": clues}))
    return found


async def subjects_of_open_clues(
    uow: Uow, *, person_codes: Iterable[str], names: Iterable[str]
) -> tuple[set[str], set[tuple[str, str | None]]]:
    """Of these person codes and names, those that open, announced clues report on: (codes, (name, unit) pairs)."""
    rows = await repository.open_subjects(uow.session, person_codes=person_codes, names=names)
    return {code for code, _, _ in rows if code}, {(name, unit) for _, name, unit in rows if name}
