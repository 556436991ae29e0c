"""Matters: clues that report one thing, why they are held to be one, and who leads."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Matter(Base):
    """One matter; its number is its id. One without members was merged or has dissolved; undoing brings it back."""

    __tablename__ = "matter"

    id: Mapped[Uuid7]
    formed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(BigInteger, server_default="1")
    """Counts what every commission involved may notice."""
    merged_into: Mapped[UUID | None] = mapped_column(Uuid)


class MatterLink(Base):
    """A decision that two clues report one matter: a matter is what these links hold together.

    ``part_a`` and ``part_b`` say which matter of a mixed letter is meant, null the letter as a whole.
    """

    __tablename__ = "matter_link"
    __table_args__ = (
        Index(
            "uq_matter_link_ends",
            "clue_a",
            "clue_b",
            "part_a",
            "part_b",
            "source_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_matter_link_clue_b", "clue_b"),
        Index("ix_matter_link_source_id", "source_id"),
    )

    id: Mapped[Uuid7]
    clue_a: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    clue_b: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    part_a: Mapped[str | None]
    part_b: Mapped[str | None]
    source_id: Mapped[UUID] = mapped_column(Uuid)
    """The candidate, alert, clue or change whose decision it was: taking that back takes the link away."""
    source_kind: Mapped[str] = mapped_column(server_default="candidate")
    linked_by: Mapped[str]
    linked_at: Mapped[datetime]


class MatterMember(Base):
    """The matters a clue belongs to, a mixed letter to several; follows from the links.

    ``parts`` names the matters of the letter that belong, none where the letter as a whole does.
    """

    __tablename__ = "matter_member"
    __table_args__ = (Index("ix_matter_member_matter_id", "matter_id"),)

    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"), primary_key=True)
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matter.id"), primary_key=True)
    parts: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class MatterLead(Base):
    """Who leads a matter or a set of overlapping clues: at most one row each, so that of many approvals one wins.

    ``unit`` is None where a commission as a whole leads: all its offices count as it then.
    """

    __tablename__ = "matter_lead"

    scope_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    commission: Mapped[str]
    unit: Mapped[str | None]
    clue_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    basis: Mapped[str]
    taken_at: Mapped[datetime]
