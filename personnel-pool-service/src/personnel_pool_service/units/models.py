"""The organisation directory: the original of which every service keeps a copy, and its past."""

from datetime import date, datetime
from typing import Any

from chassis.db import Json
from sqlalchemy import ForeignKey, Index
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
    cadre_authority: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    authority_source: Mapped[str | None]
    former_names: Mapped[list[str]]
    status: Mapped[str]
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))


class UnitVersionRow(Base):
    """What a unit was from a day on. Never changed: the past stays as it was written."""

    __tablename__ = "unit_version"
    __table_args__ = (Index("ix_unit_version_code_valid_from", "code", "valid_from"),)

    code: Mapped[str] = mapped_column(ForeignKey("unit.code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[date]
    changes: Mapped[list[str]]
    reason: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    document: Mapped[Json]


_FIELDS = (
    "code", "name", "unit_type", "level", "parent_code", "linked_office", "host_units", "contact", "supervision_type",
    "in_charge", "cadre_authority", "authority_source", "former_names", "status", "merged_into", "version",
)  # fmt: skip


def unit_document(row: UnitRow) -> dict[str, Any]:
    """A unit as everybody reads it: former names are among the aliases, so that matching finds old letters' units."""
    aliases = list(dict.fromkeys([*row.aliases, *row.former_names]))
    return {**{name: getattr(row, name) for name in _FIELDS}, "aliases": aliases}
