"""Rows of preferences."""

from collections.abc import Collection, Sequence

from chassis.db import one_of
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.preferences.models import Preference


async def find(session: AsyncSession, sub: str, *, lock: bool = False) -> Preference | None:
    """A person's wishes, if they ever said any."""
    statement = select(Preference).where(Preference.sub == sub)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def list_reachable(session: AsyncSession, subs: Collection[str]) -> Sequence[Preference]:
    """The wishes of those people who are reached outside the inbox."""
    statement = select(Preference).where(
        one_of(Preference.sub, subs), or_(Preference.email_state == "confirmed", Preference.chat.is_not(None))
    )
    return (await session.scalars(statement)).all()
