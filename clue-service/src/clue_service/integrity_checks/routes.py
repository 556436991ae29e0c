"""Integrity checks over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.web import UowDep, require
from fastapi import APIRouter

from clue_service.access.routes import TreeDep
from clue_service.integrity_checks import service
from clue_service.integrity_checks.schemas import IntegrityCheckIn, IntegrityCheckOut

router = APIRouter(tags=["integrity checks"])


@router.post("/v1/integrity-checks")
async def check_integrity(
    body: IntegrityCheckIn, caller: Annotated[Principal, require("service")], tree: TreeDep, uow: UowDep
) -> IntegrityCheckOut:
    """For the talent pool and inspection only: is a cadre the subject of an open clue."""
    return IntegrityCheckOut(items=await service.check_cadres(uow, caller, tree, body.cadres))
