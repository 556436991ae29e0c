"""Files with entries of the library and with clues. The bytes are in the store of objects, sealed."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Attachment(Base):
    """One file. The row is written before the object and removed after it, so that no object is without a row."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("state = 'deleting' or (item_id is null) <> (clue_id is null)", name="one_owner"),
        Index("ix_attachment_item_id", "item_id", "id"),
        Index("ix_attachment_clue_id", "clue_id", "id"),
        Index("ix_attachment_unsettled", "written_at", postgresql_where="state <> 'stored'"),
    )

    id: Mapped[Uuid7]
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("library_item.id"))
    clue_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the file as it is kept, without metadata."""
    received_digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the file as it came."""
    residue: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sealed_under: Mapped[str]
    uploaded_by: Mapped[str]
    uploaded_at: Mapped[datetime]
    written_at: Mapped[datetime]
    """By the system's clock: how long a file may be on its way does not follow a clock that people shift."""
