"""How many blind hits each person was shown: intake is also a probe."""

from datetime import date

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class BlindHitCount(Base):
    """Clues with blind hits that a person registered on one day."""

    __tablename__ = "blind_hit_count"

    sub: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    clues: Mapped[int] = mapped_column(Integer)
