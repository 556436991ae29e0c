"""Steps as callers see them."""

from datetime import datetime

from chassis.web import ResponseModel


class StepOut(ResponseModel):
    """One step: which verb led from where to where, when, and who took it."""

    version: int
    verb: str
    from_state: str | None
    to_state: str
    at: datetime
    taken_by: str
    unit: str | None


class StepsOut(ResponseModel):
    """All steps of one thing, oldest first."""

    items: list[StepOut]
