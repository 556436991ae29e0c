"""Reading clues over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.errors import InvalidCursor
from chassis.pagination import Page, decode_cursor, encode_cursor
from chassis.uow import Uow
from chassis.web import Caller, UowDep, set_etag
from fastapi import APIRouter, Query, Response

from clue_service.access.policy import OFFICE_ROLES, Viewer
from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.clues import describing, service
from clue_service.clues.filters import ClueFilter, ClueOrder, Place
from clue_service.clues.listing import check_place, place_of
from clue_service.clues.schemas import CandidateList, ClueListQuery, ClueOut, ClueSearchIn, ClueSummary, Timeline
from clue_service.deadlines.schemas import ClockChangeList, ClockChangeOut
from clue_service.deadlines.service import list_changes
from clue_service.shares import service as shares

router = APIRouter(tags=["clues"])


async def _page(uow: Uow, viewer: Viewer, wanted: ClueFilter, *, cursor: str | None, limit: int) -> Page[ClueSummary]:
    found = await service.list_clues(uow, viewer, wanted, after=_place(cursor, wanted.order), limit=limit + 1)
    page = found.clues[:limit]
    end = place_of(page[-1], wanted.order) if len(found.clues) > limit else found.read_to
    return Page(
        items=await describing.summarise(uow, page),
        next_cursor=_cursor(end, wanted.order) if end is not None else None,
    )


def _cursor(place: Place, order: ClueOrder) -> str:
    return encode_cursor(order.value, place.value, str(place.clue_id))


def _place(cursor: str | None, order: ClueOrder) -> Place | None:
    """The place of a cursor; raises InvalidCursor, also where the list was sorted otherwise."""
    if not cursor:
        return None
    sorted_by, value, clue_id = decode_cursor(cursor, str, str, str)
    try:
        place = Place(UUID(clue_id), value)
        check_place(place, order)
    except ValueError as error:
        raise InvalidCursor from error
    if sorted_by != order.value:
        raise InvalidCursor
    return place


@router.get("/v1/clues")
async def list_clues(
    _caller: Caller, viewer: ViewerDep, uow: UowDep, asked: Annotated[ClueListQuery, Query()]
) -> Page[ClueSummary]:
    """Clues you may see; the newest first unless sorted otherwise."""
    narrowed = asked.model_dump(exclude={"limit", "cursor", "sort"})
    wanted = ClueFilter(**narrowed, overdue_at=uow.now, order=asked.sort)
    return await _page(uow, viewer, wanted, cursor=asked.cursor, limit=asked.limit)


@router.post("/v1/clue-searches")
async def search_clues(body: ClueSearchIn, _caller: Caller, viewer: ViewerDep, uow: UowDep) -> Page[ClueSummary]:
    """Search by a subject's name or by text: a POST, because names never stand in an address.

    A page may hold few or none and have a `next_cursor`: where no index serves, it is made of the newest 1,600 clues of
    those you see, and the next one goes on behind them. So it is for a text of a single character, and for any search
    by who is not in the office for clues or a leader of a commission and sees more than those; for these, where more
    than 2,000 clues say what is asked and none of the newest. Nothing is left out by who goes on until there is none.
    """
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
    return await describing.describe_clue(uow, viewer, tree, found)


@router.get("/v1/clues/{clue_id}/candidates")
async def list_candidates(
    clue_id: UUID, _caller: Caller, viewer: ViewerDep, tree: TreeDep, uow: UowDep
) -> CandidateList:
    """Clues that may report the same matter; for intake officers and case supervisors, empty for others."""
    clue = await service.visible_clue(uow, viewer, clue_id)
    items = await describing.candidates_of(uow, viewer, tree, clue) if viewer.has_any(*OFFICE_ROLES) else []
    blind = sum(1 for one in items if one.blind)
    await uow.audit("read_candidates", "clue", clue.id, detail={"visible": len(items) - blind, "blind": blind})
    return CandidateList(items=items)


@router.get("/v1/clues/{clue_id}/timeline")
async def get_timeline(clue_id: UUID, _caller: Caller, viewer: ViewerDep, uow: UowDep) -> Timeline:
    """Everything that was done with a clue, oldest first: by whom, why, who approved it."""
    clue = await service.visible_clue(uow, viewer, clue_id)
    await uow.audit("read_timeline", "clue", clue.id)
    return Timeline(items=await service.timeline(uow, clue))


@router.get("/v1/clues/{clue_id}/clock-changes")
async def list_clock_changes(clue_id: UUID, _caller: Caller, viewer: ViewerDep, uow: UowDep) -> ClockChangeList:
    """Pauses and extensions of a clue's clocks, oldest first."""
    clue = await service.visible_clue(uow, viewer, clue_id)
    await uow.audit("read_clock_changes", "clue", clue.id)
    return ClockChangeList(items=[ClockChangeOut.model_validate(one) for one in await list_changes(uow, clue.id)])
