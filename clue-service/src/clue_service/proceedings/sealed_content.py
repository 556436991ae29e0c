"""What was told in confidence beside an item of a proceeding: sealed, and written down whenever somebody opens it."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.proceedings.errors import PartRequired
from clue_service.proceedings.service import Desk


@dataclass(frozen=True)
class SealedContent:
    """The sealed content of one kind of item. ``readers`` are the parts that may open it, ``find`` reads it sealed."""

    noun: str
    readers: frozenset[str]
    find: Callable[[AsyncSession, UUID], Awaitable[bytes | None]]

    def context_of(self, item_id: UUID) -> str:
        """What binds sealed content to its item."""
        return f"{self.noun}:{item_id}"

    def seal(self, desk: Desk, item_id: UUID, told: Mapping[str, Any]) -> bytes:
        """What was told (values that JSON knows), sealed for this item."""
        return desk.keys.seal(json.dumps(told, ensure_ascii=False).encode(), self.context_of(item_id))

    async def open(self, desk: Desk, item_id: UUID, parts: Collection[str]) -> dict[str, Any]:
        """What was told, for a viewer who has ``parts`` in the item; each opening is written down.

        Raises PartRequired, NotFound (the content is gone, or hidden from the viewer).
        """
        if self.readers.isdisjoint(parts):
            raise PartRequired(members={"who": [{"part": part} for part in sorted(self.readers)]})
        sealed = await self.find(desk.uow.session, item_id)
        if sealed is None:
            raise NotFound
        await desk.uow.audit("open_content", self.noun, item_id)
        told: dict[str, Any] = json.loads(desk.keys.open(sealed, self.context_of(item_id)))
        return told
