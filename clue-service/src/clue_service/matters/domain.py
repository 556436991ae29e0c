"""Which clues hang together, which matter goes on where matters join or fall apart, and who leads. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from chassis.moves import Move, MoveTable

from clue_service.matters.leads import Lead, lead_of_group

Node = TypeVar("Node")
Part = str | None
"""Which matter of a mixed letter; None where the letter as a whole is meant."""
_TOGETHER = 2


class MatterState(StrEnum):
    """``merged`` goes on as another matter; ``dissolved`` where fewer than two of its clues hang together."""

    OPEN = "open"
    MERGED = "merged"
    DISSOLVED = "dissolved"


class ChangeKind(StrEnum):
    """What was done to matters."""

    LINKED = "linked"
    MERGED = "merged"
    SPLIT = "split"
    UNDONE = "undone"
    LEAD_TAKEN = "lead_taken"
    LEAD_ASSIGNED = "lead_assigned"
    ANNOUNCED = "announced"
    SEALED = "sealed"
    DELETED = "deleted"


class SourceKind(StrEnum):
    """Whose decision a link or change is."""

    CANDIDATE = "candidate"
    ALERT = "overlap_alert"
    CLUE = "clue"
    MATTER = "matter"


MATTER_MOVES = MoveTable(
    [
        Move("merge", frozenset({MatterState.OPEN}), MatterState.OPEN, event="clue.matter.merged.v1"),
        Move("split", frozenset({MatterState.OPEN}), None, event="clue.matter.split.v1"),
        Move("undo", frozenset(MatterState), None, event="clue.matter.undone.v1"),
        Move("assign-lead", frozenset({MatterState.OPEN}), MatterState.OPEN, event="clue.matter.lead_assigned.v1"),
    ]
)


@dataclass(frozen=True)
class Link:
    """A decision that two clues, or two matters of them, report one matter."""

    clue_a: UUID
    clue_b: UUID
    source_id: UUID
    part_a: Part = None
    part_b: Part = None
    source_kind: str = SourceKind.CANDIDATE

    def nodes(self) -> tuple[tuple[UUID, Part], tuple[UUID, Part]]:
        """What the link holds together."""
        return (self.clue_a, self.part_a), (self.clue_b, self.part_b)

    def oriented(self) -> "Link":
        """The same link with the earlier clue first."""
        if (self.clue_a, self.part_a or "") <= (self.clue_b, self.part_b or ""):
            return self
        return Link(self.clue_b, self.clue_a, self.source_id, self.part_b, self.part_a, self.source_kind)


@dataclass(frozen=True)
class Group:
    """Clues that hang together, each with the parts that do; no parts where the letter as a whole does."""

    parts: Mapping[UUID, tuple[str, ...]]

    @property
    def clues(self) -> frozenset[UUID]:
        """The clues."""
        return frozenset(self.parts)


@dataclass(frozen=True)
class MatterFacts:
    """One matter at one moment."""

    clues: frozenset[UUID]
    lead: Lead | None = None


@dataclass(frozen=True)
class Undone:
    """The change that is being undone: the matters it touched, as they were before and after it."""

    before: Mapping[UUID, MatterFacts] = field(default_factory=dict)
    after: Mapping[UUID, MatterFacts] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrangement:
    """What links come to: group by group the matter that goes on (None: a new one) and its lead."""

    groups: tuple[tuple[UUID | None, Group, Lead | None], ...]
    merged: Mapping[UUID, UUID]
    """Matters that go on as another one."""


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


def group_links(links: Sequence[Link], silent: Collection[UUID]) -> list[Group]:
    """The matters that links hold together, the one with the earliest clue first.

    The parts of a mixed letter hang together only through a link of the letter as a whole. A silent clue belongs to
    each matter that it reaches and holds none together: otherwise it would change what other commissions see.
    """
    edges = [link.nodes() for link in links]
    nodes = sorted({node for edge in edges for node in edge}, key=_place)
    whole = [((clue, None), (clue, part)) for clue, part in nodes if part is not None and (clue, None) in set(nodes)]
    edges += whole
    is_loud = {node: node[0] not in silent for node in nodes}
    found = components([n for n in nodes if is_loud[n]], [e for e in edges if is_loud[e[0]] and is_loud[e[1]]])
    quiet_edges = [edge for edge in edges if not (is_loud[edge[0]] and is_loud[edge[1]])]
    reached = [_with_silent(group, quiet_edges, is_loud) for group in found]
    covered = set().union(*reached)
    alone = components([n for n in nodes if n not in covered], [e for e in quiet_edges if not covered & set(e)])
    groups = [_group(one) for one in [*reached, *alone]]
    return sorted((group for group in groups if len(group.clues) >= _TOGETHER), key=lambda group: min(group.clues))


def _place(node: tuple[UUID, Part]) -> tuple[UUID, str]:
    return node[0], node[1] or ""


def _with_silent(
    group: set[tuple[UUID, Part]],
    edges: Sequence[tuple[tuple[UUID, Part], tuple[UUID, Part]]],
    is_loud: Mapping[tuple[UUID, Part], bool],
) -> set[tuple[UUID, Part]]:
    found = set(group)
    while True:
        fresh = {
            there
            for edge in edges
            for here, there in (edge, edge[::-1])
            if here in found and there not in found and not is_loud[there]
        }
        if not fresh:
            return found
        found |= fresh


def _group(nodes: Collection[tuple[UUID, Part]]) -> Group:
    parts: dict[UUID, set[Part]] = defaultdict(set)
    for clue, part in nodes:
        parts[clue].add(part)
    return Group({clue: () if None in named else tuple(sorted(p for p in named if p)) for clue, named in parts.items()})


def arrange(
    groups: Sequence[Group],
    present: Mapping[UUID, MatterFacts],
    standing: Sequence[Lead] = (),
    undone: Undone | None = None,
    stays: Mapping[UUID, frozenset[UUID]] | None = None,
) -> Arrangement:
    """Which matter goes on in which group, and who leads it.

    A matter goes on where most of its clues are; of several in one group the earliest goes on. While a change is
    undone, the matters it touched are looked for by the clues they had before it, so that they come back.

    Args:
        groups: What hangs together now.
        present: The matters as they are.
        standing: Leads that approvals of checks give, whether or not there was a matter.
        undone: The change being undone.
        stays: Of a matter that is split, the clues with which it goes on.
    """
    undone = undone or Undone()
    known = {matter: facts.clues for matter, facts in present.items()}
    known |= {matter: facts.clues for matter, facts in undone.before.items()} | dict(stays or {})
    homes = {matter: home for matter, clues in sorted(known.items()) if (home := _home(clues, groups)) is not None}
    rows: list[tuple[UUID | None, Group, Lead | None]] = []
    merged: dict[UUID, UUID] = {}
    for number, group in enumerate(groups):
        at_home = [matter for matter, home in homes.items() if home == number]
        goes_on = min(at_home, default=None)
        merged |= {matter: goes_on for matter in at_home if goes_on is not None and matter != goes_on}
        members = frozenset().union(*(present[matter].clues for matter in at_home if matter in present))
        rows.append((goes_on, group, lead_of_group(goes_on, group.clues, members, at_home, present, standing, undone)))
    return Arrangement(tuple(rows), merged)


def _home(clues: frozenset[UUID], groups: Sequence[Group]) -> int | None:
    shared = [len(clues & group.clues) for group in groups]
    most = max(shared, default=0)
    return shared.index(most) if most >= _TOGETHER else None


def bridges(groups: Sequence[Group], wanted: Collection[UUID]) -> list[tuple[tuple[UUID, Part], tuple[UUID, Part]]]:
    """What to link so that all of ``wanted`` hang together: one node of each further set to one of the first."""
    loose = [Group({clue: ()}) for clue in sorted(wanted) if not any(clue in group.clues for group in groups)]
    sets = sorted([*groups, *loose], key=lambda group: min(group.clues))
    ends = [_end(group) for group in sets]
    return [(ends[0], end) for end in ends[1:]]


def _end(group: Group) -> tuple[UUID, Part]:
    clue = min(group.clues)
    return clue, next(iter(group.parts[clue]), None)


def crossing(links: Iterable[Link], inside: Collection[UUID], outside: Collection[UUID]) -> list[Link]:
    """The links between two sets of clues."""
    return [
        link
        for link in links
        if (link.clue_a in inside and link.clue_b in outside) or (link.clue_b in inside and link.clue_a in outside)
    ]
