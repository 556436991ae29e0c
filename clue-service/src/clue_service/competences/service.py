"""Use cases of competence: what the directory suggests, what people decide, and how that binds the moves."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import MoveRefused
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import Viewer
from clue_service.clues import events, repository, rights
from clue_service.clues import service as clues
from clue_service.clues.clocks import end_clock, run_clock
from clue_service.clues.errors import MoveNotYours
from clue_service.clues.models import Clue
from clue_service.clues.steps import keep_said
from clue_service.competences import domain
from clue_service.competences.domain import Asked, Managed, Route
from clue_service.competences.errors import CompetentElsewhere, WrongRoute
from clue_service.competences.schemas import CompetenceOut, DecideCompetenceIn, DecisionOut, SubjectCompetenceOut
from clue_service.deadlines.domain import FORWARD_TO_COMPETENT

_DECIDABLE = frozenset({"registered", "accepted"})
"""States in which nobody handles the clue yet."""


async def questions_about(uow: Uow, viewer: Viewer, clue_id: UUID) -> tuple[Clue, list[Asked], int]:
    """The clue, what the pool is asked about its subjects, and how many subjects there are. Raises NotFound."""
    clue = await clues.visible_clue(uow, viewer, clue_id)
    subjects = await repository.list_subjects(uow.session, [clue.id])
    await uow.audit("read_competence", "clue", clue.id)
    return clue, domain.questions(subjects), len(subjects)


def describe(tree: UnitTree, clue: Clue, found: Sequence[Managed], subjects: int) -> CompetenceOut:
    """The suggestion, and what people decided."""
    route, commission = domain.suggestion(tree, clue.commission, found, subjects)
    decision = clue.competence_decision
    is_forwarding = clue.due_rule == FORWARD_TO_COMPETENT.name
    return CompetenceOut(
        route=route,
        commission=commission,
        suggested_moves=list(domain.MOVES_OF[route]),
        subjects=[
            SubjectCompetenceOut(
                subject_id=one.key, committee=one.committee, commission=one.commission, basis=one.basis
            )
            for one in found
        ],
        decision=DecisionOut.model_validate(decision) if decision else None,
        due_at=clue.running_due_at if is_forwarding else None,
    )


async def decide_competence(
    uow: Uow, viewer: Viewer, tree: UnitTree, clue_id: UUID, body: DecideCompetenceIn, seen: int | None
) -> Clue:
    """A case supervisor says which commission is competent. Elsewhere: it is handed over in five working days.

    Raises NotFound, MoveNotYours, StaleVersion, MoveRefused where somebody handles the clue already.
    """
    clue = await clues.visible_clue(uow, viewer, clue_id, lock=True)
    if viewer.office_of != clue.commission or not viewer.has_any("case_supervisor"):
        raise MoveNotYours(members={"who": [{"roles": ["case_supervisor"], "unit": "of the clue's commission"}]})
    check_version(seen, clue.version)
    if clue.status not in _DECIDABLE:
        raise MoveRefused(members={"state": clue.status, "allowed_moves": rights.possible_moves(clue)})
    competent = tree.commission(body.commission)
    clue.competent_commission = competent
    clue.competence_decision = {
        "commission": competent,
        "reason": body.reason,
        "decided_by": viewer.sub,
        "decided_at": uow.now.isoformat(),
    }
    if competent != clue.commission and clue.due_rule is None:
        await run_clock(uow, clue, FORWARD_TO_COMPETENT.name, uow.clock.civil_date(clue.registered_at))
    elif competent == clue.commission and clue.due_rule == FORWARD_TO_COMPETENT.name:
        await end_clock(uow, clue)
    clue.version += 1
    await uow.session.flush()
    keep_said(uow, clue, "decide_competence", body)
    route = domain.route_to(tree, clue.commission, competent)
    await events.emit_clue(uow, "clue.clue.competence_decided.v1", clue, None, route=route.value)
    await uow.audit("decide_competence", "clue", clue.id, detail={"route": route.value, "version": clue.version})
    return clue


def check_route(tree: UnitTree, clue: Clue, verb: str, to_unit: str | None) -> None:
    """Raise CompetentElsewhere or WrongRoute where a move leads elsewhere than people decided."""
    competent = clue.competent_commission
    if competent is None or (verb not in domain.KEEPING and verb not in domain.HANDING_OVER):
        return
    route = domain.route_to(tree, clue.commission, competent)
    members: dict[str, Any] = {
        "competent": competent,
        "route": route.value,
        "state": clue.status,
        "allowed_moves": [one for one in rights.possible_moves(clue) if one in domain.MOVES_OF[route]],
    }
    if verb in domain.KEEPING:
        if route is not Route.OWN:
            raise CompetentElsewhere(members=members)
        return
    is_there = to_unit is not None and tree.commission(to_unit) == competent
    if not is_there or verb not in domain.MOVES_OF[route]:
        raise WrongRoute(members=members)
