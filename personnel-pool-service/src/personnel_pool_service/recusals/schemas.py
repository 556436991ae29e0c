"""Recusal checks as callers ask and get them."""

from typing import Self
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel
from pydantic import Field, model_validator

from personnel_pool_service.vocabulary import Role, UnitCode


class TargetIn(RequestModel):
    """What is to be inspected or handled: a unit or a clue, one of the two."""

    unit_code: UnitCode | None = None
    clue_id: UUID | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.unit_code is None) == (self.clue_id is None):
            raise FieldRefused("one_of_two", "须给出单位或线索之一", "Give either a unit or a clue")
        return self


class RecusalCheckIn(RequestModel):
    """Who, for what, and as what."""

    targets: list[TargetIn] = Field(min_length=1, max_length=200)
    cadre_ids: list[UUID] = Field(min_length=1, max_length=5_000)
    role: Role | None = Field(
        None, description="Seat asked about: past service blocks leaders, asks for a review where no role is given"
    )
    omit_clear: bool = Field(default=False, description="Leave out pairs without any ground, for bulk checks")
