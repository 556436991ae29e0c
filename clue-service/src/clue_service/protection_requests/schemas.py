"""Bodies of requests for protection."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from clue_service.clues.move_schemas import MoveIn, UnitCode
from clue_service.proceedings.schemas import LongText, NothingIn, ReasonIn, StepOut
from clue_service.protection_requests.domain import Measure, Part, Protected, ProtectionState, Threat


class RequestProtectionIn(RequestModel):
    """What was told. Account and wishes are sealed and read by you and by who decides; they may say who it is."""

    clue_id: UUID
    protected: Protected
    threat: Threat
    is_urgent: bool = False
    account: LongText
    wishes: LongText | None = None


class GrantIn(MoveIn):
    """What is done, by which unit, until when."""

    measures: list[Measure] = Field(min_length=1, max_length=len(Measure))
    charged_unit: UnitCode
    in_force_until: date

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The unit that is charged."""
        return {"/charged_unit": self.charged_unit}


class CarryOutMeasureIn(MoveIn):
    """Which measure was carried out when."""

    measure: Measure
    carried_out_on: date


class RenewIn(MoveIn):
    """Until when it goes on."""

    in_force_until: date


BODIES: dict[str, type[MoveIn]] = {
    "grant": GrantIn,
    "refuse": ReasonIn,
    "carry-out": CarryOutMeasureIn,
    "renew": RenewIn,
    "end": ReasonIn,
    "withdraw": NothingIn,
}


class ProtectionRequestOut(ResponseModel):
    """A request in codes. `clue_id` is for those who may see the clue, reasons for those who may read the content."""

    id: UUID
    state: ProtectionState
    version: int
    clue_id: UUID | None
    commission: str
    secrecy_level: str
    protected: Protected
    threat: Threat
    is_urgent: bool
    measures: list[Measure]
    carried_out: list[Measure]
    charged_unit: str | None
    in_force_until: date | None
    requested_at: datetime
    due_at: datetime | None
    is_overdue: bool
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut]


class ProtectionContentOut(ResponseModel):
    """What was told, and what is wished."""

    account: str
    wishes: str | None
