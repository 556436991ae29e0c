"""Entries of the information library: what stands on the card, the text apart from it, and who read it."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class LibraryItem(Base):
    """One entry without its text: whoever sees its card may see this row."""

    __tablename__ = "library_item"
    __table_args__ = (
        Index("ix_library_item_commission", "commission", "id"),
        Index("ix_library_item_owner_unit", "owner_unit", "id"),
        Index("ix_library_item_unit_code", "unit_code", "id"),
        Index("ix_library_item_clue_ids", "clue_ids", postgresql_using="gin"),
    )

    id: Mapped[Uuid7]
    kind: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str]
    unit_code: Mapped[str | None]
    """The unit the entry is about."""
    owner_unit: Mapped[str]
    commission: Mapped[str]
    secrecy_level: Mapped[str]
    reach: Mapped[str]
    is_listed: Mapped[bool]
    """Whether units that may not read it see its card and may ask."""
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    themes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    period_from: Mapped[date | None]
    period_to: Mapped[date | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    clue_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    """The clues it draws on; their content is not copied. Who is recused from one never meets the entry."""
    recused: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    """Kept by triggers on this table and on the clues."""
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]
    withdrawn_by: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    erased_by: Mapped[str | None]
    erased_at: Mapped[datetime | None]


class LibraryText(Base):
    """What an entry says: for those who may read it."""

    __tablename__ = "library_text"

    item_id: Mapped[UUID] = mapped_column(ForeignKey("library_item.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[str]
    source_ref: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]


class LibraryIndex(Base):
    """What an entry is found by; for the engine's role alone, since words tell what a text says."""

    __tablename__ = "library_index"
    __table_args__ = (
        Index("ix_library_index_words", "words", postgresql_using="gin"),
        Index("ix_library_index_title_words", "title_words", postgresql_using="gin"),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("library_item.id", ondelete="CASCADE"), primary_key=True)
    words: Mapped[str] = mapped_column(TSVECTOR)
    """Title (weight A) and text (weight D) as pairs of characters with their places."""
    title_words: Mapped[str] = mapped_column(TSVECTOR)


class LibraryReading(Base):
    """One reading of an entry or of a file with it. Rows are added and never changed."""

    __tablename__ = "library_reading"
    __table_args__ = (Index("ix_library_reading_item_id", "item_id", "id"),)

    id: Mapped[Uuid7]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("library_item.id"))
    attachment_id: Mapped[UUID | None] = mapped_column(Uuid)
    reader: Mapped[str]
    unit: Mapped[str | None]
    ground: Mapped[str]
    purpose: Mapped[str | None]
    """What access was granted for, where it was granted."""
    read_at: Mapped[datetime]
