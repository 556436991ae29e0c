"""A difficulty that inspection-service refers convenes one consultation, which goes its ordinary way."""

import asyncio
from typing import Any

DIFFICULTY = {
    "origin_ref": "difficulty:00000000-0000-7000-8000-000000000001",
    "topic": "两家单位对管辖有不同意见",
    "convener_unit": "sup1-xn",
    "units": ["sup1-xn", "inv1-xn"],
}


async def refer(call: Any, acting: str | None = "raiser", sub: str = "svc:inspection-service", **more: Any) -> Any:
    headers = {"Heli-Acting-Sub": acting} if acting else {}
    return await call(
        "service@", "POST", "/v1/consultation-referrals", {**DIFFICULTY, **more}, sub=sub, headers=headers
    )


async def test_it_convenes_once_however_often_and_at_once_it_is_asked(call: Any, harness: Any, city: None) -> None:
    answers = await asyncio.gather(*(refer(call) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    (event,) = await harness.staged_events("clue.consultation.")
    assert (event.type, event.data["participant_units"]) == ("clue.consultation.submitted.v1", ["inv1-xn", "sup1-xn"])
    assert "管辖" not in str(event.data)


async def test_the_leader_approves_it_before_anybody_is_invited(call: Any, city: None) -> None:
    made = (await refer(call)).json()
    path = f"/v1/consultations/{made['id']}"
    seen = (await call("leader@cdi-xn", "GET", path)).json()
    assert (seen["kind"], seen["state"], seen["origin_ref"]) == ("difficulty", "submitted", DIFFICULTY["origin_ref"])
    assert (await call("handler@inv1-xn", "GET", path)).status_code == 404
    assert (await call("leader@cdi-xn", "POST", f"{path}/approve", {})).json()["state"] == "approved"
    again = await refer(call)
    assert (again.status_code, again.json()) == (200, {"id": made["id"], "state": "approved", "version": 2})
    await call("handler@sup1-xn", "POST", f"{path}/schedule", {"opinions_due_on": "2026-12-31"})
    assert (await call("handler@inv1-xn", "GET", path)).status_code == 200


async def test_a_unit_alone_deliberates_with_its_commission(call: Any, city: None) -> None:
    made = (await refer(call, units=[])).json()
    seen = (await call("handler@sup1-xn", "GET", f"/v1/consultations/{made['id']}")).json()
    assert [one["unit"] for one in seen["participants"]] == ["cdi-xn", "sup1-xn"]


async def test_nobody_else_may_refer_and_unknown_units_are_named(call: Any, city: None) -> None:
    assert (await refer(call, sub="svc:personnel-pool-service")).status_code == 403
    assert (await refer(call, acting=None)).status_code == 403
    assert (await call("leader@cdi-xn", "POST", "/v1/consultation-referrals", DIFFICULTY)).status_code == 403
    refused = await refer(call, units=["nowhere"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/units/0")
    assert (await refer(call, origin_ref="x:1")).status_code == 422
