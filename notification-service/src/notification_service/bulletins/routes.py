"""Bulletins over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor, id_of_cursor
from chassis.print_pages import CONTENT_SECURITY_POLICY
from chassis.problems import language_of
from chassis.service import resources_of
from chassis.spreadsheets.workbooks import XLSX
from chassis.web import Caller, open_uow
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from notification_service.bulletins import pages, service
from notification_service.bulletins.domain import Period
from notification_service.bulletins.figures import Part, Reader, parts_of
from notification_service.bulletins.models import Bulletin
from notification_service.bulletins.schemas import BulletinLineOut, BulletinOut, bulletin_out, line_out, period_of

router = APIRouter(tags=["bulletins"])

PATH = "/v1/bulletins"


@router.get(PATH)
async def list_bulletins(
    request: Request,
    caller: Caller,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[BulletinLineOut]:
    """Monthly, quarterly and half-yearly bulletins, the newest first."""
    async with open_uow(request, caller) as uow:
        found = await service.list_bulletins(uow, id_of_cursor(cursor), limit + 1)
    page = [line_out(one) for one in found[:limit]]
    return Page(items=page, next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None)


async def _read(request: Request, caller: Caller, bulletin_id: UUID) -> tuple[Bulletin, list[Part]]:
    # The transaction is over before the services are asked.
    async with open_uow(request, caller) as uow:
        bulletin = await service.get_bulletin(uow, bulletin_id)
    reader = Reader(request.headers["authorization"], language_of(request.headers), request.state.cause)
    return bulletin, await parts_of(resources_of(request), reader, period_of(bulletin))


ReadDep = Annotated[tuple[Bulletin, list[Part]], Depends(_read)]


def _period(read: tuple[Bulletin, list[Part]]) -> Period:
    return period_of(read[0])


@router.get(PATH + "/{bulletin_id}")
async def get_bulletin(read: ReadDep) -> BulletinOut:
    """A bulletin with the figures you may know, in the language you accept; read again, it is the same."""
    return bulletin_out(*read, pages.digest_of(_period(read), read[1]))


@router.get(PATH + "/{bulletin_id}/page", response_class=HTMLResponse)
async def print_bulletin(request: Request, read: ReadDep) -> HTMLResponse:
    """The same as a page to print, with charts."""
    page = pages.page_of(_period(read), read[1], language_of(request.headers))
    return HTMLResponse(page, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


@router.get(PATH + "/{bulletin_id}/sheet", response_class=Response)
async def get_bulletin_sheet(request: Request, read: ReadDep) -> Response:
    """The same as a workbook (XLSX), a sheet for each service."""
    period = _period(read)
    headers = {"Content-Disposition": f'attachment; filename="bulletin-{period.number}.xlsx"'}
    return Response(pages.sheet_of(period, read[1], language_of(request.headers)), media_type=XLSX, headers=headers)
