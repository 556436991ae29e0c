"""The clock opens every commission's report once its half year is over."""

from chassis.identity import SYSTEM
from chassis.service import Resources, Timer

from inspection_service.coordination_reports import domain, opening

COMMISSION = "cdi"
"""The type of the units whose standing committees hear a report."""


async def open_reports(resources: Resources) -> None:
    """Open the reports that are owed, each in a transaction of its own; safe to repeat and to run beside another."""
    tree = await resources.directory.tree()
    commissions = [unit.code for unit in tree if unit.unit_type == COMMISSION]
    async with resources.transactions(SYSTEM) as uow:
        owed = await opening.owed_reports(uow, commissions)
    for commission, period in owed:
        async with resources.transactions(SYSTEM) as uow:
            await opening.open_report(uow, commission, period, domain.bounds_of(period)[1])


TIMERS = (Timer("half-year-reports", 10.0, open_reports),)
