"""Table of entry dossiers: frozen as text, so that the hash can be computed again by anybody."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class Dossier(Base):
    """What was known of a unit when its team prepared to enter. ``document`` is canonical JSON, written once."""

    __tablename__ = "dossier"

    id: Mapped[Uuid7]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    unit_code: Mapped[str]
    state: Mapped[str]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    document: Mapped[str | None] = mapped_column(deferred=True)
    sha256: Mapped[str | None]
    item_count: Mapped[int | None]
    failure_code: Mapped[str | None]
    version: Mapped[int]
