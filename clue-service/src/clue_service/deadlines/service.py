"""Use cases of clocks as data: which rule counts, what is a working day, and who may change either."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow
from chassis.web import check_version
from chassis.working_days import WorkingCalendar, YearOfWork

from clue_service.deadlines import repository
from clue_service.deadlines.domain import (
    RULES,
    Due,
    DueRule,
    ExtensionStep,
    Level,
    due_after,
    version_for,
)
from clue_service.deadlines.models import CalendarYear, ClockChange, DueRuleVersion
from clue_service.deadlines.schemas import CalendarYearIn, DueRuleIn

_CALENDAR = "working_calendar"


async def calendar_of(uow: Uow) -> WorkingCalendar:
    """Working days as they are known now; read once for a transaction."""
    known: WorkingCalendar | None = uow.session.info.get(_CALENDAR)
    if known is None:
        known = _keep_calendar(uow, await repository.list_years(uow.session))
    return known


def _keep_calendar(uow: Uow, years: Sequence[Any]) -> WorkingCalendar:
    read = WorkingCalendar({one.year: YearOfWork(frozenset(one.off_days), frozenset(one.workdays)) for one in years})
    uow.session.info[_CALENDAR] = read
    return read


async def versions_of(uow: Uow, name: str) -> list[DueRule]:
    """Every version of a rule, first to last; raises NotFound where there is no such rule."""
    if name not in RULES:
        raise NotFound
    return [RULES[name], *(_rule(row) for row in await repository.list_versions(uow.session, name))]


def _rule(row: DueRuleVersion) -> DueRule:
    steps = (ExtensionStep(frozenset(one["roles"]), Level(one["level"]), one["months"]) for one in row.extensions)
    return DueRule(
        name=row.name,
        months=row.months,
        days=row.days,
        working_days=row.working_days,
        anchor=RULES[row.name].anchor,
        source=row.source,
        extensions=tuple(steps),
        pause_roles=frozenset(row.pause_roles),
        version=row.version,
        valid_from=row.valid_from,
    )


async def rule_on(uow: Uow, name: str, start: date) -> DueRule:
    """The version of a rule that counts a clock which starts on a day."""
    return version_for(await versions_of(uow, name), start)


async def due_for(uow: Uow, name: str, start: date) -> Due:
    """The last day of a limit that starts on a day, by the version and the calendar that hold now."""
    if _CALENDAR in uow.session.info:
        return due_after(await rule_on(uow, name, start), start, await calendar_of(uow))
    versions, years = await repository.list_counting(uow.session, name)
    rule = version_for([RULES[name], *map(_rule, versions)], start)
    return due_after(rule, start, _keep_calendar(uow, years))


async def list_rules(uow: Uow) -> list[list[DueRule]]:
    """Every rule with its versions, by name."""
    written: dict[str, list[DueRule]] = {name: [rule] for name, rule in RULES.items()}
    for row in await repository.list_versions(uow.session):
        written[row.name].append(_rule(row))
    return [written[name] for name in sorted(written)]


async def write_rule(uow: Uow, name: str, body: DueRuleIn, seen: int | None) -> tuple[DueRule, bool]:
    """Write another version of a rule; the same again writes none. Clocks that run stay until they are counted anew.

    Returns:
        The version that is the last now, and whether it is new. Raises NotFound, StaleVersion.
    """
    await repository.serialise(uow.session, name)
    last = (await versions_of(uow, name))[-1]
    check_version(seen, last.version)
    row = DueRuleVersion(
        name=name,
        version=last.version + 1,
        **body.model_dump(exclude={"extensions", "pause_roles"}),
        extensions=[one.model_dump(mode="json") for one in body.extensions],
        pause_roles=sorted(set(body.pause_roles)),
        written_by=uow.actor.acting_for or uow.actor.sub,
        written_at=uow.now,
    )
    wanted = _rule(row)
    if _without_number(wanted) == _without_number(last):
        return last, False
    uow.session.add(row)
    await uow.session.flush()
    detail = {"version": row.version, "valid_from": row.valid_from.isoformat(), "months": row.months}
    await uow.audit("write", "due_rule", name, detail={**detail, "working_days": row.working_days, "days": row.days})
    return wanted, True


def _without_number(rule: DueRule) -> dict[str, Any]:
    return {**asdict(rule), "version": None}


async def list_calendars(uow: Uow) -> Sequence[CalendarYear]:
    """The years that people wrote."""
    return await repository.list_years(uow.session)


async def get_calendar(uow: Uow, year: int) -> CalendarYear:
    """A year that people wrote; raises NotFound."""
    found = await repository.find_year(uow.session, year)
    if found is None:
        raise NotFound
    return found


async def write_calendar(uow: Uow, year: int, body: CalendarYearIn, seen: int | None) -> tuple[CalendarYear, bool]:
    """Write a year's working days; the same again changes nothing. Raises StaleVersion.

    Returns:
        The year, and whether it was not there before.
    """
    await repository.serialise(uow.session, f"calendar:{year}")
    row = await repository.find_year(uow.session, year)
    check_version(seen, row.version if row else 0)
    given = {
        "off_days": sorted(set(body.off_days)),
        "workdays": sorted(set(body.workdays)),
        "notice_ref": body.notice_ref,
    }
    created = row is None
    if row is None:
        row = CalendarYear(year=year, version=0)
        uow.session.add(row)
    elif all(getattr(row, key) == value for key, value in given.items()):
        return row, False
    for key, value in given.items():
        setattr(row, key, value)
    row.written_by, row.written_at = uow.actor.acting_for or uow.actor.sub, uow.now
    row.version += 1
    await uow.session.flush()
    uow.session.info.pop(_CALENDAR, None)
    await uow.audit("write", "working_calendar", str(year), detail={"version": row.version})
    return row, created


async def list_changes(uow: Uow, clue_id: UUID) -> Sequence[ClockChange]:
    """Pauses and extensions of a clue that the caller may see."""
    return await repository.list_changes(uow.session, clue_id)
