"""The vault of reporters' identities: sealed per record, apart from everything else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Reporter(Base):
    """Who reported a clue, sealed; bound to the clue, so that a record cannot be moved to another."""

    __tablename__ = "reporter"

    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_under: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """Keyed, of name and contact: tells a reporter who writes again without opening anything."""
    created_at: Mapped[datetime]
