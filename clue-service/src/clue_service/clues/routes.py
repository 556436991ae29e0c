"""Reading clues over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.uow import Uow
from chassis.web import Caller, UowDep, set_etag
from fastapi import APIRouter, Query, Response

from clue_service.access.policy import OFFICE_ROLES, Viewer
from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.clues import service
from clue_service.clues.filters import ClueFilter
from clue_service.clues.schemas import CandidateList, ClueOut, ClueSearchIn, ClueSummary, Timeline
from clue_service.clues.states import Status
from clue_service.clues.vocabulary import Category, Source
from clue_service.shares import service as shares

router = APIRouter(tags=["clues"])


async def _page(uow: Uow, viewer: Viewer, wanted: ClueFilter, *, cursor: str | None, limit: int) -> Page[ClueSummary]:
    found = await service.list_clues(uow, viewer, wanted, before=id_of_cursor(cursor), limit=limit + 1)
    page = found[:limit]
    return Page(
        items=await service.summarise(uow, page),
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/clues")
async def list_clues(
    _caller: Caller,
    viewer: ViewerDep,
    uow: UowDep,
    status: Status | None = None,
    lead_unit: Annotated[str | None, Query(max_length=64)] = None,
    category: Category | None = None,
    source: Source | None = None,
    received_from: date | None = None,
    received_to: date | None = None,
    overdue: bool | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[ClueSummary]:
    """Clues you may see, newest first."""
    wanted = ClueFilter(
        status=status,
        lead_unit=lead_unit,
        category=category,
        source=source,
        received_from=received_from,
        received_to=received_to,
        overdue=overdue,
        overdue_at=uow.now,
    )
    return await _page(uow, viewer, wanted, cursor=cursor, limit=limit)


@router.post("/v1/clue-searches")
async def search_clues(body: ClueSearchIn, _caller: Caller, viewer: ViewerDep, uow: UowDep) -> Page[ClueSummary]:
    """Search by a subject's name or by text: a POST, because names never stand in an address."""
    wanted = ClueFilter(**body.model_dump(exclude={"limit", "cursor"}), overdue_at=uow.now)
    return await _page(uow, viewer, wanted, cursor=body.cursor, limit=body.limit)


@router.get("/v1/clues/{clue_id}")
async def get_clue(
    clue_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, tree: TreeDep, uow: UowDep
) -> ClueOut:
    """One clue; where a share opens it, by the shared parts only, and the reading is told to those who gave it."""
    found = await service.find_clue(uow, viewer, clue_id)
    if found is None:
        found, shared = await shares.read_shared_clue(uow, viewer, tree, clue_id)
        set_etag(response, found.version)
        return shared.clue
    await uow.audit("read", "clue", found.id)
    set_etag(response, found.version)
    return await service.describe_clue(uow, viewer, tree, found)


@router.get("/v1/clues/{clue_id}/candidates")
async def list_candidates(
    clue_id: UUID, _caller: Caller, viewer: ViewerDep, tree: TreeDep, uow: UowDep
) -> CandidateList:
    """Clues that may report the same matter; for intake officers and case supervisors, empty for others."""
    clue = await service.visible_clue(uow, viewer, clue_id)
    items = await service.candidates_of(uow, viewer, tree, clue) if viewer.has_any(*OFFICE_ROLES) else []
    blind = sum(1 for one in items if one.blind)
    await uow.audit("read_candidates", "clue", clue.id, detail={"visible": len(items) - blind, "blind": blind})
    return CandidateList(items=items)


@router.get("/v1/clues/{clue_id}/timeline")
async def get_timeline(clue_id: UUID, _caller: Caller, viewer: ViewerDep, uow: UowDep) -> Timeline:
    """Everything that was done with a clue, oldest first, without content."""
    clue = await service.visible_clue(uow, viewer, clue_id)
    await uow.audit("read_timeline", "clue", clue.id)
    return Timeline(items=await service.timeline(uow, clue))
