"""Two overlapping sets that turn out to be one."""

from typing import Any
from uuid import UUID

from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.overlap_alerts.detection import report_overlap
from clue_service.overlap_alerts.domain import Party, Stage


async def test_a_clue_that_overlaps_with_two_sets_makes_them_one(
    call: Any, register: Any, bring: Any, resources: Resources, harness: Harness
) -> None:
    subjects = {"dh": "甲一", "xs": "乙二", "xn": "丙三", "lh": "丁四"}
    clues = {}
    for key, name in subjects.items():
        form = {"subjects": [{"name": name}], "allegations": [{"text": f"{name}的另一件事"}]}
        clues[key] = await register(f"officer@pet-{key}", **form)

    async def report(one: str, other: str) -> UUID:
        async with resources.transactions(SYSTEM) as uow:
            parties = [Party(UUID(clues[key]["id"]), f"cdi-{key}", Stage.REGISTERED) for key in (one, other)]
            return await report_overlap(uow, parties[0], parties[1:])

    first, second = await report("dh", "xs"), await report("xn", "lh")
    assert first != second
    await bring(clues["lh"], "approved")
    assert await report("xs", "xn") == first
    for key in subjects:
        (alert,) = (await call(f"supervisor@cmo-{key}", "GET", "/v1/overlap-alerts")).json()["items"]
        assert alert["id"] == str(first)
        assert [part["unit"] for part in alert["commissions"]] == ["cdi-dh", "cdi-lh", "cdi-xn", "cdi-xs"]
    old = (await call("supervisor@cmo-lh", "GET", f"/v1/overlap-alerts/{second}")).json()
    assert (old["state"], old["merged_into"]) == ("merged", str(first))
    refused = await call("supervisor@cmo-lh", "POST", f"/v1/overlap-alerts/{second}/acknowledge")
    assert (refused.status_code, refused.json()["allowed_moves"]) == (409, [])
    await bring(clues["dh"], "assigned")
    body = {"method": "talk_inquiry", "reason": "r"}
    led = await call("handler@inv1-dh", "POST", f"/v1/clues/{clues['dh']['id']}/propose-disposition", body)
    assert (led.status_code, led.json()["route"]["unit"]) == (409, "cdi-lh")
    joined = [event.data["joined"] for event in await harness.staged_events("clue.overlap_alert.detected")]
    assert joined == [["cdi-dh", "cdi-xs"], ["cdi-lh", "cdi-xn"], ["cdi-lh", "cdi-xn"]]
