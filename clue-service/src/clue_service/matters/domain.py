"""Which clues hang together, and who counts as the lead. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

Node = TypeVar("Node")


@dataclass(frozen=True)
class Lead:
    """Who leads: a commission as a whole, or one unit of it."""

    commission: str
    unit: str | None
    clue_id: UUID | None
    basis: str
    taken_at: datetime

    def covers(self, commission: str, unit: str | None) -> bool:
        """Whether a unit of a commission acts as the lead and not as a rival."""
        return self.commission == commission and (self.unit is None or self.unit == unit)


def components(nodes: Iterable[Node], edges: Iterable[tuple[Node, Node]]) -> list[set[Node]]:
    """The connected sets of ``nodes``, in the order their first nodes were given."""
    beside: dict[Node, set[Node]] = defaultdict(set)
    for one, other in edges:
        beside[one].add(other)
        beside[other].add(one)
    found: list[set[Node]] = []
    seen: set[Node] = set()
    for node in nodes:
        if node in seen:
            continue
        group, waiting = {node}, [node]
        while waiting:
            fresh = beside[waiting.pop()] - group
            group |= fresh
            waiting += fresh
        seen |= group
        found.append(group)
    return found


def prevailing(leads: Iterable[Lead]) -> Lead | None:
    """The lead of matters that became one: a designated one before one taken by approval, then the earliest."""
    return min(leads, key=lambda lead: (lead.basis == "approval", lead.taken_at), default=None)
