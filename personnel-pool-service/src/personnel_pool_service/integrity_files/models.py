"""Integrity records of supervised persons."""

from datetime import date, datetime

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base


class IntegrityRecordRow(Base):
    """One entry of an integrity file; its words are sealed."""

    __tablename__ = "integrity_record"
    __table_args__ = (Index("ix_integrity_record_person_code_happened_on", "person_code", "happened_on"),)

    id: Mapped[Uuid7]
    person_code: Mapped[str] = mapped_column(ForeignKey("supervised_person.code"))
    kind: Mapped[str]
    happened_on: Mapped[date]
    secrecy_level: Mapped[str]
    content: Mapped[bytes]
    source_ref: Mapped[str | None] = mapped_column(unique=True)
    recorded_by: Mapped[str]
    recorded_unit: Mapped[str | None]
    recorded_at: Mapped[datetime]
