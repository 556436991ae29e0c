"""Table of cooperation zones: bodies that fixedly help each other."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class CooperationZone(Base):
    """A zone with its leading unit; ``is_active`` False keeps the row for the teams that cite it."""

    __tablename__ = "cooperation_zone"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    lead_unit: Mapped[str]
    unit_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_active: Mapped[bool]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
    version: Mapped[int]
