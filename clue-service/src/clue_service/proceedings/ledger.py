"""Reading the items of a proceeding: one, one locked, many; what a viewer has no part in is not there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from chassis.errors import NotFound

from clue_service.access.paging import Condition, PartOf, any_of, newest
from clue_service.access.policy import Viewer
from clue_service.proceedings import repository
from clue_service.proceedings.move_routes import Reading
from clue_service.proceedings.repository import ItemRow
from clue_service.proceedings.service import Desk

Row = TypeVar("Row", bound=ItemRow)


@dataclass(frozen=True)
class Ledger(Generic[Row]):
    """The items of one feature. ``parts_of`` is the feature's policy in SQL.

    ``of_clue`` says which items rest on a clue, where the items have no column that names it.
    """

    model: type[Row]
    parts_of: Callable[[Viewer], list[PartOf]]
    of_clue: Callable[[UUID], Condition] | None = None

    async def get(self, desk: Desk, item_id: UUID) -> Row:
        """The item; raises NotFound where the viewer has no part in it."""
        found = await repository.find_item(desk.uow.session, self.model, any_of(self.parts_of(desk.viewer)), item_id)
        if found is None:
            raise NotFound
        return found

    async def lock(self, desk: Desk, item_id: UUID) -> Row | None:
        """The item, if the viewer has a part in it; nobody else changes it until the transaction ends."""
        seen = any_of(self.parts_of(desk.viewer))
        return await repository.find_item(desk.uow.session, self.model, seen, item_id, lock=True)

    async def list(self, desk: Desk, reading: Reading) -> Sequence[Row]:
        """Items the viewer has a part in, newest first."""
        narrowed: list[Condition] = [self.model.state == reading.state] if reading.state is not None else []
        if reading.clue_id is not None:
            narrowed.append(self._of_clue(reading.clue_id))
        parts = self.parts_of(desk.viewer)
        return await newest(
            desk.uow.session, self.model, parts, narrowed=narrowed, before=reading.before, limit=reading.limit
        )

    def _of_clue(self, clue_id: UUID) -> Condition:
        if self.of_clue is not None:
            return self.of_clue(clue_id)
        named: Condition = self.model.clue_id == clue_id  # type: ignore[attr-defined] # what is offered by clue has it
        return named
