"""Rows of withheld items, and the filter that every read of notices has."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from notification_service.withholdings.models import WithheldItem


async def replace(session: AsyncSession, item_type: str, item_id: str, subs: Sequence[str], version: int) -> None:
    """Write who is kept from an item, unless something newer is known."""
    statement = insert(WithheldItem).values(item_type=item_type, item_id=item_id, subs=list(subs), version=version)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[WithheldItem.item_type, WithheldItem.item_id],
            set_={"subs": statement.excluded.subs, "version": statement.excluded.version},
            where=WithheldItem.version < statement.excluded.version,
        )
    )


def is_open(
    item_type: InstrumentedAttribute[str], item_id: InstrumentedAttribute[str], sub: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Whether an item may be met by a person; columns of the statement it is put into."""
    kept = select(WithheldItem.version).where(
        WithheldItem.item_type == item_type, WithheldItem.item_id == item_id, sub == func.any(WithheldItem.subs)
    )
    return ~kept.exists()
