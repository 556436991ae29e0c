"""The ledger of matters: what each decision changed, with what is needed to undo it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class MatterChange(Base):
    """What one decision changed, as it was before and after. Written once, never changed.

    ``before`` and ``after`` hold, by matter, ``members`` and ``lead``; what else a decision changes later on (clocks,
    grants) goes there under a key of its own, and undoing reads it from there.
    """

    __tablename__ = "matter_change"
    __table_args__ = (
        Index("ix_matter_change_matter_ids", "matter_ids", postgresql_using="gin"),
        Index("ix_matter_change_source_id", "source_id"),
        Index("uq_matter_change_undoes", "undoes", unique=True),
    )

    id: Mapped[Uuid7]
    kind: Mapped[str]
    source_kind: Mapped[str]
    source_id: Mapped[UUID] = mapped_column(Uuid)
    matter_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    clue_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    """The clues that the decision names."""
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    removed_links: Mapped[list[Any]] = mapped_column(JSONB)
    verdicts: Mapped[list[Any]] = mapped_column(JSONB)
    """Pairs that the change decided as well, each with its verdict before."""
    reason: Mapped[str | None]
    actor: Mapped[str]
    unit: Mapped[str | None]
    at: Mapped[datetime]
    request_id: Mapped[str]
    audit_mark: Mapped[int] = mapped_column(BigInteger)
    """The last audit entry before it: what people did since comes after."""
    undoes: Mapped[UUID | None] = mapped_column(Uuid)
    later_actions: Mapped[list[Any]] = mapped_column(JSONB)
    """Of an undoing: what people did since the change it undoes."""
