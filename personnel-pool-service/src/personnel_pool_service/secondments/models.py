"""Secondments, their seats, evaluations."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class SecondmentRow(Versioned, Base):
    """A group of cadres lent together."""

    __tablename__ = "secondment"
    __table_args__ = (
        Index("ix_secondment_request_ref", "request_ref"),
        Index("ix_secondment_status", "status", "id"),
    )

    id: Mapped[Uuid7]
    purpose: Mapped[str]
    request_ref: Mapped[str]
    period_from: Mapped[date]
    period_to: Mapped[date]
    status: Mapped[str]
    requested_by: Mapped[str]


class SeatRow(Base):
    """One place and who fills it. A seat that holds or held days has a booking; a freed one has given it back."""

    __tablename__ = "secondment_seat"
    __table_args__ = (Index("ix_secondment_seat_home_unit", "home_unit"),)

    id: Mapped[Uuid7]
    secondment_id: Mapped[UUID] = mapped_column(ForeignKey("secondment.id"), index=True)
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"), index=True)
    role: Mapped[str]
    home_unit: Mapped[str]
    state: Mapped[str]
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("booking.id"), unique=True)
    replaced_by: Mapped[UUID | None] = mapped_column(ForeignKey("secondment_seat.id"))
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class EvaluationRow(Base):
    """What the using unit said about somebody. Stays in the pool."""

    __tablename__ = "secondment_evaluation"

    seat_id: Mapped[UUID] = mapped_column(ForeignKey("secondment_seat.id"), primary_key=True)
    grade: Mapped[str]
    comment: Mapped[str | None]
    evaluated_by: Mapped[str]
    evaluated_at: Mapped[datetime]
