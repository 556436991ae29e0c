"""Bulletins that were made."""

from datetime import date, datetime

from chassis.db import Uuid7
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from notification_service.tables import Base


class Bulletin(Base):
    """A period of which people were told. It holds no figures: each reader is given those they may know."""

    __tablename__ = "bulletin"
    __table_args__ = (UniqueConstraint("rhythm", "period_from"),)

    id: Mapped[Uuid7]
    rhythm: Mapped[str]
    period_from: Mapped[date]
    period_to: Mapped[date]
    made_at: Mapped[datetime]
