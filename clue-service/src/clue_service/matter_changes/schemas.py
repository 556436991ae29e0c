"""What people did since a change, as callers see it."""

from datetime import datetime
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field


class LaterAction(ResponseModel):
    """Something people did after a decision that was taken back since."""

    at: datetime
    actor: str
    unit: str | None
    verb: str
    object_type: str
    object_id: UUID
    clue_ids: list[UUID] = Field(description="Of these, the clues that you may see")
