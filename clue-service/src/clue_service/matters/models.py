"""Matters: clues that report one thing, why they are held to be one, and who leads."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Matter(Base):
    """One matter; its number is its id."""

    __tablename__ = "matter"

    id: Mapped[Uuid7]
    formed_at: Mapped[datetime]


class MatterLink(Base):
    """A decision that two clues report one matter: a matter is what these links hold together."""

    __tablename__ = "matter_link"
    __table_args__ = (UniqueConstraint("clue_a", "clue_b", "source_id"), Index("ix_matter_link_clue_b", "clue_b"))

    id: Mapped[Uuid7]
    clue_a: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    clue_b: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    source_id: Mapped[UUID] = mapped_column(Uuid)
    """The candidate, alert or clue whose decision it was: taking that back takes the link away."""
    linked_by: Mapped[str]
    linked_at: Mapped[datetime]


class MatterMember(Base):
    """The matter a clue belongs to; follows from the links."""

    __tablename__ = "matter_member"
    __table_args__ = (Index("ix_matter_member_matter_id", "matter_id"),)

    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"), primary_key=True)
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matter.id"))


class MatterLead(Base):
    """Who leads a matter or an open overlap alert: at most one row each, so that of many approvals one wins.

    ``unit`` is None where a commission as a whole leads: all its offices count as it then.
    """

    __tablename__ = "matter_lead"

    scope_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    commission: Mapped[str]
    unit: Mapped[str | None]
    clue_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    basis: Mapped[str]
    taken_at: Mapped[datetime]
