"""Records of interference, and apart from them what was said and by whom, sealed."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class InterferenceRecord(Base):
    """That somebody interfered, in codes."""

    __tablename__ = "interference_record"
    __table_args__ = (
        Index("ix_interference_record_clue_id", "clue_id"),
        Index("ix_interference_record_commission", "commission", "id"),
        Index("ix_interference_record_reviewing_commission", "reviewing_commission", "id"),
        Index("ix_interference_record_recorded_by", "recorded_by", "id"),
        Index("ix_interference_record_intervener_sub", "intervener_sub", postgresql_where="intervener_sub is not null"),
    )

    id: Mapped[Uuid7]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    clue_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    commission: Mapped[str]
    """Of whoever recorded it."""
    reviewing_commission: Mapped[str]
    """Whose leaders decide: the same, or the one above where it is about a leader of it."""
    secrecy_level: Mapped[str]
    kind: Mapped[str]
    way: Mapped[str]
    standing: Mapped[str]
    happened_on: Mapped[date]
    intervener_sub: Mapped[str | None]
    """Who interfered, where they use the platform: whom the record is kept from."""
    recorded_by: Mapped[str]
    recorder_unit: Mapped[str]
    recorded_at: Mapped[datetime]
    measure: Mapped[str | None]


class InterferenceContent(Base):
    """Who interfered and what was said, sealed for its record; gone with the content of its clue."""

    __tablename__ = "interference_content"

    record_id: Mapped[UUID] = mapped_column(ForeignKey("interference_record.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
