"""The parent of every table this service owns."""

from datetime import datetime
from uuid import UUID

from chassis.db import ModelBase, new_metadata
from chassis.errors import StaleVersion
from sqlalchemy import Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column


class Base(ModelBase):
    """All models of this service, on one metadata."""

    __abstract__ = True
    metadata = new_metadata()


class Versioned:
    """A row with a version, which is its ETag, its events' sequence and the guard of its copies."""

    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def require_version(self, seen: int | None) -> None:
        """Raise ``StaleVersion`` if the caller has seen another version; None means the caller does not care."""
        if seen is not None and seen != self.version:
            raise StaleVersion

    def touch(self, now: datetime) -> None:
        """Count one change."""
        self.version += 1
        self.updated_at = now


async def new_id(session: AsyncSession) -> UUID:
    """A time-ordered id before there is a row for it: sealing binds a text to its row."""
    found: UUID = (await session.execute(select(func.uuidv7(type_=Uuid)))).scalar_one()
    return found
