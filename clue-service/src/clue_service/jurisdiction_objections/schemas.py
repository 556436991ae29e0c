"""Bodies of jurisdiction objections."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from chassis.web import RequestModel, ResponseModel

from clue_service.clues.move_schemas import MoveIn, Reason, UnitCode
from clue_service.jurisdiction_objections.domain import ObjectionState, Part, Route
from clue_service.proceedings.schemas import NothingIn, ReasonIn, StepOut


class RaiseObjectionIn(RequestModel):
    """Why your commission is not competent for what it was handed, and who is."""

    transfer_id: UUID
    reason: Reason
    legal_basis: str | None = None
    proposed_unit: UnitCode | None = None


class DecideIn(MoveIn):
    """Whose clue it is, and why."""

    competent_unit: UnitCode
    reason: Reason

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The competent unit."""
        return {"/competent_unit": self.competent_unit}


BODIES: dict[str, type[MoveIn]] = {
    "agree": NothingIn,
    "contest": ReasonIn,
    "decide": DecideIn,
    "record-meeting": DecideIn,
    "confirm-meeting": NothingIn,
    "dispute-meeting": ReasonIn,
    "withdraw": ReasonIn,
}


class ObjectionOut(ResponseModel):
    """An objection with what was said about it."""

    id: UUID
    state: ObjectionState
    version: int
    transfer_id: UUID
    route: Route
    raised_by: str
    sender: str
    superior: str | None
    secrecy_level: str
    reason: str
    legal_basis: str | None
    proposed_unit: str | None
    raised_at: datetime
    due_at: datetime | None
    is_overdue: bool
    competent_unit: str | None
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut]
