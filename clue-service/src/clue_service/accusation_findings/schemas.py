"""Bodies of findings of false accusation."""

from datetime import datetime
from uuid import UUID

from chassis.web import RequestModel, ResponseModel

from clue_service.accusation_findings.domain import FindingState, Measure, Part, Verdict
from clue_service.clues.move_schemas import MoveIn, Reason
from clue_service.proceedings.schemas import LongText, NothingIn, ReasonIn, StepOut


class ProposeFindingIn(RequestModel):
    """What speaks for a fabrication in order to harm. That a letter went to many is an indication, no proof."""

    clue_id: UUID
    grounds: LongText


class DecideFindingIn(MoveIn):
    """What is found, and why."""

    verdict: Verdict
    reason: Reason


class HandlingIn(MoveIn):
    """What followed."""

    measure: Measure
    note: LongText | None = None


BODIES: dict[str, type[MoveIn]] = {
    "endorse": NothingIn,
    "decide": DecideFindingIn,
    "record-handling": HandlingIn,
    "withdraw": ReasonIn,
}


class FindingOut(ResponseModel):
    """A finding. `clue_id` is for those who may see the clue; who reported takes an unsealing of the vault."""

    id: UUID
    state: FindingState
    version: int
    clue_id: UUID | None
    commission: str
    approving_commission: str
    secrecy_level: str
    grounds: str
    verdict: Verdict | None
    measure: Measure | None
    proposed_at: datetime
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut]
