"""Bodies of records of interference."""

from datetime import date, datetime
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from contracts.envelope import Sub
from pydantic import Field, model_validator

from clue_service.clues.move_schemas import MoveIn
from clue_service.interference_records.domain import Kind, Measure, Part, RecordState, Standing, Way
from clue_service.proceedings.schemas import LongText, NothingIn, ReasonIn, StepOut

ShortText = Field(None, min_length=1, max_length=200)


class IntervenerIn(RequestModel):
    """Who interfered. `sub`, where they use the platform: the record is kept from them."""

    name: str | None = ShortText
    post: str | None = ShortText
    unit_name: str | None = ShortText
    sub: Sub | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "IntervenerIn":
        if self.name is None and self.post is None and self.unit_name is None:
            raise FieldRefused("somebody", "须写明姓名、职务或单位之一", "Give a name, a post or a unit at least")
        return self


class RecordInterferenceIn(RequestModel):
    """What somebody did. Person and account are sealed and read by you and by who reviews it."""

    clue_id: UUID | None = Field(None, description="The clue, where it was about one that you see")
    kind: Kind
    way: Way
    standing: Standing
    happened_on: date
    intervener: IntervenerIn
    account: LongText
    is_about_leader: bool = Field(False, description="It was a leader of your commission: those above decide")


class HandleInterferenceIn(MoveIn):
    """What followed for who interfered."""

    measure: Measure


BODIES: dict[str, type[MoveIn]] = {"confirm": NothingIn, "dismiss": ReasonIn, "record-handling": HandleInterferenceIn}


class InterferenceRecordOut(ResponseModel):
    """A record in codes. `clue_id` is for those who may see the clue."""

    id: UUID
    state: RecordState
    version: int
    clue_id: UUID | None
    commission: str
    reviewing_commission: str
    secrecy_level: str
    kind: Kind
    way: Way
    standing: Standing
    happened_on: date
    recorded_by: str
    recorded_at: datetime
    measure: Measure | None
    my_parts: list[Part]
    allowed_moves: list[str]
    steps: list[StepOut]
    """What was said in them is for those who may read the content."""


class InterferenceContentOut(ResponseModel):
    """Who interfered, and what was said."""

    name: str | None
    post: str | None
    unit_name: str | None
    account: str
