"""Requests of two people to read why somebody is recused."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class UnsealingRow(Versioned, Base):
    """One cadre at one unit, to be explained to the two people named here and to nobody else."""

    __tablename__ = "recusal_unsealing"

    id: Mapped[Uuid7]
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"))
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    role: Mapped[str | None]
    reason_sealed: Mapped[bytes]
    status: Mapped[str]
    requested_by: Mapped[str]
    approved_by: Mapped[str | None]
    readable_until: Mapped[datetime | None]
