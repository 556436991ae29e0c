"""Overlap alerts as callers see them."""

from datetime import datetime
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from clue_service.matter_changes.schemas import LaterAction
from clue_service.overlap_alerts.domain import AlertState, Outcome, Stage


class BlindHit(ResponseModel):
    """All that is told of a hidden clue."""

    unit: str = Field(description="The commission's code")
    stage: Stage
    contact: str | None = Field(description="The commission's office line")


class VoteOut(ResponseModel):
    """A commission's vote."""

    outcome: Outcome
    lead_unit: str | None


class AlertCommissionOut(ResponseModel):
    """One commission's part."""

    unit: str
    stage: Stage
    contact: str | None
    acknowledged_at: datetime | None
    vote: VoteOut | None


class OverlapAlertOut(ResponseModel):
    """An overlap alert. `own_clues` are the clues of the caller's commission, never another's."""

    id: UUID
    state: AlertState
    version: int
    commissions: list[AlertCommissionOut]
    own_clues: list[UUID]
    outcome: Outcome | None
    lead_unit: str | None = Field(description="The commission that leads")
    detected_at: datetime
    ack_due_at: datetime
    resolved_at: datetime | None
    merged_into: UUID | None = Field(description="The alert that goes on where two sets turned out to be one")
    later_actions: list[LaterAction] = Field(
        default_factory=list,
        description="Where the votes parted what they had joined: what people did since with clues you may see",
    )


class AcknowledgeIn(RequestModel):
    """Nothing is asked."""


class ResolveIn(RequestModel):
    """A vote. `lead_unit` is the commission that shall lead, or a unit of it."""

    outcome: Outcome
    lead_unit: str | None = Field(None, max_length=64)

    @model_validator(mode="after")
    def _lead_goes_with_its_outcome(self) -> "ResolveIn":
        if (self.outcome is Outcome.LEAD_DESIGNATED) != (self.lead_unit is not None):
            raise FieldRefused(
                "lead_unit_mismatch",
                "lead_designated 须给出 lead_unit，其他结论不得给出",
                "lead_designated needs lead_unit; the other outcomes take none",
            )
        return self


class AdoptConclusionIn(RequestModel):
    """What the conclusion comes to: `lead_designated` where it names a lead, else `linked` or `not_same`."""

    outcome: Outcome
