"""Taking steps in proceedings: version, journal and audit move together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import invalid_field
from chassis.keyring import KeyRing
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.clues.move_schemas import MoveIn
from clue_service.proceedings import repository
from clue_service.proceedings.models import ProceedingStep
from clue_service.recusals import telling
from clue_service.recusals.reach import Item as Kept


@dataclass(frozen=True)
class Desk:
    """Where somebody works: the transaction, who it is, the directory and the keys."""

    uow: Uow
    viewer: Viewer
    tree: UnitTree
    keys: KeyRing


@dataclass(frozen=True)
class Deed:
    """One move in progress. ``seen`` is the version the caller has read."""

    desk: Desk
    verb: str
    body: MoveIn
    seen: int | None

    @property
    def uow(self) -> Uow:
        """The transaction."""
        return self.desk.uow

    @property
    def actor(self) -> str:
        """Who acts."""
        return self.desk.viewer.sub


class Item(Protocol):
    """A row with a state machine."""

    id: Any
    state: Any
    version: Any


def check_cleared(viewer: Viewer, level: str) -> None:
    """Raise Invalid where somebody would draw up what they may not read themselves."""
    if level not in viewer.cleared_for:
        raise invalid_field("/secrecy_level", "above_clearance", "超出您的涉密权限", "Above your clearance")


async def take_step(
    uow: Uow, item_type: str, item: Item, verb: str, target: str | None, document: Mapping[str, Any] | None = None
) -> None:
    """Move an item on: its state (None: it stays), its version, one row of the journal and one of the audit log.

    ``document`` is what was said, as those who may read the item read it; the audit log keeps states only.
    """
    source = item.state if item.version else None
    item.state = target if target is not None else item.state
    item.version += 1
    await uow.session.flush()
    if source is None:
        await telling.tell_of_new(uow, Kept(item_type, item.id))
    uow.session.add(
        ProceedingStep(
            item_type=item_type,
            item_id=item.id,
            version=item.version,
            verb=verb,
            source=source,
            target=item.state,
            document=dict(document or {}),
            unit=uow.actor.unit,
            taken_by=uow.actor.acting_for or uow.actor.sub,
            taken_at=uow.now,
        )
    )
    await uow.audit(verb, item_type, item.id, detail={"from": source, "to": item.state, "version": item.version})


async def steps_of(uow: Uow, item_ids: Iterable[UUID]) -> dict[UUID, list[ProceedingStep]]:
    """The steps of some items, oldest first."""
    found: dict[UUID, list[ProceedingStep]] = defaultdict(list)
    for step in await repository.list_steps(uow.session, item_ids):
        found[step.item_id].append(step)
    return found
