"""What the formal proceedings between units bring to this service's processes: routes, followed events, timers."""

from collections.abc import Mapping, Sequence

from chassis.consumer import Handler, ManyHandler
from chassis.following import merged
from chassis.service import Resources, Timer
from chassis.uow import Uow
from contracts.clue import ClueRegistered
from contracts.envelope import Envelope
from fastapi import APIRouter

from clue_service.accusation_findings.routes import router as accusation_findings
from clue_service.advice.routes import router as advice
from clue_service.clarifications.routes import router as clarifications
from clue_service.clue_clocks.consumers import follow_registered as begin_clocks
from clue_service.clue_clocks.consumers import handlers as follow_clocks
from clue_service.clue_clocks.routes import router as clue_clocks
from clue_service.consultations.automatic import open_due_opinions
from clue_service.consultations.consumers import handlers as convene_by_overlap
from clue_service.consultations.routes import router as consultations
from clue_service.interference_records.routes import router as interference_records
from clue_service.jurisdiction_objections.routes import router as jurisdiction_objections
from clue_service.jurisdiction_objections.service import follow_terms
from clue_service.outcome_notices.consumers import handlers as tell_outcomes
from clue_service.outcome_notices.routes import router as outcome_notices
from clue_service.outcome_notices.service import escalate_late
from clue_service.periodic_duties.routes import router as periodic_duties
from clue_service.periodic_duties.service import open_next_periods
from clue_service.protection_requests.routes import router as protection_requests
from clue_service.reporter_notices.consumers import follow_registered as owe_acceptances
from clue_service.reporter_notices.consumers import handlers as owe_reporters
from clue_service.reporter_notices.routes import router as reporter_notices
from clue_service.safeguard_figures.routes import router as safeguard_figures
from clue_service.supervised_handlings.routes import router as supervised_handlings

ROUTERS: tuple[APIRouter, ...] = (
    consultations,
    advice,
    supervised_handlings,
    outcome_notices,
    reporter_notices,
    clue_clocks,
    periodic_duties,
    jurisdiction_objections,
    clarifications,
    accusation_findings,
    interference_records,
    protection_requests,
    safeguard_figures,
)
TIMERS: tuple[Timer, ...] = (
    Timer("open_due_opinions", 5, open_due_opinions),
    Timer("escalate_late_outcome_notices", 30, escalate_late),
    Timer("open_next_periods", 30, open_next_periods),
    Timer("follow_terms_of_objections", 30, follow_terms),
)


def handlers(resources: Resources) -> Mapping[str, Handler]:
    """Event type → handler."""
    return merged(
        convene_by_overlap(resources), tell_outcomes(resources), owe_reporters(resources), follow_clocks(resources)
    )


def together(_resources: Resources) -> Mapping[str, ManyHandler]:
    """Clues that come in do so in runs, and most of them set nothing going."""

    async def came_in(uow: Uow, events: Sequence[tuple[Envelope, ClueRegistered]]) -> None:
        await owe_acceptances(uow, events)
        await begin_clocks(uow, events)

    return {ClueRegistered.type: came_in}
