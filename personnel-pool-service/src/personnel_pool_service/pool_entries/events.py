"""What the others learn about places in pools: ids, kinds and states."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts.pool import (
    EntryAdmitted,
    EntryChecked,
    EntryEvent,
    EntryExited,
    EntryExitProposed,
    EntryNominated,
    EntryRefused,
    EntryResumed,
    EntryReviewDue,
    EntryReviewed,
    EntrySuspended,
)

from personnel_pool_service.pool_entries.domain import CHECKED, LOOK_NEEDED
from personnel_pool_service.pool_entries.models import EntryRow

_BY_TYPE: Mapping[str, type[EntryEvent]] = MappingProxyType(
    {
        event.type: event
        for event in (
            EntryNominated, EntryChecked, EntryAdmitted, EntryRefused, EntrySuspended, EntryResumed, EntryExitProposed,
            EntryExited,
        )
    }
)  # fmt: skip


def entry_moved(event_type: str, row: EntryRow, home_unit: str) -> EntryEvent:
    """The event of a move; that somebody must look closer is told to nobody."""
    facts = {
        "entry_id": row.id,
        "cadre_id": row.cadre_id,
        "home_unit": home_unit,
        "pool_kind": row.pool_kind,
        "state": CHECKED if row.status == LOOK_NEEDED else row.status,
    }
    if event_type == EntryReviewed.type:
        return EntryReviewed.model_validate({**facts, "next_due_on": row.review_due_on})
    return _BY_TYPE[event_type].model_validate(facts)


def review_due(row: EntryRow, home_unit: str) -> EntryReviewDue:
    """The event of a review that is due."""
    assert row.review_due_on is not None  # entries in force have a day for it
    return EntryReviewDue(
        entry_id=row.id,
        cadre_id=row.cadre_id,
        home_unit=home_unit,
        pool_kind=row.pool_kind,
        state=row.status,
        due_on=row.review_due_on,
    )
