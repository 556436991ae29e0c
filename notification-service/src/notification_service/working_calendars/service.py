"""Working days as the platform knows them: clue-service holds what people wrote, this service a copy of it."""

from datetime import date

from chassis.http import PeerFailed
from chassis.identity import SYSTEM
from chassis.logging import get_logger
from chassis.service import Resources
from chassis.uow import Uow
from chassis.working_days import WorkingCalendar, YearOfWork

from notification_service.working_calendars import repository

log = get_logger(__name__)


async def learn_calendar(resources: Resources) -> None:
    """Copy the years that people wrote. While their owner cannot be asked, what is known goes on to hold."""
    if "clue" not in resources.peers:
        return
    try:
        answer = await resources.peers["clue"].call("GET", "/v1/working-calendars")
    except PeerFailed as error:
        log.warning("working_calendar_not_learned", exc_info=error)
        return
    if answer.status_code != 200:
        log.warning("working_calendar_refused", status=answer.status_code)
        return
    async with resources.transactions(SYSTEM) as uow:
        for year in answer.json()["items"]:
            await repository.store_year(
                uow.session,
                {
                    "year": year["year"],
                    "off_days": [date.fromisoformat(day) for day in year["off_days"]],
                    "workdays": [date.fromisoformat(day) for day in year["workdays"]],
                    "version": year["version"],
                },
            )


async def calendar_of(uow: Uow) -> WorkingCalendar:
    """Working days as they are known now."""
    years = await repository.list_years(uow.session)
    return WorkingCalendar({one.year: YearOfWork(frozenset(one.off_days), frozenset(one.workdays)) for one in years})
