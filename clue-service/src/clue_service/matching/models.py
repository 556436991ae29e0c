"""Tables of matching: keys to find a clue by, features to compare it by, counts, what is still to be matched."""

from uuid import UUID

from chassis.db import Instant
from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index, Integer, LargeBinary, SmallInteger, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class ClueKey(Base):
    """The keys of one clue; narrow rows, since a query reads many. ``id`` rises with time."""

    __tablename__ = "clue_key"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    clue_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    commission: Mapped[str | None]
    keys: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    format: Mapped[int] = mapped_column(SmallInteger)
    """Which version of the engine wrote keys, features and grams (``prepared.FEATURES_VERSION``)."""

    __table_args__ = (
        # Without the pending list: a query would have to read it through.
        Index("ix_clue_key_keys", "keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )


class ClueFeature(Base):
    """What a candidate is compared by, as the engine writes it (``prepared.dump_features`` and ``dump_grams``)."""

    __tablename__ = "clue_feature"

    id: Mapped[int] = mapped_column(ForeignKey("clue_key.id", ondelete="CASCADE"), primary_key=True)
    features: Mapped[bytes] = mapped_column(LargeBinary)
    grams: Mapped[bytes] = mapped_column(LargeBinary)


class MatchingFrequency(Base):
    """A snapshot of the counts up to one ``clue_key.id``; a starting process reads on from there."""

    __tablename__ = "matching_frequency"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    last_id: Mapped[int] = mapped_column(BigInteger)
    clues: Mapped[int] = mapped_column(BigInteger)
    counts: Mapped[bytes] = mapped_column(LargeBinary)
    generation: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Rises when everything was counted anew: a running process then drops its counts and takes these."""


class MatchingPending(Base):
    """A clue whose keys are stored and whose candidates are not found yet; survives a crash in between."""

    __tablename__ = "matching_pending"

    clue_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    since: Mapped[Instant]
