"""Half-year coordination reports over HTTP."""

import json
from typing import Annotated, Any
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.service import resources_of
from chassis.web import IfMatch, RequestModel, UowDep, answer_resource, check_version, open_uow, require, set_etag
from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import HTMLResponse

from inspection_service.coordination_reports import domain, page, schemas, service
from inspection_service.coordination_reports.schemas import MakeReportIn, RemadeOut, ReportOut
from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import viewer_of

router = APIRouter(tags=["coordination reports"])
_MAKERS = sorted(domain.LEADERS | domain.OFFICES)
_READERS = sorted(domain.LEADERS | domain.OFFICES | {"handler", "inspector", "service"})

BODIES: dict[str, type[RequestModel]] = {
    "contribute": schemas.ContributeIn,
    "collect": schemas.NothingIn,
    "review": schemas.NothingIn,
    "hear": schemas.HearIn,
    "issue-decisions": schemas.IssueIn,
    "track": schemas.TrackIn,
}


@router.post("/v1/coordination-reports", status_code=201)
async def make_report(
    body: MakeReportIn, response: Response, _caller: Annotated[Principal, require(*_MAKERS)], tree: TreeDep, uow: UowDep
) -> ReportOut:
    """Make the report of your commission as of a day that is over; made again, the same report is answered (200)."""
    viewer = await viewer_of(uow, tree)
    report, is_new = await service.make_report(uow, viewer, tree, body.period, body.as_of)
    path = f"/v1/coordination-reports/{report.id}"
    answer_resource(response, uow, path, report.version, created=is_new)
    response.status_code = 201 if is_new else 200
    return service.describe_report(report, viewer)


@router.get("/v1/coordination-reports")
async def list_reports(
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[ReportOut]:
    """Reports of your commission, newest first."""
    viewer = await viewer_of(uow, tree)
    found = await service.list_reports(uow, viewer, before=id_of_cursor(cursor), limit=limit + 1)
    shown = found[:limit]
    return Page(
        items=[service.describe_report(report, viewer) for report in shown],
        next_cursor=encode_cursor(str(shown[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/coordination-reports/{report_id}")
async def get_report(
    report_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
) -> ReportOut:
    """One report."""
    viewer = await viewer_of(uow, tree)
    report = await service.visible_report(uow, viewer, report_id)
    set_etag(response, report.version)
    return service.describe_report(report, viewer)


@router.get("/v1/coordination-reports/{report_id}/document")
async def get_report_document(
    report_id: UUID, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> Response:
    """The report's own bytes: canonical JSON, whose SHA-256 is the report's digest."""
    report = await service.visible_report(uow, await viewer_of(uow, tree), report_id)
    return Response(report.document.encode(), media_type="application/json")


@router.get("/v1/coordination-reports/{report_id}/page", response_class=HTMLResponse)
async def get_report_page(
    report_id: UUID, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> HTMLResponse:
    """The report to print, in Chinese."""
    report = await service.visible_report(uow, await viewer_of(uow, tree), report_id)
    policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return HTMLResponse(page.render(json.loads(report.document), report.digest), headers=policy)


@router.get("/v1/coordination-reports/{report_id}/made-again")
async def make_report_again(
    report_id: UUID, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> RemadeOut:
    """Make the report again from what is stored today, and tell whether it is the same byte for byte."""
    return await service.make_again(uow, await viewer_of(uow, tree), report_id)


def _add_move(verb: str, body_type: type[RequestModel]) -> None:
    move = domain.MOVES[verb]

    async def endpoint(
        report_id: UUID,
        request: Request,
        response: Response,
        caller: Annotated[Principal, require(*sorted(move.roles))],
        tree: TreeDep,
        if_match: IfMatch,
        body: Any,
    ) -> ReportOut:
        codes = {f"/decisions/{at}/unit": one.unit for at, one in enumerate(getattr(body, "decisions", []))}
        if codes:
            await resources_of(request).directory.require(codes)
        async with open_uow(request, caller) as uow:
            viewer = await viewer_of(uow, tree)
            check_version(if_match, (await service.visible_report(uow, viewer, report_id)).version)
            report = await service.move_report(uow, viewer, report_id, verb, body)
            answer_resource(response, uow, f"/v1/coordination-reports/{report_id}", report.version)
            return service.describe_report(report, viewer)

    # FastAPI reads the body's type here: it differs by verb.
    endpoint.__annotations__["body"] = Annotated[body_type, Body()]
    router.add_api_route(
        f"/v1/coordination-reports/{{report_id}}/{verb}",
        endpoint,
        methods=["POST"],
        name=f"{verb.replace('-', '_')}_report",
        description=f"From {', '.join(sorted(move.sources))}: {move.note}.",
    )


for _verb, _body_type in BODIES.items():
    _add_move(_verb, _body_type)
