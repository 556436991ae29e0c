"""SQL of recusal checks beyond what the other features keep."""

from collections.abc import Collection

from chassis.db import one_of
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.supervised_persons.models import SupervisedPersonRow


async def list_units_of_persons(session: AsyncSession, codes: Collection[str]) -> dict[str, str]:
    """Code of a supervised person → unit; unknown codes are absent."""
    query = select(SupervisedPersonRow.code, SupervisedPersonRow.unit_code).where(
        one_of(SupervisedPersonRow.code, codes)
    )
    return {row.code: row.unit_code for row in await session.execute(query)}
