"""Pairs of clues that may report one matter, with the engine's reasons and people's verdicts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Candidate(Base):
    """One pair; ``clue_a`` was registered first. The engine writes it once, people decide it."""

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("clue_a", "clue_b"), Index("ix_candidate_clue_b", "clue_b"))

    id: Mapped[Uuid7]
    clue_a: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    clue_b: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    probability: Mapped[float]
    band: Mapped[str]
    relation: Mapped[str]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    part_a: Mapped[str | None]
    part_b: Mapped[str | None]
    """Which matter of a mixed letter met which, null for a letter that tells one."""
    is_across: Mapped[bool]
    """Whether the two clues belong to different commissions."""
    decision: Mapped[str | None]
    decided_relation: Mapped[str | None]
    decision_reason: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(BigInteger)
    detected_at: Mapped[datetime]
    origin: Mapped[str] = mapped_column(server_default="intake")
    """Which search found it: intake, batch (nightly re-clustering) or rescore (after a change of model)."""
    model_version: Mapped[str | None]
    """The matching model that scored it; it keeps this whatever model follows."""

    def other_than(self, clue_id: UUID) -> UUID:
        """The clue on the other side of the pair."""
        return self.clue_b if clue_id == self.clue_a else self.clue_a


class CandidateVerdict(Base):
    """Every verdict on a pair and every taking back, in order; written once, never changed."""

    __tablename__ = "candidate_verdict"
    __table_args__ = (Index("ix_candidate_verdict_candidate_id", "candidate_id", "id"),)

    id: Mapped[Uuid7]
    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"))
    decision: Mapped[str]
    """same, different, unsure, or ``undone``."""
    relation: Mapped[str | None]
    reason: Mapped[str | None]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    source_kind: Mapped[str]
    """candidate where someone judged the pair; overlap_alert or matter where a vote, a merge or a split decided it."""
    source_id: Mapped[UUID]
