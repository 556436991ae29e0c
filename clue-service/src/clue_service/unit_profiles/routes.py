"""Unit profiles over HTTP."""

from typing import Annotated

from chassis.web import Caller, UowDep
from fastapi import APIRouter, Path

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.statistics.routes import AsOf
from clue_service.unit_profiles import service
from clue_service.unit_profiles.schemas import UnitProfileOut

router = APIRouter(tags=["statistics"])


@router.get("/v1/unit-profiles/{unit_code}")
async def get_unit_profile(
    unit_code: Annotated[str, Path(max_length=64)],
    _caller: Caller,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    as_of: AsOf = None,
) -> UnitProfileOut:
    """What your commission's clues, advice and library say about a unit, in numbers; for its office and leaders."""
    return await service.profile_of(uow, viewer, tree, unit_code, as_of)
