"""SQL of proceedings: their items, as far as somebody has a part in them, and the journal of all."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.proceedings.models import ProceedingStep


class ItemRow(Protocol):
    """A table of items with a state machine."""

    id: Any
    state: Any


Row = TypeVar("Row", bound=ItemRow)


async def find_item(
    session: AsyncSession, model: type[Row], seen: ColumnElement[bool], item_id: UUID, *, lock: bool = False
) -> Row | None:
    """One item, if it is among those that are seen."""
    query = select(model).where(model.id == item_id, seen).execution_options(populate_existing=True)
    found: Row | None = await session.scalar(query.with_for_update(key_share=True) if lock else query)
    return found


async def list_steps(session: AsyncSession, item_ids: Iterable[UUID]) -> Sequence[ProceedingStep]:
    """The steps of some items, oldest first."""
    query = select(ProceedingStep).where(ProceedingStep.item_id.in_(list(item_ids)))
    return (await session.scalars(query.order_by(ProceedingStep.item_id, ProceedingStep.version))).all()
