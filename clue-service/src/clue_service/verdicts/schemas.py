"""Verdicts on candidate pairs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from clue_service.candidates.domain import SAME_MATTER, Band, Decision, PairRelation
from clue_service.clues.schemas import ReasonOut
from clue_service.matter_changes.schemas import LaterAction

Reason = Annotated[str, Field(min_length=1, max_length=4000)]
Covers = Literal["parts", "letters"]


class DecideIn(RequestModel):
    """A verdict. `relation` belongs to `same` where it says one matter, else to `different`."""

    decision: Decision
    relation: PairRelation | None = None
    reason: Reason
    covers: Covers | None = Field(
        None,
        description="Of mixed letters: `parts`, the matters of them that were compared, or `letters`, all they tell; "
        "by default what the relation says",
    )

    @model_validator(mode="after")
    def _relation_fits(self) -> "DecideIn":
        expected = {Decision.SAME: True, Decision.DIFFERENT: False}.get(self.decision)
        if self.relation is not None and expected is not None and (self.relation in SAME_MATTER) is not expected:
            raise FieldRefused("relation_mismatch", "关系与判断不符", "The relation does not go with the decision")
        return self


class UndoIn(RequestModel):
    """Why a verdict is taken back."""

    reason: Reason


class VerdictStep(ResponseModel):
    """A verdict, or its taking back (`undone`)."""

    decision: Literal["same", "different", "unsure", "undone"]
    relation: PairRelation | None
    reason: str | None
    decided_by: str
    decided_at: datetime
    source_kind: str = Field(description="candidate, or the overlap_alert or matter whose decision included the pair")


class CandidateDetail(ResponseModel):
    """A pair of clues that may report one matter; `clue_id` was registered later."""

    id: UUID
    clue_id: UUID
    other_clue_id: UUID
    band: Band
    probability: float
    relation: PairRelation
    reasons: list[ReasonOut]
    state: Literal["open", "decided"]
    decision: Decision | None
    decided_relation: PairRelation | None
    decision_reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    matter_id: UUID | None = Field(description="The matter that both belong to")
    suggested_move: str | None = Field(description="A verdict moves no clue: this is what it suggests")
    part: str | None = Field(description="Which matter of a mixed letter was compared; none where it tells one")
    other_part: str | None
    history: list[VerdictStep] = Field(description="Every verdict and every taking back, oldest first")
    later_actions: list[LaterAction] = Field(
        description="After a taking back: what people did since the verdict, for people to look at"
    )
    version: int
