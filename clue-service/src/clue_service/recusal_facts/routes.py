"""Recusal facts of a clue over HTTP."""

from uuid import UUID

from chassis.web import Caller, UowDep
from fastapi import APIRouter

from clue_service.access.routes import TreeDep
from clue_service.recusal_facts import service
from clue_service.recusal_facts.schemas import RecusalFactsOut

router = APIRouter(tags=["integrity checks"])


@router.get("/v1/clues/{clue_id}/recusal-facts")
async def get_recusal_facts(clue_id: UUID, caller: Caller, tree: TreeDep, uow: UowDep) -> RecusalFactsOut:
    """For the talent pool, acting for a person who may see the clue: whom it is about, by code."""
    return await service.facts_of_clue(uow, caller, tree, clue_id)
