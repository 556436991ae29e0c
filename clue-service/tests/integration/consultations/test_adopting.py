"""An overlap that the votes do not settle is resolved as the consultation about it concluded."""

import asyncio
from typing import Any

import pytest
from contracts.clue import OverlapAlertDetected

CONVENER, APPROVER = "supervisor@cmo-xn", "principal@cdi-xn"
KEYS = ("dh", "lh", "xs")
UNITS = [f"cdi-{key}" for key in KEYS]


@pytest.fixture
def overlap(call: Any, harness: Any, register: Any, matter: Any) -> Any:
    """``await overlap()`` → the alert of three commissions, and the consultation that was convened."""

    async def make() -> tuple[Any, Any]:
        for key, form in zip(KEYS, matter, strict=True):
            await register(f"officer@pet-{key}", form)
        for event in await harness.staged_events("clue.overlap_alert.detected"):
            await harness.deliver(OverlapAlertDetected.model_validate(event.data))
        (alert,) = (await call("supervisor@cmo-dh", "GET", "/v1/overlap-alerts")).json()["items"]
        (item,) = (await call(CONVENER, "GET", "/v1/consultations")).json()["items"]
        return alert, item

    return make


@pytest.fixture
def conclude(act: Any) -> Any:
    """``await conclude(item, lead)`` → the consultation, its conclusion approved."""

    async def go(item: Any, lead: str | None) -> Any:
        for key in KEYS:
            await act(f"supervisor@cmo-{key}", item, "give-opinion", {"position": "agree", "text": "t"})
        await act(CONVENER, item, "hold", {"held_on": "2026-11-23", "attended": UNITS, "minutes": "m"})
        for key in KEYS:
            await act(f"supervisor@cmo-{key}", item, "sign-minutes")
        body = {"conclusion": "c", "lead_unit": lead, "actions": []}
        await act(CONVENER, item, "conclude", {name: value for name, value in body.items() if value is not None})
        return await act(APPROVER, item, "approve-conclusion")

    return go


def adopt(call: Any, alert: Any, outcome: str, who: str = "supervisor@cmo-dh") -> Any:
    return call(who, "POST", f"/v1/overlap-alerts/{alert['id']}/adopt-conclusion", {"outcome": outcome})


async def test_a_conclusion_that_names_a_lead_designates_it(
    call: Any, overlap: Any, conclude: Any, harness: Any
) -> None:
    alert, item = await overlap()
    early = await adopt(call, alert, "lead_designated")
    assert (early.status_code, early.json()["code"], early.json()["state"]) == (409, "nothing_concluded", "scheduled")
    await conclude(item, "cdi-xs")
    wrong = await adopt(call, alert, "not_same")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "not_as_concluded")
    assert (await adopt(call, alert, "lead_designated", "supervisor@cmo-xn")).status_code in (403, 404)
    done = (await adopt(call, alert, "lead_designated")).json()
    assert (done["state"], done["outcome"], done["lead_unit"]) == ("resolved", "lead_designated", "cdi-xs")
    again = await adopt(call, alert, "lead_designated")
    assert (again.status_code, again.json()["allowed_moves"]) == (409, ["acknowledge"])
    (event,) = await harness.staged_events("clue.overlap_alert.resolved")
    assert event.data["lead_commission"] == "cdi-xs"


async def test_a_rival_is_told_the_joint_route_then(call: Any, overlap: Any, conclude: Any) -> None:
    alert, item = await overlap()
    await conclude(item, "cdi-xs")
    await adopt(call, alert, "lead_designated")
    (clue_id,) = (await call("supervisor@cmo-dh", "GET", f"/v1/overlap-alerts/{alert['id']}")).json()["own_clues"]
    path = f"/v1/clues/{clue_id}"
    await call("supervisor@cmo-dh", "POST", f"{path}/accept")
    await call(
        "supervisor@cmo-dh", "POST", f"{path}/assign", {"lead_unit": "inv1-dh", "approved_by": "principal@cdi-dh"}
    )
    proposal = {"method": "talk_inquiry", "reason": "r"}
    refused = (await call("handler@inv1-dh", "POST", f"{path}/propose-disposition", proposal)).json()
    assert refused["code"] == "matter_led_elsewhere"
    assert refused["route"] == {"kind": "joint", "unit": "cdi-xs", "contact": "line-xs"}


async def test_votes_conclusion_and_superior_at_once_resolve_it_once(
    call: Any, overlap: Any, conclude: Any, harness: Any
) -> None:
    alert, item = await overlap()
    await conclude(item, None)
    path = f"/v1/overlap-alerts/{alert['id']}"
    answers = await asyncio.gather(
        *(adopt(call, alert, "linked", f"supervisor@cmo-{key}") for key in KEYS),
        *(call(f"supervisor@cmo-{key}", "POST", f"{path}/resolve", {"outcome": "not_same"}) for key in KEYS),
        call("leader@cdi-xn", "POST", f"{path}/resolve", {"outcome": "not_same"}),
        *(call(f"officer@pet-{key}", "POST", f"{path}/acknowledge") for key in KEYS),
    )
    assert {answer.status_code for answer in answers} <= {200, 409}
    (event,) = await harness.staged_events("clue.overlap_alert.resolved")
    seen = (await call("supervisor@cmo-dh", "GET", path)).json()
    assert (seen["state"], seen["outcome"]) == ("resolved", event.data["outcome"])
    assert all(one["acknowledged_at"] for one in seen["commissions"])
