"""The table of fitted matching models."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class MatchingModel(Base):
    """One fitted model. Document, origin and report are written once; only status and who changed it move on."""

    __tablename__ = "matching_model"
    __table_args__ = (
        Index("ix_matching_model_active", "status", unique=True, postgresql_where=text("status = 'active'")),
    )

    number: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    name: Mapped[str]
    """The version that candidate pairs carry."""
    document: Mapped[str] = mapped_column(Text)
    origin: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]
    """Measures before and after on the held-back parts."""
    objections: Mapped[list[str]] = mapped_column(JSONB)
    """Why it must not be activated; empty where nothing speaks against it."""
    status: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    fitted_by: Mapped[str]
    fitted_at: Mapped[datetime]
    activated_by: Mapped[str | None]
    activated_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
