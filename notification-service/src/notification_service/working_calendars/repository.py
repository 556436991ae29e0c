"""Rows of working years."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.working_calendars.models import WorkingYear


async def store_year(session: AsyncSession, values: Mapping[str, object]) -> None:
    """Write a year unless a newer version of it is known."""
    statement = insert(WorkingYear).values(**values)
    changes = {name: statement.excluded[name] for name in values if name != "year"}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[WorkingYear.year],
            set_=changes,
            where=WorkingYear.version < statement.excluded.version,
        )
    )


async def list_years(session: AsyncSession) -> Sequence[WorkingYear]:
    """Every year that people wrote."""
    return (await session.scalars(select(WorkingYear))).all()
