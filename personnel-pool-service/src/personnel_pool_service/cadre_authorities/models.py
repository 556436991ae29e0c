"""Rules about who manages the holders of a unit's posts."""

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class AuthorityRow(Versioned, Base):
    """A unit's rules, in their order."""

    __tablename__ = "cadre_authority"

    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"), primary_key=True)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
