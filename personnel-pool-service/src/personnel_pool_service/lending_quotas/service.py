"""How many of its people a home unit may lend on one day, and how many it still can."""

from collections.abc import Collection
from dataclasses import dataclass

from chassis.directory import UnitTree
from chassis.uow import Uow

from personnel_pool_service.bookings import service as bookings
from personnel_pool_service.bookings.domain import Period, quota
from personnel_pool_service.cadres import service as cadres


@dataclass(frozen=True)
class LendingQuota:
    """One home unit's people: in the pool, lendable on one day, most lent on any day of the period."""

    home_unit: str
    members: int
    quota: int
    lent: int


async def quotas_of(uow: Uow, tree: UnitTree, share: float, homes: Collection[str]) -> dict[str, int]:
    """Home unit → how many it may lend on one day."""
    members = await cadres.count_members(uow, homes)
    return {home: _quota(tree, share, home, members.get(home, 0)) for home in homes}


async def list_quotas(uow: Uow, tree: UnitTree, share: float, period: Period) -> list[LendingQuota]:
    """Every home unit that has active pool members, by code."""
    members = await cadres.count_members(uow, [unit.code for unit in tree])
    lent = await bookings.most_lent(uow, members, period)
    return [
        LendingQuota(home, count, _quota(tree, share, home, count), lent[home])
        for home, count in sorted(members.items())
    ]


def _quota(tree: UnitTree, share: float, home: str, members: int) -> int:
    unit = tree.find(home)
    # Inspecting is an inspection office's own work: the quota protects units whose work stands still meanwhile.
    is_own_work = unit is not None and unit.unit_type == "inspection_office"
    return quota(1.0 if is_own_work else share, members)
