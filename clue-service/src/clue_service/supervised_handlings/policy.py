"""What a caller is in an order. ``repository.visible_to`` says the same in SQL."""

from typing import Protocol

from clue_service.access.policy import LEADERS, Viewer
from clue_service.proceedings.policy import represented_units
from clue_service.supervised_handlings.domain import BEFORE_ISSUED, Part


class Order(Protocol):
    """What the decision needs to know."""

    @property
    def state(self) -> str: ...
    @property
    def secrecy_level(self) -> str: ...
    @property
    def ordering_unit(self) -> str: ...
    @property
    def commission(self) -> str: ...
    @property
    def target_unit(self) -> str: ...
    @property
    def escalated_to(self) -> str | None: ...


def parts_in(viewer: Viewer, order: Order) -> frozenset[str]:
    """The viewer's parts: none above the clearance; the unit that is pressed has none before the order is issued."""
    own = represented_units(viewer)
    if order.secrecy_level not in viewer.cleared_for:
        return frozenset()
    parts = {
        Part.ORDERER: order.ordering_unit in own,
        Part.APPROVER: viewer.leads == order.commission and viewer.has_any(*LEADERS),
        Part.TARGET: order.state not in BEFORE_ISSUED and order.target_unit in own,
        Part.SUPERIOR: order.escalated_to in own,
    }
    return frozenset(part.value for part, holds in parts.items() if holds)
