"""Bodies of consultations."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from contracts.envelope import Sub
from pydantic import AwareDatetime, Field

from clue_service.clues.move_schemas import MoveIn, UnitCode
from clue_service.clues.vocabulary import SecrecyLevel
from clue_service.consultations.domain import ActionState, ConsultationState, Kind, Opening, Part, Position
from clue_service.overlap_alerts.domain import Stage
from clue_service.proceedings.schemas import LongText, NothingIn, ReasonIn


class ParticipantIn(RequestModel):
    """A unit that is to take part; without `persons` whoever acts for the unit does."""

    unit: UnitCode
    persons: list[Sub] = Field(default_factory=list, max_length=20)


class ConveneIn(RequestModel):
    """What is to be deliberated on, by whom. `quorum` counts units."""

    kind: Kind
    topic: LongText
    secrecy_level: SecrecyLevel = SecrecyLevel.INTERNAL
    participants: list[ParticipantIn] = Field(min_length=1, max_length=50)
    clue_ids: list[UUID] = Field(default_factory=list, max_length=50)
    quorum: int = Field(2, ge=2, le=50)
    opening: Opening = Opening.ALL

    def unit_pointers(self) -> dict[str, str | None]:
        """The units that are to take part."""
        return {f"/participants/{at}/unit": one.unit for at, one in enumerate(self.participants)}


class ReferDifficultyIn(RequestModel):
    """A difficulty of a supervision matter: who raised it, the units at work on it, and what to deliberate on."""

    origin_ref: Annotated[str, Field(pattern=r"^difficulty:[0-9a-f-]{36}$")]
    topic: LongText
    secrecy_level: SecrecyLevel = SecrecyLevel.INTERNAL
    convener_unit: UnitCode
    units: list[UnitCode] = Field(default_factory=list, max_length=50)

    def unit_pointers(self) -> dict[str, str | None]:
        """The units that are to take part."""
        return {"/convener_unit": self.convener_unit, **{f"/units/{at}": one for at, one in enumerate(self.units)}}


class ReferredOut(ResponseModel):
    """The consultation that a difficulty convened, as far as it has come."""

    id: UUID
    state: ConsultationState
    version: int


class ScheduleIn(MoveIn):
    """By when opinions are due, and when the consultation meets."""

    opinions_due_on: date
    meets_at: AwareDatetime | None = None


class InviteIn(MoveIn):
    """One more unit."""

    unit: UnitCode
    persons: list[Sub] = Field(default_factory=list, max_length=20)

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The unit."""
        return {"/unit": self.unit}


class RecuseIn(MoveIn):
    """Who is recused; the ground is not asked for and kept nowhere here."""

    sub: Sub


class GiveOpinionIn(MoveIn):
    """A unit's opinion."""

    position: Position
    text: LongText


class HoldIn(MoveIn):
    """When it was held, which units attended, and the minutes."""

    held_on: date
    attended: list[UnitCode] = Field(min_length=1, max_length=50)
    minutes: LongText


class DissentIn(MoveIn):
    """A dissenting opinion, kept with the consultation."""

    text: LongText


class ActionIn(RequestModel):
    """What is to be done by whom until when."""

    task: Annotated[str, Field(min_length=1, max_length=4000)]
    owner_unit: UnitCode
    due_on: date


class ConcludeIn(MoveIn):
    """What was concluded. `lead_unit` is advice as well: it assigns nothing."""

    conclusion: LongText
    lead_unit: UnitCode | None = None
    actions: list[ActionIn] = Field(default_factory=list, max_length=50)

    def unit_pointers(self) -> Mapping[str, str | None]:
        """The lead and the owners of the actions."""
        owners = {f"/actions/{at}/owner_unit": one.owner_unit for at, one in enumerate(self.actions)}
        return {"/lead_unit": self.lead_unit, **owners}


class SettleActionIn(MoveIn):
    """What was done, or why nothing is to be done any more."""

    result: LongText


BODIES: dict[str, type[MoveIn]] = {
    "submit": NothingIn,
    "approve": NothingIn,
    "reject": ReasonIn,
    "schedule": ScheduleIn,
    "invite": InviteIn,
    "recuse": RecuseIn,
    "give-opinion": GiveOpinionIn,
    "hold": HoldIn,
    "sign-minutes": NothingIn,
    "dissent": DissentIn,
    "conclude": ConcludeIn,
    "approve-conclusion": NothingIn,
    "reject-conclusion": ReasonIn,
    "close": NothingIn,
    "cancel": ReasonIn,
}


class ParticipantOut(ResponseModel):
    """A unit that takes part. Whether it has given an opinion is told, never which before opinions open."""

    unit: str
    persons: list[str]
    has_given_opinion: bool
    attended: bool
    signed_at: datetime | None


class OpinionOut(ResponseModel):
    """One unit's opinion: the caller's own, or all once opinions are open."""

    unit: str
    position: Position
    text: str
    given_at: datetime
    is_late: bool = Field(description="given after the others could be read")


class DissentOut(ResponseModel):
    """A dissent, for ever."""

    unit: str | None
    text: str
    recorded_at: datetime


class RedactedAllegationOut(ResponseModel):
    """What is alleged, without its wording."""

    category_code: str | None
    occurred_from: date | None
    occurred_to: date | None
    amount_cny: float | None


class ConsultedClueOut(ResponseModel):
    """A clue on the table, redacted: no person, no wording, no reporter. Whoever may see it has id and number too."""

    clue_id: UUID | None
    clue_no: str | None
    commission: str
    stage: Stage
    source_code: str | None
    received_on: date | None
    subject_units: list[str]
    allegations: list[RedactedAllegationOut]


class ActionOut(ResponseModel):
    """A task that follows from a conclusion."""

    id: UUID
    consultation_id: UUID
    task: str
    owner_unit: str
    due_at: datetime
    state: ActionState
    version: int
    result: str | None
    settled_at: datetime | None


class ConsultationOut(ResponseModel):
    """A consultation as far as the caller's part in it reaches."""

    id: UUID
    kind: Kind
    state: ConsultationState
    version: int
    topic: str
    secrecy_level: SecrecyLevel
    convener_unit: str
    convened_at: datetime
    alert_id: UUID | None = Field(description="the overlap that convened it")
    origin_ref: str | None = Field(description="`difficulty:<id>`: the difficulty of a supervision matter that did")
    quorum: int
    opening: Opening
    meets_at: datetime | None
    opinions_due_at: datetime | None
    opinions_opened_at: datetime | None = Field(description="before that nobody reads another unit's opinion")
    held_on: date | None
    minutes: str | None
    conclusion: str | None
    lead_unit: str | None
    my_parts: list[Part]
    participants: list[ParticipantOut]
    opinions: list[OpinionOut]
    dissents: list[DissentOut]
    clues: list[ConsultedClueOut]
    actions: list[ActionOut]
    allowed_moves: list[str]
