"""The moves of a briefing: review, issue, acknowledgement, correction, withdrawal."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from chassis.web import RequestModel, check_version
from contracts.notification import BriefingAcknowledged, BriefingCorrected, BriefingIssued, BriefingRecalled

from notification_service.briefings import domain, repository, telling
from notification_service.briefings.addressing import resolve
from notification_service.briefings.contents import Content, seal_recall
from notification_service.briefings.domain import BriefingState
from notification_service.briefings.errors import BriefingStillOpen, OtherEdition, OwnBriefing
from notification_service.briefings.events import emit_briefing
from notification_service.briefings.models import Briefing, BriefingRecipient
from notification_service.briefings.schemas import AcknowledgeIn, CorrectIn, RecipientIn, WithdrawIn
from notification_service.briefings.service import Desk, begin_move, check_day, finish_move, write_edition
from notification_service.briefings.settings import BriefingSettings
from notification_service.notices.schemas import NothingIn
from notification_service.working_calendars.service import calendar_of

Mine = Sequence[BriefingRecipient]


async def _review(desk: Desk, briefing: Briefing, _mine: Mine, _body: Any) -> None:
    """A leader finds that it may go out. Raises OwnBriefing."""
    draft = await repository.find_edition(desk.uow.session, briefing.id, 1)
    if desk.uow.actor.sub in (briefing.drafted_by, draft.written_by if draft is not None else None):
        raise OwnBriefing
    briefing.reviewed_by = desk.uow.actor.sub
    await finish_move(desk, briefing, "review")


async def _return(desk: Desk, briefing: Briefing, _mine: Mine, _body: Any) -> None:
    briefing.reviewed_by = None
    await finish_move(desk, briefing, "return")


async def _issue(desk: Desk, briefing: Briefing, _mine: Mine, _body: Any) -> None:
    """Work out who has to acknowledge, and tell them. Raises Invalid where somebody no longer fits."""
    await _go_out(desk, briefing, 1)
    briefing.issued_at = desk.uow.now
    await finish_move(desk, briefing, "issue")
    event_id = await emit_briefing(desk.uow, BriefingIssued.type, briefing)
    await telling.tell_recipients(desk.uow, desk.resources, briefing, event_id, "briefing_issued")
    await telling.set_clock(desk.uow, briefing)


async def _correct(desk: Desk, briefing: Briefing, _mine: Mine, body: CorrectIn) -> None:
    """Another edition: everybody owes a new acknowledgement, and recipients by role are worked out anew."""
    check_day(body.ack_due_on, desk.uow.clock.today())
    briefing.ack_due_on = body.ack_due_on
    number = briefing.edition + 1
    await write_edition(desk, briefing, number, Content(body.title, body.text, body.reason))
    await _go_out(desk, briefing, number)
    await finish_move(desk, briefing, "correct")
    event_id = await emit_briefing(desk.uow, BriefingCorrected.type, briefing)
    await telling.tell_recipients(desk.uow, desk.resources, briefing, event_id, "briefing_corrected")
    await telling.set_clock(desk.uow, briefing)


async def _go_out(desk: Desk, briefing: Briefing, number: int) -> None:
    uow, settings = desk.uow, BriefingSettings()
    today, zone, calendar = uow.clock.today(), uow.clock.zone, await calendar_of(uow)
    check_day(briefing.ack_due_on, today)
    named = [RecipientIn.model_validate(one) for one in briefing.addressed]
    # A correction must go out whoever has left meanwhile; they are let go.
    rows = await resolve(uow, desk.tree, briefing.issuing_unit, briefing.secrecy_level, named, lets_go=number > 1)
    await repository.set_recipients(uow.session, briefing.id, rows)
    briefing.edition = number
    due = domain.ack_due_of(briefing.ack_due_on, today, calendar, settings.briefing_ack_working_days, zone)
    briefing.ack_due = due
    days = settings.briefing_escalation_working_days
    briefing.escalate_at = domain.escalation_of(due, today, calendar, days, zone)


async def _acknowledge(desk: Desk, briefing: Briefing, mine: Mine, body: AcknowledgeIn) -> None:
    """Say that the present edition was read; saying it again changes nothing. Raises OtherEdition."""
    if body.edition != briefing.edition:
        raise OtherEdition(members={"edition": briefing.edition})
    owing = [one for one in mine if one.acknowledged_edition < briefing.edition]
    if not owing:
        return
    uow = desk.uow
    await repository.acknowledge(uow.session, briefing, [one.id for one in owing], uow.actor.sub, uow.now)
    await finish_move(desk, briefing, "acknowledge")
    await emit_briefing(uow, BriefingAcknowledged.type, briefing, acknowledged_by=owing[0].unit)
    await telling.set_clock(uow, briefing)


async def _withdraw(desk: Desk, briefing: Briefing, _mine: Mine, body: WithdrawIn) -> None:
    """Recipients no longer read it, and are told."""
    briefing.recall_sealed = seal_recall(desk.resources.keys, briefing.id, body.reason)
    briefing.recalled_at = desk.uow.now
    await finish_move(desk, briefing, "withdraw")
    event_id = await emit_briefing(desk.uow, BriefingRecalled.type, briefing)
    await telling.tell_recipients(desk.uow, desk.resources, briefing, event_id, "briefing_recalled")
    await telling.set_clock(desk.uow, briefing)


async def _archive(desk: Desk, briefing: Briefing, _mine: Mine, _body: Any) -> None:
    """Put it away once all have acknowledged, or it was withdrawn. Raises BriefingStillOpen."""
    counts = await repository.count_recipients(desk.uow.session, [briefing.id])
    open_count = counts.get(briefing.id, (0, 0))[1]
    if briefing.state == BriefingState.ISSUED.value and open_count:
        raise BriefingStillOpen(members={"open_count": open_count})
    await finish_move(desk, briefing, "archive")


async def _discard(desk: Desk, briefing: Briefing, _mine: Mine, _body: Any) -> None:
    await finish_move(desk, briefing, "discard")


@dataclass(frozen=True)
class Action:
    """What a verb takes and does; ``says`` is its text in the API document."""

    body: type[RequestModel]
    act: Callable[[Desk, Briefing, Mine, Any], Awaitable[None]]
    says: str


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "review": Action(NothingIn, _review, "Find that a draft may go out; by a leader who did not draft it."),
        "return": Action(NothingIn, _return, "Make a reviewed briefing a draft again."),
        "issue": Action(
            NothingIn, _issue, "Send a reviewed briefing out: recipients are worked out, told, and owe acknowledgement."
        ),
        "acknowledge": Action(
            AcknowledgeIn, _acknowledge, "Say that you have read an edition, for yourself or for your unit."
        ),
        "correct": Action(
            CorrectIn,
            _correct,
            "Put another edition in place of the present one; by a leader. All acknowledge anew.",
        ),
        "withdraw": Action(
            WithdrawIn, _withdraw, "Take a briefing back; by a leader. Recipients no longer read it and owe nothing."
        ),
        "archive": Action(NothingIn, _archive, "Put away what everybody has acknowledged, or what was withdrawn."),
        "discard": Action(NothingIn, _discard, "Give up a draft."),
    }
)
"""Verb → what it does."""


async def move_briefing(desk: Desk, briefing_id: UUID, verb: str, body: RequestModel, if_match: int | None) -> Briefing:
    """Take a move. Raises NotFound, BriefingPartRequired, MoveRefused, StaleVersion, and what the move refuses."""
    briefing, mine = await begin_move(desk, briefing_id, verb)
    check_version(if_match, briefing.version)
    await ACTIONS[verb].act(desk, briefing, mine, body)
    return briefing
