"""Bodies of files."""

from datetime import datetime
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field


class AttachmentOut(ResponseModel):
    """A file with an entry or a clue."""

    id: UUID
    item_id: UUID | None
    clue_id: UUID | None
    file_name: str
    media_type: str
    size: int = Field(description="bytes, as kept")
    sha256: str = Field(description="of the file as kept, without metadata; hexadecimal")
    received_sha256: str = Field(description="of the file as it came; hexadecimal")
    residue: list[str] = Field(description="what could not be cleaned and was left, such as `embedded_image`")
    uploaded_by: str
    uploaded_at: datetime
    version: int


class AttachmentList(ResponseModel):
    """All files of one entry or clue."""

    items: list[AttachmentOut]
