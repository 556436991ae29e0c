"""Links by which the clues of a merge, or of one side of a split, hang together."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.uow import Uow

from clue_service.matters import repository
from clue_service.matters.domain import Link, SourceKind, bridges, group_links
from clue_service.matters.errors import RepeatBelongsToItsFirst


async def bridging(uow: Uow, source_id: UUID, wanted: Collection[UUID]) -> list[Link]:
    """Links by which all wanted clues hang together, one end in each set that hangs together now."""
    links = await repository.links_touching(uow.session, wanted)
    silent = await repository.silent_among(uow.session, wanted)
    groups = [group for group in group_links(links, silent) if group.clues <= set(wanted)]
    ends = bridges(groups, wanted)
    return [Link(one[0], other[0], source_id, one[1], other[1], SourceKind.MATTER).oriented() for one, other in ends]


async def bridging_side(uow: Uow, source_id: UUID, side: Collection[UUID]) -> list[Link]:
    """The same for one side of a split, whose links to the other side are gone."""
    if len(side) == 1:
        return []
    links = await repository.links_touching(uow.session, side)
    inside = [link for link in links if link.clue_a in side and link.clue_b in side]
    silent = await repository.silent_among(uow.session, side)
    ends = bridges(group_links(inside, silent), side)
    return [Link(one[0], other[0], source_id, one[1], other[1], SourceKind.MATTER).oriented() for one, other in ends]


def keep_repeats(cut: Sequence[Link]) -> None:
    """Raise RepeatBelongsToItsFirst where a repeat would leave its first clue."""
    repeats = sorted({link.source_id for link in cut if link.source_kind == SourceKind.CLUE})
    if repeats:
        raise RepeatBelongsToItsFirst(
            members={
                "clue_ids": [str(one) for one in repeats],
                "state": "open",
                "allowed_moves": ["assign-lead", "merge"],
            }
        )
