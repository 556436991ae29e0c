"""The organisation directory: the original of which every service keeps a copy."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class UnitRow(Versioned, Base):
    """One unit. Units are never deleted: rows elsewhere cite them for ever."""

    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit_type: Mapped[str]
    level: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"), index=True)
    aliases: Mapped[list[str]]
    linked_office: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    host_units: Mapped[list[str]]
    contact: Mapped[str | None]
    supervision_type: Mapped[str | None]
    in_charge: Mapped[list[str]]
