"""Searching the library over HTTP."""

from chassis.web import Caller, UowDep
from fastapi import APIRouter

from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.library_searches import service
from clue_service.library_searches.schemas import LibrarySearchIn, LibrarySearchOut

router = APIRouter(tags=["information library"])


@router.post("/v1/library-searches")
async def search_library(
    body: LibrarySearchIn, _caller: Caller, viewer: ViewerDep, tree: TreeDep, uow: UowDep
) -> LibrarySearchOut:
    """Find entries by their words, best first, with highlights.

    Texts are searched where you may read them, titles where you see the card. A POST: words never stand in an address.
    """
    return await service.search_library(uow, viewer, tree, body)
