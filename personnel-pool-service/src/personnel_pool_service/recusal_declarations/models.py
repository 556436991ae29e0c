"""What cadres declared about themselves: who and when in the open, what under seal."""

from datetime import datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base

ONE_STANDING = "uq_recusal_declaration_cadre_id"


class DeclarationRow(Base):
    """One filled-in form. The latest of a cadre stands; earlier ones are kept."""

    __tablename__ = "recusal_declaration"
    __table_args__ = (Index(ONE_STANDING, "cadre_id", unique=True, postgresql_where=text("is_standing")),)

    id: Mapped[Uuid7]
    cadre_id: Mapped[UUID] = mapped_column(ForeignKey("cadre.id"))
    occasion_ref: Mapped[str]
    declared_by: Mapped[str]
    declared_at: Mapped[datetime]
    is_standing: Mapped[bool]
    sealed: Mapped[bytes]
