"""Principals: accounts of the identity provider, with the unit and roles they act in."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class PrincipalRow(Versioned, Base):
    """One account. The unit may be unknown: tokens of unknown units exist. The contact is sealed."""

    __tablename__ = "principal"

    sub: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str | None] = mapped_column(index=True)
    roles: Mapped[list[str]]
    clearance: Mapped[str]
    cadre_id: Mapped[UUID | None] = mapped_column(ForeignKey("cadre.id"), unique=True)
    name: Mapped[str | None]
    contact: Mapped[bytes | None]
