"""The tag vocabulary, and every spelling of its tags."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base, Versioned


class TagRow(Versioned, Base):
    """One tag. A retired one is offered no more and found as before."""

    __tablename__ = "tag"

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    synonyms: Mapped[list[str]]
    is_retired: Mapped[bool]


class TagSpellingRow(Base):
    """A folded spelling and the one tag it means."""

    __tablename__ = "tag_spelling"

    spelling: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("tag.code"), index=True)
