"""What an event makes of the clocks of its item. Pure; the rows are read before and written after, all at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from notification_service.deadlines.domain import ACKNOWLEDGING, Clock
from notification_service.deadlines.profiles import GENERAL, Thresholds


class Key(NamedTuple):
    """Which clock: a unit owes one thing at a time about an item."""

    item_type: str
    item_id: str
    unit: str


@dataclass(frozen=True)
class State:
    """A clock as it is kept."""

    clock: Clock
    version: int
    """Of the item, as the event that set the clock had it."""
    commission: str | None
    started_at: datetime | None
    thresholds: Thresholds = GENERAL

    @property
    def key(self) -> Key:
        """Which clock it is."""
        return Key(self.clock.item_type, self.clock.item_id, self.clock.unit)


@dataclass
class Clocks:
    """The clocks of some items, as events change them one after the other."""

    known: dict[Key, State]
    changed: dict[Key, State] = field(default_factory=dict)

    @classmethod
    def of(cls, states: Iterable[State]) -> "Clocks":
        """Clocks as they are kept now."""
        return cls({state.key: state for state in states})

    def since(self, clock: Clock, now: datetime) -> datetime:
        """Since when the item is in its state: as long as a clock of the same rule runs for the unit, or from now."""
        before = self.known.get(Key(clock.item_type, clock.item_id, clock.unit))
        if before is None or before.started_at is None or before.clock.rule != clock.rule:
            return now
        is_asked_anew = clock.rule in ACKNOWLEDGING and before.clock.due_at is None
        return now if is_asked_anew else before.started_at

    def follow(self, state: State) -> None:
        """Set a clock unless a newer event has set it. A clue is owed by one unit at a time: its other clocks stop."""
        if state.clock.item_type == "clue":
            others = [one for key, one in self.known.items() if key[:2] == state.key[:2] and key != state.key]
            for other in others:
                if other.version < state.version:
                    stopped = replace(other.clock, due_at=None)
                    self._set(replace(other, clock=stopped, version=state.version, started_at=None))
        before = self.known.get(state.key)
        if before is None or before.version < state.version:
            self._set(state)

    def _set(self, state: State) -> None:
        self.known[state.key] = self.changed[state.key] = state
