"""Who may not share a team: a relative whom one of them has named is the other."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chassis.directory import UnitTree


@dataclass(frozen=True)
class Named:
    """A cadre, where they serve today, and whom they have named: name and unit. Never answer or log any of it."""

    cadre_id: UUID
    name: str
    units: frozenset[str]
    relatives: tuple[tuple[str, str], ...] = ()


def separations(people: Iterable[Named], tree: UnitTree) -> list[tuple[UUID, UUID]]:
    """Pairs who may not share a team, each once, the lower id first, in order.

    A relative is a cadre of that name who serves in the unit that was named, in one above it or in one below: units of
    relatives are often told more roughly, or more finely, than posts are.
    """
    everybody = list(people)
    by_name: dict[str, list[Named]] = defaultdict(list)
    for one in everybody:
        by_name[_plain(one.name)].append(one)
    found = set()
    for one in everybody:
        for name, unit in one.relatives:
            for other in by_name.get(_plain(name), ()):
                if other.cadre_id != one.cadre_id and any(_is_one_line(tree, unit, post) for post in other.units):
                    found.add((min(one.cadre_id, other.cadre_id), max(one.cadre_id, other.cadre_id)))
    return sorted(found)


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _is_one_line(tree: UnitTree, one: str, other: str) -> bool:
    return one == other or one in tree.superiors(other) or other in tree.superiors(one)
