"""Consultations, who takes part, sealed opinions, and the actions that follow."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Consultation(Base):
    """One consultation. ``alert_id`` where an overlap convened it, ``origin_ref`` where a difficulty of a supervision
    matter did: one consultation for each."""

    __tablename__ = "consultation"
    __table_args__ = (
        UniqueConstraint("alert_id"),
        UniqueConstraint("origin_ref"),
        Index("ix_consultation_convener_unit", "convener_unit", "id"),
        Index("ix_consultation_commission", "commission", "id"),
        Index(
            "ix_consultation_sealed",
            "opinions_due_at",
            postgresql_where="state = 'scheduled' and opinions_opened_at is null",
        ),
    )

    id: Mapped[Uuid7]
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    topic: Mapped[str]
    secrecy_level: Mapped[str]
    convener_unit: Mapped[str]
    commission: Mapped[str]
    convened_by: Mapped[str]
    convened_at: Mapped[datetime]
    alert_id: Mapped[UUID | None] = mapped_column(ForeignKey("overlap_alert.id"))
    quorum: Mapped[int] = mapped_column(SmallInteger)
    origin_ref: Mapped[str | None]
    opening: Mapped[str]
    scheduled_at: Mapped[datetime | None]
    """Since then the participants see it."""
    meets_at: Mapped[datetime | None]
    opinions_due_at: Mapped[datetime | None]
    opinions_opened_at: Mapped[datetime | None]
    held_on: Mapped[date | None]
    attended: Mapped[list[str]] = mapped_column(ARRAY(Text))
    minutes: Mapped[str | None]
    conclusion: Mapped[str | None]
    lead_unit: Mapped[str | None]
    concluded_by: Mapped[str | None]


class ConsultationParticipant(Base):
    """A unit that takes part; ``persons`` empty: whoever acts for the unit."""

    __tablename__ = "consultation_participant"
    __table_args__ = (Index("ix_consultation_participant_unit", "unit", "consultation_id"),)

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    persons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str | None]


class ConsultationRecusal(Base):
    """Somebody who is recused: every read leaves the consultation out for them. Why is written nowhere."""

    __tablename__ = "consultation_recusal"

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    sub: Mapped[str] = mapped_column(primary_key=True)
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class ConsultationClue(Base):
    """A clue the consultation is about, brought by somebody who may see it."""

    __tablename__ = "consultation_clue"

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"), primary_key=True)


class ConsultationOpinion(Base):
    """One unit's opinion, sealed under the key ring: not even a reader of the table knows it before its time."""

    __tablename__ = "consultation_opinion"

    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    given_by: Mapped[str]
    given_at: Mapped[datetime]
    is_late: Mapped[bool]
    """Given after the others could be read."""


class ConsultationAction(Base):
    """What follows from a conclusion: a task of one unit."""

    __tablename__ = "consultation_action"
    __table_args__ = (
        Index("ix_consultation_action_consultation_id", "consultation_id", "position"),
        Index("ix_consultation_action_owner_unit", "owner_unit", "state", "id"),
    )

    id: Mapped[Uuid7]
    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    task: Mapped[str]
    owner_unit: Mapped[str]
    due_at: Mapped[datetime]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    result: Mapped[str | None]
    settled_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]
