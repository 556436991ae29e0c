"""Entry dossiers over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.web import IfMatch, UowDep, require, set_etag
from fastapi import APIRouter, Body, Query, Response
from starlette.responses import HTMLResponse

from inspection_service.dossiers import domain, service
from inspection_service.dossiers.models import Dossier
from inspection_service.dossiers.pages import dossier_page
from inspection_service.dossiers.schemas import (
    ChangedItemOut,
    CompileDossierIn,
    DifferenceOut,
    DossierContentOut,
    DossierOut,
    DossiersOut,
)
from inspection_service.involvements.policy import LEADER_ROLES, OFFICE_ROLES
from inspection_service.involvements.routes import TreeDep
from inspection_service.involvements.service import viewer_of

router = APIRouter(tags=["dossiers"])
_ORDERERS = sorted({*OFFICE_ROLES, "inspector"})
_READERS = sorted({*OFFICE_ROLES, *LEADER_ROLES, "inspector"})
_PAGE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
}


def _describe(dossier: Dossier) -> DossierOut:
    return DossierOut.model_validate(dossier)


@router.post("/v1/teams/{team_id}/dossiers", status_code=202)
async def order_dossier(
    team_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*_ORDERERS)],
    tree: TreeDep,
    uow: UowDep,
    _if_match: IfMatch,
    _body: Annotated[CompileDossierIn | None, Body()] = None,
) -> DossierOut:
    """Freeze what is known of the team's unit, in the depth you may see. Ask again for a later freeze."""
    dossier = await service.order_dossier(uow, await viewer_of(uow, tree), team_id)
    path = f"/v1/dossiers/{dossier.id}"
    set_etag(response, dossier.version)
    response.headers["Location"] = path
    uow.outcome(202, path)
    return _describe(dossier)


@router.get("/v1/teams/{team_id}/dossiers")
async def list_dossiers(
    team_id: UUID, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> DossiersOut:
    """The dossiers of a team, newest first."""
    found = await service.list_dossiers(uow, await viewer_of(uow, tree), team_id)
    return DossiersOut(items=[_describe(dossier) for dossier in found])


@router.get("/v1/dossiers/{dossier_id}")
async def get_dossier(
    dossier_id: UUID, response: Response, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> DossierOut:
    """How far a dossier is, and its hash."""
    dossier = await service.visible_dossier(uow, await viewer_of(uow, tree), dossier_id)
    set_etag(response, dossier.version)
    return _describe(dossier)


@router.get("/v1/dossiers/{dossier_id}/content")
async def read_dossier(
    dossier_id: UUID, response: Response, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> DossierContentOut:
    """The frozen dossier, without items above your clearance."""
    opened = await service.open_dossier(uow, await viewer_of(uow, tree), dossier_id, "read")
    shown = domain.shown_to(uow.actor, opened.items)
    response.headers["Cache-Control"] = "no-store"
    facts = {name: value for name, value in opened.document.items() if name not in ("items", "counts")}
    return DossierContentOut(
        dossier=_describe(opened.dossier),
        facts=facts,
        counts=opened.document["counts"],
        items=[dict(item) for item in shown.items],
        withheld=shown.withheld,
    )


@router.get("/v1/dossiers/{dossier_id}/page", response_class=HTMLResponse)
async def print_dossier(
    dossier_id: UUID, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> HTMLResponse:
    """The frozen dossier as a printable page in Chinese, marked with its reader and hash."""
    opened = await service.open_dossier(uow, await viewer_of(uow, tree), dossier_id, "print")
    shown = domain.shown_to(uow.actor, opened.items)
    page = dossier_page(opened.document, shown, opened.dossier.sha256, uow.actor.sub)
    return HTMLResponse(page, headers=_PAGE_HEADERS)


@router.get("/v1/dossiers/{dossier_id}/diff")
async def diff_dossiers(
    dossier_id: UUID,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    since: Annotated[UUID, Query(description="the older freeze")],
) -> DifferenceOut:
    """What came, went and changed since an older freeze of the same unit."""
    found = await service.compare(uow, await viewer_of(uow, tree), since, dossier_id)
    return DifferenceOut(
        older=since,
        newer=dossier_id,
        added=[dict(item) for item in found.added],
        removed=[dict(item) for item in found.removed],
        changed=[ChangedItemOut(before=dict(before), after=dict(after)) for before, after in found.changed],
    )
