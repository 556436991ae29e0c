"""Cadres, their posts, and what only the recusal engine opens."""

from datetime import date
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned

ONE_PERSON = "uq_cadre_name_birth_date_home_unit"


class CadreRow(Versioned, Base):
    """One cadre of the talent pool."""

    __tablename__ = "cadre"
    __table_args__ = (
        # A cadre who left may enter again. Without a date of birth two namesakes are not taken for one person.
        Index(ONE_PERSON, "name", "birth_date", "home_unit", unique=True, postgresql_where=text("status <> 'exited'")),
        Index("ix_cadre_home_unit", "home_unit"),
        Index("ix_cadre_tags", "tags", postgresql_using="gin"),
        Index("ix_cadre_tag_codes", "tag_codes", postgresql_using="gin"),
        Index("ix_cadre_name_birth_date", "name", "birth_date"),
    )

    id: Mapped[Uuid7]
    name: Mapped[str]
    home_unit: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    rank: Mapped[str]
    gender: Mapped[str]
    birth_date: Mapped[date | None]
    party_member: Mapped[bool]
    native_place: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pool_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    clearance: Mapped[str] = mapped_column(default="internal")
    tag_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """The tags by their codes in the vocabulary; what the vocabulary does not list stands for itself."""
    status: Mapped[str]
    status_reason: Mapped[str | None]


class PostRow(Base):
    """One row of a work history."""

    __tablename__ = "cadre_post"

    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    post: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date | None]


class CadreIdentityRow(Base):
    """A cadre's identity number: a keyed digest to find it by, sealed, shown to nobody. Gone when they leave."""

    __tablename__ = "cadre_identity"

    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    sealed: Mapped[bytes]


class RecusalFactRow(Base):
    """A cadre's relatives, sealed as one record. In a table of its own, so that no ordinary query can carry it out."""

    __tablename__ = "recusal_fact"

    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"), primary_key=True)
    sealed: Mapped[bytes]
