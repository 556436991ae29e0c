"""What owes something by a date that a rule counts: where the clocks run, how each is counted, and who hears of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from chassis.uow import Uow
from sqlalchemy import ColumnElement

from clue_service.clue_clocks import service as clue_clocks
from clue_service.clue_clocks.domain import RUNNING
from clue_service.clue_clocks.events import emit_clock
from clue_service.clue_clocks.models import ClueClock
from clue_service.clues.clocks import count_anew, put_due
from clue_service.clues.events import emit_clue
from clue_service.clues.models import Clue
from clue_service.clues.states import Status
from clue_service.deadlines import service
from clue_service.deadlines.domain import (
    LOWER_BODY_RECEIPT,
    OUTCOME_ACKNOWLEDGEMENT,
    OVERLAP_ACKNOWLEDGEMENT,
    RULES,
    SUPERIOR_LEVEL_REPORT,
    Due,
    DueRule,
    end_of_day,
)
from clue_service.matters import service as matters
from clue_service.outcome_notices.domain import NoticeState as OutcomeState
from clue_service.outcome_notices.events import emit_notice as emit_outcome_notice
from clue_service.outcome_notices.models import OutcomeNotice
from clue_service.overlap_alerts import detection
from clue_service.overlap_alerts.domain import AlertState
from clue_service.overlap_alerts.models import OverlapAlert
from clue_service.periodic_duties import service as duties
from clue_service.periodic_duties.domain import DutyState
from clue_service.periodic_duties.events import emit_duty
from clue_service.periodic_duties.models import PeriodicDuty
from clue_service.reporter_notices.domain import NoticeState
from clue_service.reporter_notices.events import emit_notice as emit_reporter_notice
from clue_service.reporter_notices.models import ReporterNotice
from clue_service.reporter_notices.service import rule_and_start
from clue_service.sealed_receipts.models import SealedReceipt
from clue_service.transfers import service as transfers
from clue_service.transfers.domain import TransferState
from clue_service.transfers.events import emit_transfer
from clue_service.transfers.models import ClueTransfer

Row = TypeVar("Row")
Counted = tuple[DueRule, Due]


@dataclass(frozen=True)
class Clocked(Generic[Row]):
    """One kind of thing with a clock. ``count`` None: no rule counts this one."""

    noun: str
    model: Any
    column: str
    where: Sequence[ColumnElement[bool]]
    count: Callable[[Uow, Row], Awaitable[Counted | None]]
    put: Callable[[Uow, Row, DueRule, Due], Awaitable[None]]
    hold: Callable[[Uow], Awaitable[None]] | None = None
    """What is locked before the rows, see ``locking``."""


async def _counted(uow: Uow, name: str, start: date) -> Counted:
    return await service.rule_on(uow, name, start), await service.due_for(uow, name, start)


async def _put(uow: Uow, row: Any, column: str, due: Due) -> None:
    setattr(row, column, end_of_day(due.on, uow.clock.zone))
    if hasattr(row, "due_provisional"):
        row.due_provisional = due.is_provisional
    row.version += 1
    await uow.session.flush()
    await uow.audit("recompute_due", row.__tablename__, row.id, detail={"version": row.version})


async def _put_clue(uow: Uow, clue: Clue, rule: DueRule, due: Due) -> None:
    previous = clue.running_due_at
    clue.due_rule_version = rule.version
    await _put(uow, clue, "due_at", due)
    put_due(uow, clue, due)
    if clue.status == Status.ASSIGNED_DOWN and clue.transfer_id is not None and clue.due_at is not None:
        await transfers.extend(uow, clue.transfer_id, clue.due_at)
    await emit_clue(uow, "clue.clue.due_changed.v1", clue, None, previous_due_at=previous)


async def _count_transfer(uow: Uow, transfer: ClueTransfer) -> Counted:
    return await _counted(uow, LOWER_BODY_RECEIPT.name, uow.clock.civil_date(transfer.sent_at))


async def _put_transfer(uow: Uow, transfer: ClueTransfer, _rule: DueRule, due: Due) -> None:
    await _put(uow, transfer, "receipt_due_at", due)
    await emit_transfer(uow, "clue.transfer.due_changed.v1", transfer)


async def _count_receipt(uow: Uow, receipt: SealedReceipt) -> Counted:
    return await _counted(uow, SUPERIOR_LEVEL_REPORT.name, receipt.received_on)


async def _put_receipt(uow: Uow, receipt: SealedReceipt, _rule: DueRule, due: Due) -> None:
    await _put(uow, receipt, "due_at", due)


async def _count_alert(uow: Uow, alert: OverlapAlert) -> Counted:
    return await _counted(uow, OVERLAP_ACKNOWLEDGEMENT.name, uow.clock.civil_date(alert.detected_at))


async def _put_alert(uow: Uow, alert: OverlapAlert, _rule: DueRule, due: Due) -> None:
    await _put(uow, alert, "ack_due_at", due)
    await detection.tell_due_changed(uow, alert)


async def _count_reporter_notice(uow: Uow, notice: ReporterNotice) -> Counted | None:
    found = rule_and_start(notice)
    return await _counted(uow, *found) if found is not None else None


async def _put_reporter_notice(uow: Uow, notice: ReporterNotice, _rule: DueRule, due: Due) -> None:
    await _put(uow, notice, "due_at", due)
    await emit_reporter_notice(uow, "clue.reporter_notice.due_changed.v1", notice)


async def _count_outcome_notice(uow: Uow, notice: OutcomeNotice) -> Counted:
    return await _counted(uow, OUTCOME_ACKNOWLEDGEMENT.name, uow.clock.civil_date(notice.notified_at))


async def _put_outcome_notice(uow: Uow, notice: OutcomeNotice, _rule: DueRule, due: Due) -> None:
    await _put(uow, notice, "ack_due_at", due)
    await emit_outcome_notice(uow, "clue.outcome_notice.due_changed.v1", notice)


async def _put_clue_clock(uow: Uow, clock: ClueClock, rule: DueRule, due: Due) -> None:
    previous = clock.due_at
    clock.due_rule_version = rule.version
    await _put(uow, clock, "due_at", due)
    await emit_clock(uow, "clue.clue_clock.due_changed.v1", clock, previous_due_at=previous)


async def _put_duty(uow: Uow, duty: PeriodicDuty, rule: DueRule, due: Due) -> None:
    duty.due_rule_version = rule.version
    await _put(uow, duty, "due_at", due)
    await emit_duty(uow, "clue.periodic_duty.due_changed.v1", duty)


KINDS: tuple[Clocked[Any], ...] = (
    Clocked(
        "clue", Clue, "due_at", (Clue.due_at.is_not(None), Clue.due_rule.in_(sorted(RULES))),
        count_anew, _put_clue,
    ),
    Clocked(
        "clue_transfer", ClueTransfer, "receipt_due_at",
        (ClueTransfer.receipt_due_at.is_not(None), ClueTransfer.state == TransferState.SENT),
        _count_transfer, _put_transfer,
    ),
    Clocked(
        "sealed_receipt", SealedReceipt, "due_at", (SealedReceipt.sent_on.is_(None),), _count_receipt, _put_receipt,
    ),
    Clocked(
        "overlap_alert", OverlapAlert, "ack_due_at", (OverlapAlert.state == AlertState.DETECTED,),
        _count_alert, _put_alert, matters.serialise,
    ),
    Clocked(
        "reporter_notice", ReporterNotice, "due_at", (ReporterNotice.state == NoticeState.OWED,),
        _count_reporter_notice, _put_reporter_notice,
    ),
    Clocked(
        "outcome_notice", OutcomeNotice, "ack_due_at", (OutcomeNotice.state == OutcomeState.NOTIFIED,),
        _count_outcome_notice, _put_outcome_notice,
    ),
    Clocked(
        "clue_clock", ClueClock, "due_at", (ClueClock.state.in_(sorted(RUNNING)),),
        clue_clocks.count_anew, _put_clue_clock,
    ),
    Clocked(
        "periodic_duty", PeriodicDuty, "due_at", (PeriodicDuty.state == DutyState.OPEN,), duties.count_anew, _put_duty,
    ),
)  # fmt: skip
"""Everything with a clock that a rule counts. What people agreed on by a day of their own is not here."""
