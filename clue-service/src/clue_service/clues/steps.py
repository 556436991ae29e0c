"""A move in progress and what it comes to."""

from dataclasses import dataclass
from typing import Any

from chassis.directory import UnitTree
from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.clues.domain import ERASED
from clue_service.clues.models import Clue, ClueStep
from clue_service.clues.move_schemas import MoveIn
from clue_service.clues.states import Closure, Status
from clue_service.intake.engine import Engine

MATCH_AGAIN = "match_clue"
"""The job that looks for a clue's candidates once more."""


@dataclass(frozen=True)
class Moving:
    """One move in progress."""

    uow: Uow
    viewer: Viewer
    tree: UnitTree
    clue: Clue
    verb: str
    engine: Engine
    approval: dict[str, Any] | None = None
    """The approval that was named, as it is stored."""

    @property
    def actor(self) -> str:
        """Who moves the clue."""
        return self.viewer.sub


@dataclass(frozen=True)
class Step:
    """What a move comes to: the new state, and what its event says besides."""

    status: Status
    closure: Closure | None = None
    said: dict[str, Any] | None = None
    is_said: bool = True
    """False: a step inside the commission that is no event yet, such as the first of two people asking."""


def keep_said(uow: Uow, clue: Clue, action: str, body: MoveIn) -> None:
    """What people said with a step that was taken, as long as the clue has content; no event and no log tells it."""
    said = body.said()
    if said and clue.status not in ERASED:
        uow.session.add(ClueStep(clue_id=clue.id, version=clue.version, action=action, said=said))
