"""One move of a proceeding, from the right to take it to its journal row and event."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from chassis.errors import NotFound
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.clues.approvals import check_claim
from clue_service.proceedings.domain import PartMove, PartMoves, check_part
from clue_service.proceedings.errors import OwnDraft
from clue_service.proceedings.service import Deed, Desk, take_step

Row = TypeVar("Row")


@dataclass
class Moving(Generic[Row]):
    """One move in progress."""

    deed: Deed
    item: Row
    parts: frozenset[str]
    row: PartMove

    @property
    def uow(self) -> Uow:
        """The transaction."""
        return self.deed.uow

    def forbid_own(self, drafted_by: str) -> None:
        """Raise OwnDraft where whoever drew it up decides on it."""
        if drafted_by == self.deed.actor:
            raise OwnDraft


@dataclass(frozen=True)
class Step:
    """What a move comes to. ``document`` goes into the journal, ``said`` into the event.

    ``target`` None: the row's own; where that is None too, the state stays. ``event`` None: the row's own.
    """

    target: str | None = None
    document: Mapping[str, Any] | None = None
    said: Mapping[str, Any] | None = None
    event: str | None = None


Action = Callable[[Any, Any], Awaitable[Step]]


@dataclass(frozen=True)
class Machine(Generic[Row]):
    """A feature's state machine at work.

    ``find`` reads and locks the item for somebody, or answers None; ``parts`` says what they are in it; ``emit`` says
    an event of a type at the item's present version.
    """

    noun: str
    moves: PartMoves
    find: Callable[[Desk, UUID], Awaitable[Row | None]]
    parts: Callable[[Desk, Row], frozenset[str]]
    actions: Mapping[str, Action]
    emit: Callable[..., Awaitable[None]]

    async def act(self, deed: Deed, item_id: UUID) -> Row:
        """Take a move. Raises NotFound, PartRequired, StaleVersion, MoveRefused, and what the move itself refuses."""
        item: Any = await self.find(deed.desk, item_id)
        if item is None:
            raise NotFound
        row = self.moves.rows[deed.verb]
        parts = self.parts(deed.desk, item)
        check_part(deed.desk.viewer, parts, row)
        check_version(deed.seen, item.version)
        self.moves.take(deed.verb, item.state)
        approved_by = getattr(deed.body, "approved_by", None)
        if approved_by is not None:
            await check_claim(deed.uow, deed.desk.viewer, approved_by)
        action = self.actions.get(deed.verb)
        step = await action(Moving(deed, item, parts, row), deed.body) if action else Step()
        document = step.document if step.document is not None else deed.body.model_dump(mode="json", exclude_none=True)
        await take_step(deed.uow, self.noun, item, deed.verb, step.target or row.target, document)
        event = step.event or row.event
        if event is not None:
            await self.emit(deed.uow, event, item, **(step.said or {}))
        found: Row = item
        return found
