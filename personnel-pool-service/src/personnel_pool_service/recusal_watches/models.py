"""Pairs of person and target whose verdict somebody relies on, and how far they have been re-checked."""

from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class WatchRow(Versioned, Base):
    """One pair. The verdict itself is not stored, only a keyed digest to tell whether it has turned."""

    __tablename__ = "recusal_watch"
    __table_args__ = (UniqueConstraint("ref", "cadre_id", "unit_code"),)

    id: Mapped[Uuid7]
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"))
    ref: Mapped[str]
    unit_code: Mapped[str]
    role: Mapped[str]
    stamp: Mapped[bytes | None]
    """Of everything the verdict was computed from; another stamp asks for another check."""
    digest: Mapped[bytes | None]


class PulseRow(Base):
    """Counts what happened elsewhere that may turn verdicts."""

    __tablename__ = "recusal_pulse"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat: Mapped[int] = mapped_column(BigInteger)
