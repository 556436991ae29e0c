"""Own events that say of an outcome. They are followed, so that a replay is safe and the move itself stays quick."""

from chassis.consumer import Handler
from chassis.service import Resources
from chassis.uow import Uow
from contracts.clue import ClueResultRecorded
from contracts.deliberation import AdviceServed
from contracts.envelope import Envelope

from clue_service.advice import service as advice
from clue_service.clues import service as clues
from clue_service.outcome_notices.domain import KIND_OF_OUTCOME, Kind
from clue_service.outcome_notices.service import Outcome, tell_outcome


def handlers(resources: Resources) -> dict[str, Handler]:
    """Event type → handler."""

    async def on_result(uow: Uow, envelope: Envelope, event: ClueResultRecorded) -> None:
        kind = KIND_OF_OUTCOME.get(event.outcome)
        clue = (await clues.clues_by_id(uow, [event.clue_id])).get(event.clue_id)
        if kind is None or clue is None:
            return
        happened = Outcome(
            source_ref=f"clue:{event.clue_id}:{envelope.version}",
            kind=kind,
            outcome=event.outcome,
            item_type="clue",
            item_id=event.clue_id,
            item_no=event.clue_no,
            about_units=event.subject_units,
            handling_unit=event.lead_unit or event.commission,
            secrecy_level=clue.secrecy_level,
            within=event.commission if event.overlap_policy == "silent" else None,
        )
        await tell_outcome(uow, await resources.directory.tree(), happened)

    async def on_advice(uow: Uow, _envelope: Envelope, event: AdviceServed) -> None:
        letter = await advice.letter_by_id(uow, event.advice_id)
        if letter is None:
            return
        happened = Outcome(
            source_ref=f"advice:{event.advice_id}",
            kind=Kind.ADVICE,
            outcome=event.kind,
            item_type="advice",
            item_id=event.advice_id,
            item_no=None,
            about_units=[event.addressed_unit],
            handling_unit=event.issuing_unit,
            secrecy_level=letter.secrecy_level,
        )
        await tell_outcome(uow, await resources.directory.tree(), happened)

    return {ClueResultRecorded.type: on_result, AdviceServed.type: on_advice}
