"""Integrity checks between services."""

from typing import Annotated
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

Code = Annotated[str, Field(min_length=1, max_length=64)]


class CadreIn(RequestModel):
    """Whom is asked about: a person code, or a name together with the units the person belongs to."""

    cadre_id: UUID
    name: str | None = Field(None, max_length=100)
    unit_codes: list[Code] = Field(default_factory=list, max_length=100)
    person_code: Code | None = None


class IntegrityCheckIn(RequestModel):
    """A question about some people."""

    cadres: list[CadreIn] = Field(max_length=2000)


class CadreVerdict(ResponseModel):
    """The verdict, and no more."""

    cadre_id: UUID
    open_clue: bool


class IntegrityCheckOut(ResponseModel):
    """The answer, in the order of the question."""

    items: list[CadreVerdict]
