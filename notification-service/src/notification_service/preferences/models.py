"""How people want to be reached. Addresses are sealed."""

from datetime import datetime, time

from sqlalchemy import BigInteger, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from notification_service.tables import Base


class Preference(Base):
    """One person's wishes. ``email_state``: none, unconfirmed, confirmed, failing."""

    __tablename__ = "preference"

    sub: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str]
    timezone: Mapped[str]
    digest_at: Mapped[time | None]
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    muted_kinds: Mapped[list[str]] = mapped_column(JSONB)
    email: Mapped[bytes | None]
    email_state: Mapped[str]
    code: Mapped[bytes | None]
    """The confirmation code, sealed until it is used."""
    code_until: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(SmallInteger)
    chat: Mapped[bytes | None]
    """An Apprise address, sealed: it holds a token."""
    version: Mapped[int] = mapped_column(BigInteger)
