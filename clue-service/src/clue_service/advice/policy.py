"""What a caller is in a letter of advice. ``repository.visible_to`` says the same in SQL."""

from collections.abc import Collection
from typing import Protocol

from clue_service.access.policy import LEADERS, Viewer
from clue_service.advice.domain import BEFORE_SERVED, Part
from clue_service.proceedings.policy import represented_units


class Letter(Protocol):
    """What the decision needs to know."""

    @property
    def state(self) -> str: ...
    @property
    def secrecy_level(self) -> str: ...
    @property
    def issuing_unit(self) -> str: ...
    @property
    def commission(self) -> str: ...
    @property
    def addressed_unit(self) -> str: ...
    @property
    def watchers(self) -> Collection[str]: ...


def parts_in(viewer: Viewer, letter: Letter) -> frozenset[str]:
    """The viewer's parts: none above the clearance; the addressed unit's side has none before it is served."""
    own = represented_units(viewer)
    if letter.secrecy_level not in viewer.cleared_for or not own:
        return frozenset()
    is_served = letter.state not in BEFORE_SERVED
    parts = {
        Part.ISSUER: letter.issuing_unit in own,
        Part.APPROVER: viewer.leads == letter.commission and viewer.has_any(*LEADERS),
        Part.ADDRESSEE: is_served and letter.addressed_unit in own,
        Part.WATCHER: letter.commission in own or (is_served and not own.isdisjoint(letter.watchers)),
    }
    return frozenset(part.value for part, holds in parts.items() if holds)
