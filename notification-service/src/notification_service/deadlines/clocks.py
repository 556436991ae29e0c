"""Which events start, move and stop a clock."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from contracts.envelope import Event

from contracts import clocks, clue, deliberation, following_up, inspection, safeguards, settling
from notification_service.deadlines import inspection_clocks
from notification_service.deadlines.domain import Clock


def _of_clue(event: clue.ClueEvent) -> list[Clock]:
    silent = event.overlap_policy == "silent"
    return [
        Clock(
            "clue",
            str(event.clue_id),
            event.clue_no,
            unit=event.lead_unit or event.commission,
            rule=event.status,
            due_at=event.due_at,
            within=event.commission if silent else None,
            escalates_to=event.commission,
        )
    ]


def _of_alert(event: clue.OverlapAlertEvent) -> list[Clock]:
    """Each commission owes its own acknowledgement."""
    if isinstance(event, clue.OverlapAlertDetected):
        running = frozenset(event.joined or event.commissions)
        concerned = running
    elif isinstance(event, clue.OverlapAlertAcknowledged):
        running, concerned = frozenset(), frozenset({event.acknowledged_by})
    elif isinstance(event, clue.OverlapAlertDueChanged):
        running = concerned = frozenset(event.outstanding)
    else:
        running, concerned = frozenset(), frozenset(event.commissions)
    return [
        Clock(
            "overlap_alert",
            str(event.alert_id),
            None,
            unit=commission,
            rule="acknowledge",
            due_at=event.ack_due if commission in running else None,
            escalates_to=commission,
        )
        for commission in sorted(concerned)
    ]


def _of_transfer(event: clue.TransferEvent) -> list[Clock]:
    """Until it is received the receiver's case office owes an answer; the result is owed by the clue it registers."""
    return [
        Clock(
            "clue_transfer",
            str(event.transfer_id),
            None,
            unit=event.to_commission,
            rule="receive",
            due_at=event.receipt_due,
            escalates_to=event.from_commission,
        )
    ]


def _of_advice(event: deliberation.AdviceEvent) -> list[Clock]:
    ended = isinstance(
        event,
        deliberation.AdviceReplied
        | deliberation.AdviceReviewed
        | deliberation.AdviceClosed
        | deliberation.AdviceReissued,
    )
    return [
        Clock(
            "advice",
            str(event.advice_id),
            None,
            unit=event.addressed_unit,
            rule="reply",
            due_at=None if ended else event.reply_due,
            escalates_to=event.issuing_unit,
        )
    ]


def _of_order(event: following_up.SupervisedHandlingEvent) -> list[Clock]:
    return [
        Clock(
            "supervised_handling",
            str(event.order_id),
            None,
            unit=event.target_unit,
            rule="report",
            due_at=event.due_at,
            escalates_to=event.ordering_unit,
        )
    ]


def _of_outcome(event: following_up.OutcomeNoticeEvent) -> list[Clock]:
    return [
        Clock(
            "outcome_notice",
            str(event.notice_id),
            None,
            unit=event.unit,
            rule="acknowledge",
            due_at=event.ack_due
            if isinstance(event, following_up.OutcomeNotified | following_up.OutcomeNoticeDueChanged)
            else None,
        )
    ]


def _of_reporter_notice(event: following_up.ReporterNoticeEvent) -> list[Clock]:
    return [
        Clock(
            "reporter_notice",
            str(event.notice_id),
            event.clue_no,
            unit=event.commission,
            rule=event.kind,
            due_at=event.due_at,
            within=event.commission,
            escalates_to=event.commission,
        )
    ]


def _of_clue_clock(event: clocks.ClueClockEvent) -> list[Clock]:
    """What is awaited about a clue beside what its state owes: an item, and a light, of its own."""
    return [
        Clock(
            "clue_clock",
            str(event.clock_id),
            event.clue_no,
            unit=event.unit,
            rule=event.kind,
            due_at=event.due_at,
            within=event.commission,
            escalates_to=event.commission,
        )
    ]


def _of_duty(event: clocks.PeriodicDutyEvent) -> list[Clock]:
    """The case office owes it, each period for itself."""
    return [
        Clock(
            "periodic_duty",
            str(event.duty_id),
            None,
            unit=event.unit,
            rule=event.kind,
            due_at=event.due_at,
            within=event.commission,
            escalates_to=event.commission,
        )
    ]


def _of_objection(event: settling.JurisdictionObjectionEvent) -> list[Clock]:
    """The sender owes an answer first, then the superior its decision, or both sides their meeting."""
    owes = event.sender if event.state == "raised" else event.superior or event.sender
    due_at = event.due_at
    ident = str(event.objection_id)
    others = {event.sender, event.superior or event.sender} - {owes}
    return [
        Clock("jurisdiction_objection", ident, None, unit=owes, rule="answer", due_at=due_at),
        *(Clock("jurisdiction_objection", ident, None, unit=unit, rule="answer", due_at=None) for unit in others),
    ]


def _of_clarification(event: settling.ClarificationEvent) -> list[Clock]:
    return [
        Clock(
            "clarification",
            str(event.clarification_id),
            None,
            unit=event.handling_unit,
            rule="step",
            due_at=event.due_at,
            within=event.commission,
            escalates_to=event.commission,
        )
    ]


def _of_protection(event: safeguards.ProtectionRequestEvent) -> list[Clock]:
    """The commission decides first and looks at it again at the end; in between the charged unit owes its measures."""
    owes = (event.charged_unit if event.state == "granted" else None) or event.commission
    others = {event.commission, event.charged_unit or event.commission} - {owes}
    due = {owes: event.due_at, **dict.fromkeys(sorted(others))}
    return [
        Clock(
            "protection_request",
            str(event.request_id),
            None,
            unit=unit,
            rule="protection",
            due_at=due_at,
            within=event.commission,
            escalates_to=event.commission,
        )
        for unit, due_at in due.items()
    ]


def _of_consultation(event: deliberation.ConsultationEvent) -> list[Clock]:
    """Each participant owes its opinion, until it is given or all are open."""
    if isinstance(event, deliberation.ConsultationScheduled | deliberation.ConsultationInvited):
        concerned, due_at = event.invited, event.due_at
    elif isinstance(event, deliberation.ConsultationOpinionGiven):
        concerned, due_at = (event.unit,), None
    else:
        concerned, due_at = event.participant_units, None
    return [
        Clock(
            "consultation",
            str(event.consultation_id),
            None,
            unit=unit,
            rule="opinion",
            due_at=due_at,
            escalates_to=event.convener_unit,
        )
        for unit in concerned
    ]


def _of_action(event: deliberation.ConsultationActionEvent) -> list[Clock]:
    return [
        Clock(
            "consultation_action",
            str(event.action_id),
            None,
            unit=event.owner_unit,
            rule="task",
            due_at=event.due_at if isinstance(event, deliberation.ConsultationActionAssigned) else None,
            escalates_to=event.convener_unit,
        )
    ]


_READERS: tuple[tuple[type[Event], Callable[[Any], list[Clock]]], ...] = (
    (clue.ClueEvent, _of_clue),
    (clue.OverlapAlertEvent, _of_alert),
    (clue.TransferEvent, _of_transfer),
    (deliberation.AdviceEvent, _of_advice),
    (following_up.SupervisedHandlingEvent, _of_order),
    (following_up.OutcomeNoticeEvent, _of_outcome),
    (following_up.ReporterNoticeEvent, _of_reporter_notice),
    (clocks.ClueClockEvent, _of_clue_clock),
    (clocks.PeriodicDutyEvent, _of_duty),
    (settling.JurisdictionObjectionEvent, _of_objection),
    (settling.ClarificationEvent, _of_clarification),
    (safeguards.ProtectionRequestEvent, _of_protection),
    (deliberation.ConsultationActionEvent, _of_action),
    (deliberation.ConsultationEvent, _of_consultation),
    *inspection_clocks.READERS,
)
CLOCKS: Mapping[str, Callable[[Any], list[Clock]]] = MappingProxyType(
    {
        event.type: reader
        for event in (*clue.EVENTS, *inspection.EVENTS)
        for parent, reader in _READERS
        if issubclass(event, parent)
    }
)
"""Event type → the clocks it leaves."""
