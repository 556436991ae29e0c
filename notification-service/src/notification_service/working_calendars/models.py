"""Years of working days, copied from the service where people write them."""

from datetime import date

from sqlalchemy import BigInteger, Date, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class WorkingYear(Base):
    """A year as clue-service has it in this version."""

    __tablename__ = "working_year"

    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    off_days: Mapped[list[date]] = mapped_column(ARRAY(Date))
    workdays: Mapped[list[date]] = mapped_column(ARRAY(Date))
    version: Mapped[int] = mapped_column(BigInteger)
