"""Overlap alerts over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.service import resources_of
from chassis.web import Caller, IfMatch, UowDep, answer_resource, open_uow, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from clue_service.access.policy import LEADERS
from clue_service.access.routes import TreeDep, ViewerDep
from clue_service.overlap_alerts import adopting, service
from clue_service.overlap_alerts.schemas import AcknowledgeIn, AdoptConclusionIn, OverlapAlertOut, ResolveIn

router = APIRouter(prefix="/v1/overlap-alerts", tags=["overlap alerts"])


@router.get("")
async def list_overlap_alerts(
    _caller: Caller,
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[OverlapAlertOut]:
    """Alerts your commission takes part in; for leaders also those of commissions below, newest first."""
    found = await service.list_alerts(uow, viewer, tree, before=id_of_cursor(cursor), limit=limit + 1)
    page = found[:limit]
    await uow.audit("list", "overlap_alert", "-", detail={"count": len(page)})
    return Page(
        items=await service.describe(uow, viewer, tree, page),
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/{alert_id}")
async def get_overlap_alert(
    alert_id: UUID, response: Response, _caller: Caller, viewer: ViewerDep, tree: TreeDep, uow: UowDep
) -> OverlapAlertOut:
    """One alert."""
    alert, _ = await service.visible_alert(uow, viewer, tree, alert_id)
    await uow.audit("read", "overlap_alert", alert.id)
    set_etag(response, alert.version)
    return (await service.describe(uow, viewer, tree, [alert]))[0]


@router.post("/{alert_id}/acknowledge")
async def acknowledge_overlap_alert(
    alert_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require("case_supervisor", "intake_officer", *LEADERS)],
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
    _body: AcknowledgeIn | None = None,
) -> OverlapAlertOut:
    """Take note for your commission."""
    alert = await service.acknowledge(uow, viewer, tree, alert_id, if_match)
    answer_resource(response, uow, f"/v1/overlap-alerts/{alert_id}", alert.version)
    return (await service.describe(uow, viewer, tree, [alert]))[0]


@router.post("/{alert_id}/resolve")
async def resolve_overlap_alert(
    alert_id: UUID,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require("case_supervisor", *LEADERS)],
    viewer: ViewerDep,
    body: ResolveIn,
    if_match: IfMatch,
) -> OverlapAlertOut:
    """Vote for your commission, in effect when all agree; or decide as a leader of the lowest common superior."""
    tree = await resources_of(request).directory.require({"/lead_unit": body.lead_unit})
    async with open_uow(request, caller) as uow:
        alert = await service.resolve(uow, viewer, tree, alert_id, body, if_match)
        answer_resource(response, uow, f"/v1/overlap-alerts/{alert_id}", alert.version)
        return (await service.describe(uow, viewer, tree, [alert]))[0]


@router.post("/{alert_id}/adopt-conclusion")
async def adopt_overlap_conclusion(
    alert_id: UUID,
    body: AdoptConclusionIn,
    response: Response,
    _caller: Annotated[Principal, require("case_supervisor", *LEADERS)],
    viewer: ViewerDep,
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
) -> OverlapAlertOut:
    """Resolve as the consultation about this overlap concluded, once its conclusion is approved."""
    alert = await adopting.adopt_conclusion(uow, viewer, tree, alert_id, body, if_match)
    answer_resource(response, uow, f"/v1/overlap-alerts/{alert_id}", alert.version)
    return (await service.describe(uow, viewer, tree, [alert]))[0]
