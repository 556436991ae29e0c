"""Who may not meet an item, because they are recused from what it rests on. Why is known nowhere."""

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class WithheldItem(Base):
    """The people an item is kept from, as its owner said last; an empty set remembers that version alone."""

    __tablename__ = "withheld_item"

    item_type: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    subs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    version: Mapped[int] = mapped_column(BigInteger)
