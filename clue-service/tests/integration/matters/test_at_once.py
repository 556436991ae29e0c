"""Fifty intakes and fifty approvals at the same moment, on the real database through the HTTP app."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.row_security import engine_session
from clue_service.matters.domain import components
from sqlalchemy import text

COMMISSIONS = ("dh", "xs", "xn", "lh")
FEW = pytest.param(12, id="few")
FIFTY = pytest.param(50, id="fifty", marks=pytest.mark.proof)


async def pairs(resources: Resources) -> list[tuple[UUID, UUID]]:
    async with engine_session(resources) as session:
        rows = await session.execute(text("select clue_a, clue_b from candidate"))
        return [(one, other) for one, other in rows]


def check_one_cluster(ids: list[UUID], found: list[tuple[UUID, UUID]]) -> None:
    """Every clue but one meets an earlier one, and all hang together."""
    assert len(components(ids, found)) == 1
    assert {max(pair) for pair in found} == set(ids) - {min(ids)}


@pytest.mark.parametrize("count", [FEW, FIFTY])
async def test_simultaneous_intakes_of_one_matter_end_as_one_cluster(
    count: int, register: Any, matter: Any, resources: Resources
) -> None:
    forms = [(f"officer@pet-{COMMISSIONS[n % 4]}", matter[n % 3], f"at-once:{n}") for n in range(count)]
    clues = await asyncio.gather(*(register(who, form, origin_ref=ref) for who, form, ref in forms))
    assert not [clue for clue in clues if clue["is_matching_pending"]]
    ids = [UUID(clue["id"]) for clue in clues]
    check_one_cluster(ids, await pairs(resources))
    async with resources.database.sessions() as session:
        alerts = await session.execute(text("select id from overlap_alert where state <> 'merged'"))
        (alert,) = [row.id for row in alerts]
        members = await session.scalars(
            text("select clue_id from overlap_alert_clue where alert_id = :alert"), {"alert": alert}
        )
        assert set(members) == set(ids)
        scopes = text("select count(distinct bound_by) from overlap_alert_clue where alert_id = :alert")
        assert await session.scalar(scopes, {"alert": alert}) == 1


@pytest.mark.parametrize("count", [FEW, FIFTY])
async def test_of_simultaneous_approvals_one_wins_whoever_comes_first(
    count: int, call: Any, register: Any, matter: Any, bring: Any, harness: Harness
) -> None:
    leads = [f"inv{n}-of-{COMMISSIONS[n % 4]}" for n in range(count)]
    await harness.add_units(
        *(
            {"code": lead, "unit_type": "investigation_office", "parent_code": f"cdi-{COMMISSIONS[n % 4]}"}
            for n, lead in enumerate(leads)
        )
    )
    clues = []
    for n, lead in enumerate(leads):
        clue = await register(f"officer@pet-{COMMISSIONS[n % 4]}", matter[n % 3], origin_ref=f"approve:{n}")
        clues.append(await bring(clue, "proposed", lead=lead, method="preliminary_verification"))
    answers = await asyncio.gather(
        *(call(f"leader@{clue['lead_unit']}", "POST", f"/v1/clues/{clue['id']}/approve-disposition") for clue in clues)
    )
    won = [answer.json() for answer in answers if answer.status_code == 200]
    lost = [answer.json() for answer in answers if answer.status_code == 409]
    assert (len(won), len(lost)) == (1, count - 1), "as many units as clues: one leads, whichever"
    assert {one["code"] for one in lost} == {"matter_led_elsewhere"}
    assert all(one["route"] for one in lost)


async def test_opposite_merges_at_once_leave_one_matter(call: Any, joined: Any, matters_of: Any) -> None:
    first, _, one = await joined(2)
    second, _, other = await joined(2, start=10)
    answers = await asyncio.gather(
        *(
            call("supervisor@cmo-dh", "POST", f"/v1/matters/{here}/merge", {"matter_id": there, "reason": "r"})
            for here, there in ((one, other), (other, one)) * 3
        )
    )
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.status_code for answer in answers} <= {200, 409, 422}
    assert await matters_of(*first, *second) == [[one]] * 4


async def test_a_verdict_its_undoing_and_a_split_at_once_agree_on_who_belongs_where(
    call: Any, joined: Any, pair_up: Any, matters_of: Any, resources: Resources
) -> None:
    (a, b, c), _, one = await joined(3)
    (d, e), _, _ = await joined(2, start=10)
    bridge = await pair_up(c, d)
    verdict = {"decision": "same", "reason": "r"}
    await asyncio.gather(
        call("supervisor@cmo-dh", "POST", f"/v1/candidates/{bridge}/decide", verdict),
        call("supervisor@cmo-dh", "POST", f"/v1/matters/{one}/split", {"clue_ids": [a["id"]], "reason": "r"}),
        call("supervisor@cmo-dh", "POST", f"/v1/candidates/{bridge}/undo", {"reason": "r"}),
    )
    of = await matters_of(a, b, c, d, e)
    async with resources.database.sessions() as session:
        rows = await session.execute(text("select clue_a, clue_b from matter_link"))
        links = [(str(one), str(other)) for one, other in rows]
    groups = components([clue["id"] for clue in (a, b, c, d, e)], links)
    held = {frozenset(group) for group in groups if len(group) > 1}
    by_matter: dict[str, set[str]] = {}
    for clue, ids in zip((a, b, c, d, e), of, strict=True):
        for matter in ids:
            by_matter.setdefault(matter, set()).add(clue["id"])
    assert {frozenset(group) for group in by_matter.values()} == held
