"""What the bodies of all proceedings share."""

from datetime import datetime
from typing import Annotated, Any

from chassis.web import ResponseModel
from pydantic import Field

from clue_service.clues.move_schemas import MoveIn, Reason

LongText = Annotated[str, Field(min_length=1, max_length=20_000)]


class NothingIn(MoveIn):
    """Nothing is asked."""


class ReasonIn(MoveIn):
    """Why."""

    reason: Reason


class StepOut(ResponseModel):
    """A step: who took it when, and what was said in it."""

    verb: str
    source: str | None
    target: str
    document: dict[str, Any]
    unit: str | None
    taken_by: str
    taken_at: datetime
