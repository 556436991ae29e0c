"""The workload ledger over HTTP."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from chassis.errors import invalid_field
from chassis.identity import Principal
from chassis.service import resources_of
from chassis.uow import Uow
from chassis.web import Caller, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Request, Response

from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.policy import readable_homes
from personnel_pool_service.vocabulary import Day
from personnel_pool_service.workloads import service
from personnel_pool_service.workloads.domain import Stretch
from personnel_pool_service.workloads.models import WorkloadEntryRow
from personnel_pool_service.workloads.schemas import DaysOut, WorkloadEntryIn, WorkloadEntryOut, WorkloadOut

router = APIRouter(tags=["workload"])

_YEAR = timedelta(days=365)

Recorder = Annotated[
    Principal,
    require("pool_manager", "org_department", "home_unit_approver", "leader", "principal_leader", "deputy_leader"),
]


@router.post("/v1/cadres/{cadre_id}/workload-entries", status_code=201)
async def record_work(
    cadre_id: UUID, body: WorkloadEntryIn, request: Request, response: Response, uow: UowDep, caller: Recorder
) -> WorkloadEntryOut:
    """Write days of work down; lending days need no writing."""
    await _require_readable(request, uow, caller, cadre_id)
    row = await service.record_work(uow, cadre_id, Stretch(body.kind.value, body.period.to_domain()))
    answer_resource(response, uow, f"/v1/cadres/{cadre_id}/workload-entries/{row.id}", 1, created=True)
    return _entry(row)


@router.get("/v1/cadres/{cadre_id}/workload-entries/{entry_id}")
async def get_workload_entry(
    cadre_id: UUID, entry_id: UUID, request: Request, response: Response, uow: UowDep, caller: Caller
) -> WorkloadEntryOut:
    """One entry of the ledger."""
    await _require_readable(request, uow, caller, cadre_id)
    row = await service.get_entry(uow, cadre_id, entry_id)
    set_etag(response, 1)
    return _entry(row)


@router.get("/v1/cadres/{cadre_id}/workload")
async def get_workload(
    cadre_id: UUID,
    request: Request,
    uow: UowDep,
    caller: Caller,
    day_from: Day | None = None,
    day_to: Day | None = None,
) -> WorkloadOut:
    """A cadre's work in a period; the year up to today where none is given."""
    await _require_readable(request, uow, caller, cadre_id)
    last = day_to or uow.clock.today()
    first = day_from or last - _YEAR
    if last < first:
        raise invalid_field("/day_to", "ends_before_start", "结束日期早于开始日期", "The period ends before it begins")
    found = await service.workload_of(uow, cadre_id, Period(first, last))
    return WorkloadOut(
        cadre_id=cadre_id,
        period=DaysOut(first=first, last=last),
        entries=[_entry(row) for row in found.entries],
        lent=[DaysOut(first=span.first, last=span.last) for span in found.lent],
        days=found.days,
    )


async def _require_readable(request: Request, uow: Uow, caller: Principal, cadre_id: UUID) -> None:
    homes = readable_homes(caller, await resources_of(request).directory.tree(fresh=True))
    await cadres.get_cadre(uow, cadre_id, homes)


def _entry(row: WorkloadEntryRow) -> WorkloadEntryOut:
    return WorkloadEntryOut(
        id=row.id,
        kind=row.kind,
        first=row.first_day,
        last=row.last_day,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )
