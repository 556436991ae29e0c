"""Why somebody may see a clue."""

from datetime import datetime
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field


class ReasonToSee(ResponseModel):
    """One reason, as a code and in words."""

    code: str
    zh: str
    en: str


class AccessOut(ResponseModel):
    """Why you may see a clue, how much of it, and until when."""

    clue_id: UUID
    because: list[ReasonToSee]
    parts: list[str] | None = Field(description="Parts that a share shows; null: the whole clue")
    until: datetime | None = Field(description="End of the share; null: while the reasons hold")
    share_id: UUID | None
    allowed_moves: list[str] = Field(description="Moves the state allows and you may take")
