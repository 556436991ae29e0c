"""Feedback over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.web import Caller, IfMatch, UowDep, answer_resource, check_version, require, set_etag
from fastapi import APIRouter, Body, Query, Response

from inspection_service.feedbacks import domain, service
from inspection_service.feedbacks.schemas import AcknowledgeFeedbackIn, FeedbackOut, IssueFeedbackIn
from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import viewer_of

router = APIRouter(tags=["feedback"])


@router.post("/v1/rounds/{round_id}/feedbacks", status_code=201)
async def issue_feedback(
    round_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(domain.OFFICE))],
    tree: TreeDep,
    uow: UowDep,
    body: IssueFeedbackIn,
) -> FeedbackOut:
    """Tell a unit the result, and its head apart, once the dispatching Party body has decided."""
    feedback = await service.issue_feedback(uow, await viewer_of(uow, tree), round_id, body)
    answer_resource(response, uow, f"/v1/feedbacks/{feedback.id}", feedback.version, created=True)
    return service.describe_feedback(feedback)


@router.get("/v1/feedbacks")
async def list_feedbacks(
    _caller: Caller,
    tree: TreeDep,
    uow: UowDep,
    round_id: Annotated[UUID | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[FeedbackOut]:
    """Feedback your office gave, or that is meant for you; newest first."""
    viewer = await viewer_of(uow, tree)
    found = await service.list_feedbacks(uow, viewer, round_id=round_id, before=id_of_cursor(cursor), limit=limit + 1)
    page = found[:limit]
    return Page(
        items=[service.describe_feedback(one) for one in page],
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/feedbacks/{feedback_id}")
async def get_feedback(
    feedback_id: UUID, response: Response, _caller: Caller, tree: TreeDep, uow: UowDep
) -> FeedbackOut:
    """One feedback."""
    found = await service.read_feedback(uow, await viewer_of(uow, tree), feedback_id)
    set_etag(response, found.version)
    return service.describe_feedback(found)


@router.post("/v1/feedbacks/{feedback_id}/acknowledge")
async def acknowledge_feedback(
    feedback_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(domain.WORKERS))],
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
    _body: Annotated[AcknowledgeFeedbackIn | None, Body()] = None,
) -> FeedbackOut:
    """Take note, for the unit or as its head."""
    viewer = await viewer_of(uow, tree)
    check_version(if_match, (await service.visible_feedback(uow, viewer, feedback_id)).version)
    found = await service.acknowledge_feedback(uow, viewer, feedback_id)
    answer_resource(response, uow, f"/v1/feedbacks/{feedback_id}", found.version)
    return service.describe_feedback(found)
