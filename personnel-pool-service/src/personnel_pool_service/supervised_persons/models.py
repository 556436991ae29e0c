"""Supervised persons."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class SupervisedPersonRow(Versioned, Base):
    """One supervised person. The name stays in this service."""

    __tablename__ = "supervised_person"
    __table_args__ = (Index("ix_supervised_person_unit_code_code", "unit_code", "code"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    post: Mapped[str | None]
    rank: Mapped[str | None]
    managing_committee: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    is_party_member: Mapped[bool]
    is_supervision_object: Mapped[bool]
    is_top_leader: Mapped[bool] = mapped_column(default=False)
    object_group: Mapped[str | None]
