"""Questions about days over HTTP."""

from typing import Annotated

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.uow import Uow
from chassis.web import Caller, UowDep
from fastapi import APIRouter, Query, Request

from personnel_pool_service.availability import service
from personnel_pool_service.availability.schemas import AvailabilityOut, AvailabilityQueryIn, DayOut
from personnel_pool_service.cadres.policy import readable_homes
from personnel_pool_service.cursors import cursor_of_id, id_of_cursor
from personnel_pool_service.vocabulary import Day, UnitCode

router = APIRouter(tags=["availability"])


@router.post("/v1/availability-queries")
async def query_availability(
    body: AvailabilityQueryIn, request: Request, uow: UowDep, caller: Caller
) -> AvailabilityOut:
    """Who was available, reserved, seconded, suspended on a day, as known now or then."""
    return await _answer(request, uow, caller, body)


@router.get("/v1/availability")
async def get_availability(
    request: Request,
    uow: UowDep,
    caller: Caller,
    as_of: Day,
    home_unit: Annotated[UnitCode | None, Query()] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AvailabilityOut:
    """The same for one home unit or all, as known now."""
    homes = [home_unit] if home_unit else None
    return await _answer(
        request, uow, caller, AvailabilityQueryIn(as_of=as_of, home_units=homes, cursor=cursor, limit=limit)
    )


async def _answer(request: Request, uow: Uow, caller: Principal, body: AvailabilityQueryIn) -> AvailabilityOut:
    readable = readable_homes(caller, await resources_of(request).directory.tree(fresh=True))
    homes = readable if body.home_units is None else _both(readable, body.home_units)
    found, more, known_at = await service.people_on(
        uow,
        body.as_of,
        body.known_at,
        homes=homes,
        cadre_ids=body.cadre_ids,
        after=id_of_cursor(body.cursor),
        limit=body.limit,
    )
    return AvailabilityOut(
        as_of=body.as_of,
        known_at=known_at,
        items=[DayOut.model_validate(one) for one in found],
        next_cursor=cursor_of_id(found[-1].cadre_id, more=more) if found else None,
    )


def _both(readable: frozenset[str] | None, asked: list[str]) -> frozenset[str]:
    return frozenset(asked) if readable is None else readable & frozenset(asked)
