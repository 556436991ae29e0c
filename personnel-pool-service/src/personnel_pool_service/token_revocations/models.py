"""Access tokens that hold no longer, by the id they carry; the tokens themselves are kept nowhere."""

from datetime import datetime

from chassis.db import Uuid7
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from personnel_pool_service.tables import Base


class TokenRevocation(Base):
    """One token. The row goes when the token would have expired: both by the server's clock, as tokens are."""

    __tablename__ = "token_revocation"
    __table_args__ = (Index(None, "expires_at"),)

    id: Mapped[Uuid7]
    jti: Mapped[str] = mapped_column(unique=True)
    sub: Mapped[str | None]
    revoked_by: Mapped[str]
    revoked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
