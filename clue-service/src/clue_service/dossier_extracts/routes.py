"""Dossier extracts over HTTP, between services only."""

from typing import Annotated

from chassis.identity import Principal
from chassis.web import UowDep, require
from fastapi import APIRouter

from clue_service.access.routes import TreeDep
from clue_service.dossier_extracts import service
from clue_service.dossier_extracts.schemas import DossierExtractIn, DossierExtractOut

router = APIRouter(tags=["dossier extracts"])


@router.post("/v1/dossier-extracts")
async def extract_for_dossier(
    body: DossierExtractIn, caller: Annotated[Principal, require("service")], tree: TreeDep, uow: UowDep
) -> DossierExtractOut:
    """For inspection-service only, acting for somebody: the clues about a unit, no deeper than that person may see."""
    return await service.extract(uow, caller, tree, body)
