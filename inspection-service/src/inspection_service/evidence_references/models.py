"""Table of evidence: where it is kept and what it hashes to, never what it says."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from inspection_service.tables import Base


class EvidenceReference(Base):
    """One piece of evidence of a finding or of a unit's report. Rows are only ever added."""

    __tablename__ = "evidence_reference"
    __table_args__ = (Index("ix_evidence_reference_owner", "owner_type", "owner_id"),)

    id: Mapped[Uuid7]
    owner_type: Mapped[str]
    owner_id: Mapped[UUID]
    kind: Mapped[str]
    reference: Mapped[str]
    sha256: Mapped[str | None]
    kept_by: Mapped[str | None]
    added_by: Mapped[str]
    added_at: Mapped[datetime]
