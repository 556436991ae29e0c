"""Lending quotas over HTTP."""

from typing import Annotated

from chassis.errors import invalid_field
from chassis.pagination import Page
from chassis.service import resources_of
from chassis.web import UowDep, require
from fastapi import APIRouter, Query, Request

from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.lending_quotas import service
from personnel_pool_service.lending_quotas.schemas import LendingQuotaOut
from personnel_pool_service.settings import PoolSettings
from personnel_pool_service.vocabulary import Day

router = APIRouter(tags=["secondments"])


@router.get(
    "/v1/lending-quotas", dependencies=[require("pool_manager", "org_department", "inspection_office", "service")]
)
async def list_lending_quotas(
    request: Request,
    uow: UowDep,
    first: Annotated[Day, Query(alias="from", description="First day")],
    last: Annotated[Day, Query(alias="to", description="Last day, included")],
) -> Page[LendingQuotaOut]:
    """How many each home unit may lend on one day, and the most it has lent on any day of the period."""
    if last < first:
        raise invalid_field("/to", "before_from", "结束日期早于开始日期", "The last day is before the first")
    resources = resources_of(request)
    own: PoolSettings = resources.own
    found = await service.list_quotas(uow, await resources.directory.tree(), own.lending_share, Period(first, last))
    return Page(items=[LendingQuotaOut.model_validate(one) for one in found])
