"""Reading the items of a proceeding: one, one locked, many; what a viewer has no part in is not there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from chassis.errors import NotFound
from sqlalchemy import ColumnElement

from clue_service.access.policy import Viewer
from clue_service.proceedings import repository
from clue_service.proceedings.move_routes import Reading
from clue_service.proceedings.repository import ItemRow
from clue_service.proceedings.service import Desk

Row = TypeVar("Row", bound=ItemRow)


@dataclass(frozen=True)
class Ledger(Generic[Row]):
    """The items of one feature. ``visible_to`` is the feature's policy in SQL."""

    model: type[Row]
    visible_to: Callable[[Viewer], ColumnElement[bool]]

    async def get(self, desk: Desk, item_id: UUID) -> Row:
        """The item; raises NotFound where the viewer has no part in it."""
        found = await repository.find_item(desk.uow.session, self.model, self.visible_to(desk.viewer), item_id)
        if found is None:
            raise NotFound
        return found

    async def lock(self, desk: Desk, item_id: UUID) -> Row | None:
        """The item, if the viewer has a part in it; nobody else changes it until the transaction ends."""
        seen = self.visible_to(desk.viewer)
        return await repository.find_item(desk.uow.session, self.model, seen, item_id, lock=True)

    async def list(self, desk: Desk, reading: Reading) -> Sequence[Row]:
        """Items the viewer has a part in, newest first."""
        return await repository.list_items(
            desk.uow.session,
            self.model,
            self.visible_to(desk.viewer),
            state=reading.state,
            before=reading.before,
            limit=reading.limit,
        )
