"""Pool entries as callers write and read them."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from personnel_pool_service.cadres.schemas import CadreIn
from personnel_pool_service.pool_entries.domain import ExitGround, ReviewResult
from personnel_pool_service.pool_entries.service import Step
from personnel_pool_service.vocabulary import PoolKind, Remark


class NominationIn(RequestModel):
    """Who is nominated for which pool: somebody the pool knows, or somebody new."""

    cadre_id: UUID | None = None
    cadre: CadreIn | None = Field(None, description="Somebody new; nominated, not lendable until admitted")
    pool_kind: PoolKind
    reason: Remark | None = None

    @model_validator(mode="after")
    def _one_person(self) -> Self:
        if (self.cadre_id is None) == (self.cadre is None):
            raise FieldRefused("one_of", "须且只能给出 cadre_id 或 cadre 之一", "Give either cadre_id or cadre")
        if self.cadre is not None and self.cadre.pool_kinds:
            raise FieldRefused("pool_kinds_given", "推荐新人时不填 pool_kinds", "Leave pool_kinds of a new cadre empty")
        return self


class EntryMoveIn(RequestModel):
    """Why; kept in the pool, never emitted."""

    reason: Remark | None = None

    def to_step(self) -> Step:
        """The step as the rules see it."""
        return Step(reason=self.reason)


class ReviewIn(EntryMoveIn):
    """What the yearly review proposes."""

    result: ReviewResult

    def to_step(self) -> Step:
        """The step as the rules see it."""
        return Step(reason=self.reason, result=self.result)


class ExitIn(EntryMoveIn):
    """On what ground somebody leaves."""

    ground: ExitGround

    def to_step(self) -> Step:
        """The step as the rules see it."""
        return Step(reason=self.reason, ground=self.ground)


class EntryOut(ResponseModel):
    """A cadre's place in one pool."""

    id: UUID
    cadre_id: UUID
    home_unit: str
    pool_kind: str
    status: str = Field(
        description="nominated, checked, look_needed (two people must look; why is not kept), active, suspended, "
        "review_proposed, exit_proposed, exited, rejected, withdrawn"
    )
    allowed_moves: list[str]
    nominated_by: str
    checked_by: str | None
    checked_on: date | None
    decided_by: str | None
    admitted_on: date | None
    reviewed_on: date | None
    review_due_on: date | None
    proposed_by: str | None
    proposed_result: str | None
    ground: str | None
    reason: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class EntryStateOut(ResponseModel):
    """What an entry became."""

    verb: str
    status: str
    ground: str | None
    since: datetime
    recorded_by: str


class EntryOnOut(ResponseModel):
    """What a place in a pool was at the end of a day."""

    entry_id: UUID
    cadre_id: UUID
    pool_kind: str
    status: str
    since: date
