"""Places in pools: one row per cadre and pool kind, who looked, and what has become of it."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned

ONE_ENTRY = "uq_pool_entry_cadre_id_pool_kind"


class EntryRow(Versioned, Base):
    """A cadre's place in one pool, from nomination to exit."""

    __tablename__ = "pool_entry"
    __table_args__ = (
        # Whoever was refused or has left may be nominated again.
        Index(
            ONE_ENTRY,
            "cadre_id",
            "pool_kind",
            unique=True,
            postgresql_where=text("status not in ('exited', 'rejected', 'withdrawn')"),
        ),
        Index("ix_pool_entry_status_id", "status", "id"),
        Index("ix_pool_entry_review_due_on", "review_due_on"),
    )

    id: Mapped[Uuid7]
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"))
    pool_kind: Mapped[str]
    status: Mapped[str]
    nominated_by: Mapped[str]
    checked_by: Mapped[str | None]
    checked_on: Mapped[date | None]
    decided_by: Mapped[str | None]
    admitted_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    review_due_on: Mapped[date | None]
    review_reminded_on: Mapped[date | None]
    proposed_by: Mapped[str | None]
    proposed_result: Mapped[str | None]
    ground: Mapped[str | None]
    reason: Mapped[str | None]


class EntryLookRow(Base):
    """Somebody looked at a nomination that needs looking at, and found it good."""

    __tablename__ = "pool_entry_look"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("pool_entry.id"), primary_key=True)
    looked_by: Mapped[str] = mapped_column(primary_key=True)
    looked_at: Mapped[datetime]


class EntryStateRow(Base):
    """What a place in a pool was from an instant on. Never changed."""

    __tablename__ = "pool_entry_state"
    __table_args__ = (
        Index("ix_pool_entry_state_cadre_id_since", "cadre_id", "since"),
        Index("ix_pool_entry_state_entry_id_since", "entry_id", "since"),
    )

    id: Mapped[Uuid7]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("pool_entry.id"))
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"))
    pool_kind: Mapped[str]
    verb: Mapped[str]
    status: Mapped[str]
    ground: Mapped[str | None]
    since: Mapped[datetime]
    recorded_by: Mapped[str]
