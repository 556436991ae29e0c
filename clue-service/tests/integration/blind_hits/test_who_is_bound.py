"""An alert tells of pairs that people should compare; one lead binds only clues that probably report one matter."""

from typing import Any
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources
from clue_service.overlap_alerts.detection import report_overlap
from clue_service.overlap_alerts.domain import Party, Stage
from sqlalchemy import text


async def refused(call: Any, clue: Any) -> bool:
    key = clue["commission"].removeprefix("cdi-")
    answer = await call(f"principal@cdi-{key}", "POST", f"/v1/clues/{clue['id']}/approve-disposition")
    assert answer.status_code in {200, 409}, answer.text
    return bool(answer.status_code == 409)


async def meet(resources: Resources, clue: Any, *hits: Any, bound: Any = None) -> None:
    parties = [Party(UUID(one["id"]), one["commission"], Stage.REGISTERED) for one in (clue, *hits)]
    async with resources.transactions(SYSTEM) as uow:
        ids = None if bound is None else {UUID(one["id"]) for one in bound}
        await report_overlap(uow, parties[0], parties[1:], ids)


async def test_other_facts_about_one_official_are_told_and_bind_nobody(call: Any, register: Any, bring: Any) -> None:
    who = {"name": "钟国梁", "unit_name": "夏宁市住房和城乡建设局", "post": "局长"}
    project = "钟国梁于2024年3月在滨河路改造工程招标前，收受承建商宏远建筑公司现金20万元。"
    feast = "钟国梁为儿子操办婚宴，大摆酒席，礼金5万元。"  # another year would set the two apart, and nobody were told
    first = await register("officer@pet-dh", subjects=[who], allegations=[{"text": project, "category_code": "C1"}])
    second = await register("officer@pet-xs", subjects=[who], allegations=[{"text": feast, "category_code": "D3"}])
    assert [one["hit"]["unit"] for one in second["candidates"]] == ["cdi-dh"]
    await bring(first, "approved")
    await bring(second, "proposed")
    assert not await refused(call, second)


async def test_one_matter_is_bound_from_the_first_hit_on(call: Any, register: Any, matter: Any, bring: Any) -> None:
    first = await register("officer@pet-dh", matter[0])
    second = await register("officer@pet-xs", matter[1])
    await bring(second, "proposed")
    await bring(first, "approved")
    assert await refused(call, second)


async def test_who_was_first_leads_also_where_the_hit_came_later(
    call: Any, register: Any, matter: Any, bring: Any
) -> None:
    first = await register("officer@pet-dh", matter[0])
    await bring(first, "approved")
    second = await register("officer@pet-xs", matter[1])
    await bring(second, "assigned")
    body = {"method": "talk_inquiry", "reason": "r"}
    answer = await call("handler@inv1-xs", "POST", f"/v1/clues/{second['id']}/propose-disposition", body)
    assert (answer.status_code, answer.json()["route"]["unit"]) == (409, "cdi-dh")


async def test_within_one_alert_each_set_has_its_own_lead_until_the_votes_make_them_one(
    call: Any, unlike: Any, bring: Any, resources: Resources
) -> None:
    dh, xs, xn, lh = [await unlike(number, f"officer@pet-{key}") for number, key in enumerate(("dh", "xs", "xn", "lh"))]
    await meet(resources, xs, dh)
    await meet(resources, lh, xn)
    await meet(resources, xn, dh, bound=[])
    for clue in (dh, xs, xn, lh):
        await bring(clue, "proposed")
    assert [await refused(call, clue) for clue in (dh, xs, xn, lh)] == [False, True, False, True]
    (alert,) = (await call("supervisor@cmo-lh", "GET", "/v1/overlap-alerts")).json()["items"]
    assert [part["unit"] for part in alert["commissions"]] == ["cdi-dh", "cdi-lh", "cdi-xn", "cdi-xs"]
    for key in ("dh", "xs", "xn", "lh"):
        path = f"/v1/overlap-alerts/{alert['id']}/resolve"
        answer = await call(f"supervisor@cmo-{key}", "POST", path, {"outcome": "linked"})
    assert (answer.json()["state"], answer.json()["lead_unit"]) == ("resolved", "cdi-dh")
    refusal = await call("principal@cdi-lh", "POST", f"/v1/clues/{lh['id']}/approve-disposition")
    assert refusal.json()["route"]["unit"] == "cdi-dh"


async def test_further_letters_of_the_same_commissions_are_bound_like_the_first(
    unlike: Any, resources: Resources
) -> None:
    keys = ("dh", "xs", "dh", "xs", "dh", "xs")
    first, second, third, told, fifth, last = [
        await unlike(number, f"officer@pet-{key}") for number, key in enumerate(keys)
    ]
    one = UUID(first["id"])
    await meet(resources, second, first)
    await meet(resources, third, second)
    assert await bound(resources) == dict.fromkeys(ids_of(first, second, third), one)
    await meet(resources, told, first, bound=[])
    await meet(resources, fifth, told)
    apart = dict.fromkeys(ids_of(told, fifth), UUID(told["id"]))
    assert await bound(resources) == {**dict.fromkeys(ids_of(first, second, third), one), **apart}
    await meet(resources, last, first, told)
    assert await bound(resources) == dict.fromkeys(ids_of(first, second, third, told, fifth, last), one)


def ids_of(*clues: Any) -> list[UUID]:
    return [UUID(clue["id"]) for clue in clues]


async def bound(resources: Resources) -> dict[UUID, UUID]:
    """Clue → what binds it, of the one alert there is."""
    async with resources.database.sessions() as session:
        rows = (await session.execute(text("select alert_id, clue_id, bound_by from overlap_alert_clue"))).all()
    assert len({row.alert_id for row in rows}) == 1
    return {row.clue_id: row.bound_by for row in rows}


async def test_a_vote_that_they_differ_frees_everybody(
    call: Any, unlike: Any, bring: Any, resources: Resources
) -> None:
    dh, xs = await unlike(1), await unlike(2, "officer@pet-xs")
    await meet(resources, xs, dh)
    for clue in (dh, xs):
        await bring(clue, "proposed")
    assert [await refused(call, clue) for clue in (dh, xs)] == [False, True]
    (alert,) = (await call("supervisor@cmo-dh", "GET", "/v1/overlap-alerts")).json()["items"]
    for key in ("dh", "xs"):
        await call(
            f"supervisor@cmo-{key}", "POST", f"/v1/overlap-alerts/{alert['id']}/resolve", {"outcome": "not_same"}
        )
    assert not await refused(call, xs)


async def test_the_leader_of_the_common_superior_assigns_the_lead_across_commissions(
    call: Any, unlike: Any, bring: Any, resources: Resources
) -> None:
    dh, xs = await unlike(1), await unlike(2, "officer@pet-xs")
    await meet(resources, xs, dh)
    for clue in (dh, xs):
        await bring(clue, "proposed")
    assert not await refused(call, dh)
    (alert,) = (await call("supervisor@cmo-dh", "GET", "/v1/overlap-alerts")).json()["items"]
    for key in ("dh", "xs"):
        await call(f"supervisor@cmo-{key}", "POST", f"/v1/overlap-alerts/{alert['id']}/resolve", {"outcome": "linked"})
    matter_id = (await call("officer@pet-dh", "GET", f"/v1/clues/{dh['id']}")).json()["matter_id"]
    shown = (await call("supervisor@cmo-xs", "GET", f"/v1/matters/{matter_id}")).json()
    assert ([one["clue_id"] for one in shown["clues"]], shown["commissions"]) == ([xs["id"]], ["cdi-dh", "cdi-xs"])
    assert dh["id"] not in str((await call("supervisor@cmo-xs", "GET", f"/v1/matters/{matter_id}/history")).json())
    path = f"/v1/matters/{matter_id}/assign-lead"
    body = {"lead_unit": "cdi-xs", "reason": "r"}
    assert (await call("leader@cdi-xs", "POST", path, body)).status_code == 403
    answer = await call("leader@cdi-xn", "POST", path, body)
    assert (answer.status_code, answer.json()["lead"]["commission"], answer.json()["clues"]) == (200, "cdi-xs", [])
    assert not await refused(call, xs)
    for verb, more in (("merge", {"matter_id": dh["id"]}), ("split", {"clue_ids": [dh["id"]]})):
        answer = await call("supervisor@cmo-dh", "POST", f"/v1/matters/{matter_id}/{verb}", {**more, "reason": "r"})
        assert (answer.status_code, answer.json()["code"]) == (403, "matter_not_wholly_visible")
