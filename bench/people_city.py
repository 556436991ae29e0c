"""The city that searches and recusal checks are measured in: units, and cadres with posts, relatives, bookings."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.identity import SYSTEM
from chassis.keyring import KeyRing
from chassis.service import Resources
from personnel_pool_service.bookings.models import BookingRow
from personnel_pool_service.cadres.domain import Relative
from personnel_pool_service.cadres.models import CadreRow, PostRow, RecusalFactRow
from personnel_pool_service.cadres.sealing import sealed_relatives
from personnel_pool_service.units.domain import UnitDraft
from personnel_pool_service.units.service import upsert_unit
from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import Range

TAGS = ("audit", "finance", "legal", "interview", "data", "organisation", "discipline", "petition", "writing", "IT")
KINDS = ("case", "inspection_member", "inspection_leader", "university_backbone", "expert")
UNITS = 160
START = date(2026, 12, 1)


async def furnish(pool: Resources, cadres: int) -> list[UUID]:
    """A city of units and cadres with two posts, two relatives and, every fifth, a posting."""
    rng = random.Random(1)
    async with pool.transactions(SYSTEM) as uow:
        await upsert_unit(uow, UnitDraft("top", "top", "party_committee", "city", None), seen_version=None)
        for number in range(UNITS):
            unit = UnitDraft(f"u{number}", f"unit {number}", "supervised_unit", "city", "top")
            await upsert_unit(uow, unit, seen_version=None)
    ids = [uuid4() for _ in range(cadres)]
    now = pool.clock.now()
    people = [
        {
            "id": one,
            "name": f"synthetic-{number}",
            "home_unit": f"u{rng.randrange(UNITS)}",
            "rank": "section_chief",
            "gender": "female",
            "birth_date": date(1970, 1, 1) + timedelta(days=rng.randrange(9_000)),
            "party_member": True,
            "tags": (chosen := rng.sample(TAGS, 3)),
            "tag_codes": chosen,
            "pool_kinds": rng.sample(KINDS, 2),
            "clearance": "internal",
            "status": "active",
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }
        for number, one in enumerate(ids)
    ]
    await _insert(pool, CadreRow, people)
    await _insert(pool, PostRow, [post for one in ids for post in _posts(one, rng)])
    await _insert(pool, RecusalFactRow, [_facts(pool.keys, one, rng) for one in ids])
    homes = {person["id"]: person["home_unit"] for person in people}
    await _insert(
        pool,
        BookingRow,
        [
            {"cadre_id": one, "home_unit": homes[one], "days": Range(first, first + timedelta(days=13), bounds="[]")}
            for one in ids[::5]
            for first in [START + timedelta(days=rng.randrange(60))]
        ],
    )
    async with pool.database.sessions.begin() as session:
        await session.execute(text("analyze cadre, cadre_post, recusal_fact, booking"))
    return ids


def _posts(cadre_id: UUID, rng: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "cadre_id": cadre_id,
            "position": position,
            "unit_code": f"u{rng.randrange(UNITS)}",
            "post": "officer",
            "first_day": date(2010 + 6 * position, 1, 1),
            "last_day": date(2015 + 6 * position, 12, 31),
        }
        for position in range(2)
    ]


def _facts(keys: KeyRing, cadre_id: UUID, rng: random.Random) -> dict[str, Any]:
    relatives = [Relative("sibling", f"u{rng.randrange(UNITS)}", "synthetic") for _ in range(2)]
    return {"cadre_id": cadre_id, "sealed": sealed_relatives(keys, cadre_id, relatives)}


async def _insert(pool: Resources, row: Any, values: Sequence[Mapping[str, Any]]) -> None:
    async with pool.database.sessions.begin() as session:
        for start in range(0, len(values), 5_000):
            await session.execute(insert(row), list(values[start : start + 5_000]))
