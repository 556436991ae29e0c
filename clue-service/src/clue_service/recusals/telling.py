"""Saying inside the platform who is recused from what, so that whoever carries news of an item withholds it.

Two transactions may not miss one another: one that changes who is recused, and one that adds what rests on a clue.
So the second holds recusals still (all who add share that), and whoever changes them waits for those and looks again.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from chassis.uow import Emission, Uow
from contracts.recusals import RecusalChanged

from clue_service.recusals import reach, repository
from clue_service.recusals.reach import Item, Kept


async def follow(uow: Uow, clue_ids: Collection[UUID]) -> None:
    """Let clues, and those that are one matter with them, say who is recused now; tell it of all that rests on them."""
    changed = await repository.follow(uow.session, clue_ids)
    if changed:
        await tell_changed(uow, [Item("clue", clue_id) for clue_id in changed])


async def tell_changed(uow: Uow, items: Collection[Item]) -> None:
    """Who is recused from some items changed: say who is, of them and of all that rests on them."""
    await reach.hold_still(uow.session, is_changing=True)
    await _say(uow, await reach.list_kept(uow.session, await reach.list_resting(uow.session, items)))


async def tell_of_new(uow: Uow, *items: Item, is_held: bool = False) -> None:
    """Items came to rest on a clue: say who is recused from them, if anybody is, before anything else is said of them.

    Call it once the rows are written, and lock the clue before. With ``is_held`` another lock that whoever changes
    recusals takes as well is held already: that of matters, or that of the one clue.
    """
    if not is_held:
        await reach.hold_still(uow.session, is_changing=False)
    if any(one.recused for one in await reach.list_kept(uow.session, items)):
        kept = await reach.list_kept(uow.session, await reach.list_resting(uow.session, items))
        await _say(uow, [one for one in kept if one.recused])


async def _say(uow: Uow, kept: Sequence[Kept]) -> None:
    await uow.emit_many(
        [
            Emission(
                RecusalChanged(item_type=one.item.type, item_id=one.item.id, recused=one.recused),
                one.item.id,
                one.version,
            )
            for one in kept
        ]
    )
