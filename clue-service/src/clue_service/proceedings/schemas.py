"""Steps of proceedings as callers see them."""

from datetime import datetime
from typing import Any

from chassis.web import ResponseModel


class StepOut(ResponseModel):
    """A step: who took it when, and what was said in it."""

    verb: str
    source: str | None
    target: str
    document: dict[str, Any]
    unit: str | None
    taken_by: str
    taken_at: datetime
