"""Appraisals over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.keyring import KeyRing
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page
from chassis.service import resources_of
from chassis.web import Caller, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from personnel_pool_service.appraisals import service
from personnel_pool_service.appraisals.models import AppraisalRow
from personnel_pool_service.appraisals.schemas import AppraisalIn, AppraisalOut
from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.policy import readable_homes
from personnel_pool_service.cursors import cursor_of_id, id_of_cursor

router = APIRouter(tags=["appraisals"])

Appraiser = Annotated[
    Principal,
    require("pool_manager", "org_department", "home_unit_approver", "leader", "principal_leader", "deputy_leader"),
]


@router.post("/v1/cadres/{cadre_id}/appraisals", status_code=201)
async def record_appraisal(
    cadre_id: UUID, body: AppraisalIn, request: Request, response: Response, uow: UowDep, caller: Appraiser
) -> AppraisalOut:
    """Write an appraisal down; it is never changed, a later one says otherwise."""
    resources = resources_of(request)
    homes = readable_homes(caller, await resources.directory.tree(fresh=True))
    await cadres.get_cadre(uow, cadre_id, homes)
    row = await service.record_appraisal(uow, resources.keys, cadre_id, body.to_draft())
    answer_resource(response, uow, f"/v1/cadres/{cadre_id}/appraisals/{row.id}", 1, created=True)
    return _out(resources.keys, row)


@router.get("/v1/cadres/{cadre_id}/appraisals")
async def list_appraisals(
    cadre_id: UUID,
    request: Request,
    uow: UowDep,
    caller: Caller,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[AppraisalOut]:
    """A cadre's appraisals, latest written first."""
    resources = resources_of(request)
    homes = readable_homes(caller, await resources.directory.tree(fresh=True))
    await cadres.get_cadre(uow, cadre_id, homes)
    rows = await service.list_appraisals(uow, cadre_id, before=id_of_cursor(cursor), limit=limit)
    items = [_out(resources.keys, row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of_id(items[-1].id, more=len(rows) > limit) if items else None)


@router.get("/v1/cadres/{cadre_id}/appraisals/{appraisal_id}")
async def get_appraisal(
    cadre_id: UUID, appraisal_id: UUID, request: Request, response: Response, uow: UowDep, caller: Caller
) -> AppraisalOut:
    """One appraisal."""
    resources = resources_of(request)
    homes = readable_homes(caller, await resources.directory.tree(fresh=True))
    await cadres.get_cadre(uow, cadre_id, homes)
    row = await service.get_appraisal(uow, cadre_id, appraisal_id)
    set_etag(response, 1)
    return _out(resources.keys, row)


def _out(keys: KeyRing, row: AppraisalRow) -> AppraisalOut:
    return AppraisalOut(
        id=row.id,
        cadre_id=row.cadre_id,
        kind=row.kind,
        first=row.period_from,
        last=row.period_to,
        grade=row.grade,
        unit_code=row.unit_code,
        comment=service.comment_of(keys, row),
        recommends_exit=row.recommends_exit,
        source_ref=row.source_ref,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )
