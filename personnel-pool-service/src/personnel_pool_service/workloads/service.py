"""Use cases of the workload ledger."""

from dataclasses import dataclass
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow

from personnel_pool_service.bookings.domain import Period
from personnel_pool_service.workloads import repository
from personnel_pool_service.workloads.domain import LENDING, Stretch, days_within
from personnel_pool_service.workloads.models import WorkloadEntryRow


@dataclass(frozen=True)
class Workload:
    """A cadre's work in a period: what is written down, when lent, and days of each kind."""

    entries: list[WorkloadEntryRow]
    lent: list[Period]
    days: dict[str, int]


async def record_work(uow: Uow, cadre_id: UUID, stretch: Stretch, source_ref: str | None = None) -> WorkloadEntryRow:
    """Write days of work down; the same source is written down once."""
    if source_ref is not None:
        known = await repository.find_by_source(uow.session, source_ref)
        if known is not None:
            return known
    row = WorkloadEntryRow(
        cadre_id=cadre_id, kind=stretch.kind, first_day=stretch.period.first, last_day=stretch.period.last,
        source_ref=source_ref, recorded_by=uow.actor.acting_for or uow.actor.sub, recorded_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    await uow.session.flush()
    await uow.audit("record_work", "cadre", cadre_id, detail={"entry": str(row.id)})
    return row


async def get_entry(uow: Uow, cadre_id: UUID, entry_id: UUID) -> WorkloadEntryRow:
    """The entry; raises ``NotFound``."""
    row = await repository.find_entry(uow.session, cadre_id, entry_id)
    if row is None:
        raise NotFound
    return row


async def workload_of(uow: Uow, cadre_id: UUID, period: Period) -> Workload:
    """What a cadre did, and does, in a period. Lending days are the bookings, past and ahead."""
    entries = await repository.list_entries(uow.session, cadre_id, period)
    lent = await repository.list_lent(uow.session, cadre_id, period)
    stretches = [Stretch(row.kind, Period(row.first_day, row.last_day)) for row in entries]
    stretches += [Stretch(LENDING, span) for span in lent]
    return Workload(entries, lent, days_within(stretches, period))
