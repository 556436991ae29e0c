"""What is owed to reporters. Who they are is in the vault and nowhere here."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class ReporterNotice(Base):
    """One notice; at most one of each kind for a clue. ``clue_version`` guards against older events."""

    __tablename__ = "reporter_notice"
    __table_args__ = (
        UniqueConstraint("clue_id", "kind"),
        Index("ix_reporter_notice_commission", "commission", "state", "id"),
    )

    id: Mapped[Uuid7]
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    clue_no: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    clue_version: Mapped[int] = mapped_column(BigInteger)
    commission: Mapped[str]
    since: Mapped[date | None]
    """The day the limit is counted from: of receipt, or of the conclusion."""
    due_at: Mapped[datetime]
    due_provisional: Mapped[bool]
    method: Mapped[str | None]
    given_on: Mapped[date | None]
    given_by: Mapped[str | None]
