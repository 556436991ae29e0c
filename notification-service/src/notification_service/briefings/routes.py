"""Briefings over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import (
    Caller,
    IfMatch,
    RequestModel,
    RequiredIfMatch,
    UowDep,
    answer_resource,
    check_version,
    open_uow,
    require,
    set_etag,
)
from fastapi import APIRouter, Query, Request, Response

from notification_service.briefings import moving, reading, service
from notification_service.briefings.domain import STAFF, BriefingState
from notification_service.briefings.schemas import (
    BriefingIn,
    BriefingLineOut,
    BriefingOut,
    BriefingRecipientOut,
)
from notification_service.briefings.service import Desk

router = APIRouter(tags=["briefings"])

PATH = "/v1/briefings"
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Drafter = Annotated[Principal, require(*sorted(STAFF))]


async def _desk(request: Request, uow: UowDep) -> Desk:
    resources = resources_of(request)
    return service.desk_of(uow, await resources.directory.tree(), resources)


def _codes(body: BriefingIn) -> dict[str, str | None]:
    scope = {f"/scope_units/{at}": code for at, code in enumerate(body.scope_units)}
    return {**scope, **{f"/recipients/{at}/unit": one.unit for at, one in enumerate(body.recipients)}}


@router.post(PATH, status_code=201)
async def draft_briefing(body: BriefingIn, request: Request, response: Response, caller: Drafter) -> BriefingOut:
    """Draft a briefing. A leader who did not draft it reviews it before it is issued.

    Its text stays inside: notices, events, e-mail and webhooks carry id, kind, dates and link only.
    """
    resources = resources_of(request)
    tree = await resources.directory.require(_codes(body))
    async with open_uow(request, caller) as uow:
        desk = service.desk_of(uow, tree, resources)
        briefing = await service.draft_briefing(desk, body)
        answer_resource(response, uow, f"{PATH}/{briefing.id}", briefing.version, created=True)
        return await reading.read_briefing(desk, briefing)


@router.get(PATH)
async def list_briefings(
    request: Request,
    _caller: Caller,
    uow: UowDep,
    box: Annotated[Literal["received", "issued", "overseen"] | None, Query()] = None,
    state: Annotated[BriefingState | None, Query()] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[BriefingLineOut]:
    """Briefings you issue, received, or oversee as a leader of people who have not acknowledged; newest first."""
    desk = await _desk(request, uow)
    before = id_of_cursor(cursor)
    found = await reading.list_briefings(desk, box=box, state=state, before=before, limit=limit + 1)
    page = found[:limit]
    return Page(items=page, next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None)


@router.get(f"{PATH}/{{briefing_id}}")
async def get_briefing(
    briefing_id: UUID, request: Request, response: Response, _caller: Caller, uow: UowDep
) -> BriefingOut:
    """One briefing with its text, for its issuers and recipients. Reading is on record."""
    desk = await _desk(request, uow)
    briefing = await reading.visible_briefing(desk, briefing_id)
    set_etag(response, briefing.version)
    response.headers["Cache-Control"] = "no-store"
    return await reading.read_briefing(desk, briefing)


@router.get(f"{PATH}/{{briefing_id}}/recipients")
async def list_briefing_recipients(
    briefing_id: UUID,
    request: Request,
    _caller: Caller,
    uow: UowDep,
    acknowledged: Annotated[bool | None, Query(description="only who has, or has not")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[BriefingRecipientOut]:
    """Who has acknowledged and who has not, for issuers; for leaders who were told of it, those of their units."""
    desk = await _desk(request, uow)
    briefing = await reading.visible_briefing(desk, briefing_id)
    after = id_of_cursor(cursor)
    found = await reading.list_recipients(desk, briefing, acknowledged=acknowledged, after=after, limit=limit + 1)
    page = found[:limit]
    return Page(items=page, next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None)


@router.put(f"{PATH}/{{briefing_id}}")
async def revise_briefing(
    briefing_id: UUID,
    body: BriefingIn,
    request: Request,
    response: Response,
    caller: Drafter,
    if_match: RequiredIfMatch,
) -> BriefingOut:
    """Replace a draft."""
    resources = resources_of(request)
    tree = await resources.directory.require(_codes(body))
    async with open_uow(request, caller) as uow:
        desk = service.desk_of(uow, tree, resources)
        briefing, _ = await service.begin_move(desk, briefing_id, "revise")
        check_version(if_match, briefing.version)
        await service.revise_briefing(desk, briefing, body)
        await service.finish_move(desk, briefing, "revise")
        set_etag(response, briefing.version)
        return await reading.read_briefing(desk, briefing)


def _add_move(verb: str, action: moving.Action) -> None:
    needs_body = any(field.is_required() for field in action.body.model_fields.values())
    absent: Any = ... if needs_body else None

    async def take_move(
        briefing_id: UUID,
        request: Request,
        response: Response,
        _caller: Caller,
        uow: UowDep,
        if_match: IfMatch,
        body: RequestModel | None = absent,
    ) -> Any:
        desk = await _desk(request, uow)
        briefing = await moving.move_briefing(desk, briefing_id, verb, body or action.body(), if_match)
        answer_resource(response, uow, f"{PATH}/{briefing.id}", briefing.version)
        return await reading.read_briefing(desk, briefing)

    take_move.__annotations__["body"] = action.body if needs_body else action.body | None
    router.add_api_route(
        f"{PATH}/{{briefing_id}}/{verb}",
        take_move,
        methods=["POST"],
        name=f"{verb}_briefing",
        response_model=BriefingOut,
        description=action.says,
    )


for _verb, _action in moving.ACTIONS.items():
    _add_move(_verb, _action)
