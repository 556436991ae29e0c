"""Rules of clocks and calendars over HTTP: everybody reads them, the platform's administrators write them."""

from typing import Annotated

from chassis.errors import FieldError, Invalid, Text
from chassis.identity import Principal
from chassis.web import Caller, IfMatch, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Path, Response

from clue_service.deadlines import service
from clue_service.deadlines.schemas import (
    CalendarList,
    CalendarYearIn,
    CalendarYearOut,
    DueRuleHistory,
    DueRuleIn,
    DueRuleList,
    DueRuleOut,
    rule_out,
)

router = APIRouter(tags=["clocks"])
Admin = Annotated[Principal, require("platform_admin")]
Year = Annotated[int, Path(ge=2000, le=2199)]


@router.get("/v1/due-rules")
async def list_due_rules(_caller: Caller, uow: UowDep) -> DueRuleList:
    """The limits of every procedure, each in its last version."""
    return DueRuleList(items=[rule_out(versions[-1]) for versions in await service.list_rules(uow)])


@router.get("/v1/due-rules/{name}")
async def get_due_rule(name: str, response: Response, _caller: Caller, uow: UowDep) -> DueRuleHistory:
    """One limit with all its versions."""
    versions = [rule_out(one) for one in await service.versions_of(uow, name)]
    set_etag(response, versions[-1].version)
    return DueRuleHistory(**dict(versions[-1]), versions=versions)


@router.put("/v1/due-rules/{name}", responses={201: {"model": DueRuleOut}})
async def write_due_rule(
    name: str, body: DueRuleIn, response: Response, _caller: Admin, uow: UowDep, if_match: IfMatch
) -> DueRuleOut:
    """Write another version. It counts clocks that start from its first day on; `recompute-deadlines` counts anew."""
    rule, created = await service.write_rule(uow, name, body, if_match)
    answer_resource(response, uow, f"/v1/due-rules/{name}", rule.version, created=created)
    return rule_out(rule)


@router.get("/v1/working-calendars")
async def list_working_calendars(_caller: Caller, uow: UowDep) -> CalendarList:
    """The years whose working days were written here."""
    return CalendarList(items=[CalendarYearOut.model_validate(one) for one in await service.list_calendars(uow)])


@router.get("/v1/working-calendars/{year}")
async def get_working_calendar(year: Year, response: Response, _caller: Caller, uow: UowDep) -> CalendarYearOut:
    """One year's working days."""
    found = await service.get_calendar(uow, year)
    set_etag(response, found.version)
    return CalendarYearOut.model_validate(found)


@router.put("/v1/working-calendars/{year}", responses={201: {"model": CalendarYearOut}})
async def write_working_calendar(
    year: Year, body: CalendarYearIn, response: Response, _caller: Admin, uow: UowDep, if_match: IfMatch
) -> CalendarYearOut:
    """Write a year's holidays and make-up workdays, once the notice is published."""
    message = Text("日期不属于该年", "The day lies in another year")
    wrong = [
        FieldError(f"/{name}/{number}", "other_year", message)
        for name, days in (("off_days", body.off_days), ("workdays", body.workdays))
        for number, day in enumerate(days)
        if day.year != year
    ]
    if wrong:
        raise Invalid(errors=wrong)
    found, created = await service.write_calendar(uow, year, body, if_match)
    answer_resource(response, uow, f"/v1/working-calendars/{year}", found.version, created=created)
    return CalendarYearOut.model_validate(found)
