"""The directory copy as the running transaction sees it: an event's audience must know the units stored before it."""

from chassis.directory import UnitTree, unit_of_row
from chassis.tables import unit_copy
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


class Trees:
    """Reads the units again only when their count or versions changed."""

    def __init__(self) -> None:
        self._tree = UnitTree(())
        self._stamp: tuple[int, int] = (-1, -1)

    async def tree(self, session: AsyncSession) -> UnitTree:
        """The tree, with what this transaction itself has written."""
        row = (await session.execute(select(func.count(), func.coalesce(func.sum(unit_copy.c.version), 0)))).one()
        stamp = (int(row[0]), int(row[1]))
        if stamp != self._stamp:
            units = (await session.execute(unit_copy.select())).mappings()
            self._tree = UnitTree(unit_of_row(one) for one in units)
            self._stamp = stamp
        return self._tree
