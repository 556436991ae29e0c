"""What the bodies of all proceedings share."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Self

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

    @classmethod
    def shown(cls, steps: Iterable[Any], *, with_documents: bool) -> list[Self]:
        """Steps as somebody reads them who may not read what was said in them, or may."""
        found = [cls.model_validate(step) for step in steps]
        return found if with_documents else [step.model_copy(update={"document": {}}) for step in found]
