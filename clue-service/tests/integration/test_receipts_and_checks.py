"""Sealed receipts hold no content; integrity checks answer services only."""

from typing import Any
from uuid import uuid4


async def test_a_receipt_holds_dates_channel_and_courier(call: Any) -> None:
    body = {"received_on": "2026-11-20", "channel": "letter", "courier": "C-7"}
    answer = await call("officer@pet-dh", "POST", "/v1/sealed-receipts", body)
    assert answer.status_code == 201
    receipt = answer.json()
    assert (receipt["commission"], receipt["due_at"]) == ("cdi-dh", "2026-11-27T15:59:59Z")
    path = answer.headers["location"]
    assert (await call("supervisor@cmo-dh", "GET", path)).json() == receipt
    assert (await call("supervisor@cmo-xs", "GET", path)).status_code == 404
    assert (await call("supervisor@cmo-xs", "GET", "/v1/sealed-receipts")).json()["items"] == []
    assert len((await call("supervisor@cmo-dh", "GET", "/v1/sealed-receipts")).json()["items"]) == 1


async def test_a_receipt_has_no_room_for_more(call: Any) -> None:
    for change in (
        {"subject": "某"},
        {"text": "内容"},
        {"courier": "a sentence about somebody"},
        {"received_on": "2027-01-01"},
        {"channel": None},
    ):
        body = {"received_on": "2026-11-20", "channel": "letter", **change}
        assert (await call("officer@pet-dh", "POST", "/v1/sealed-receipts", body)).status_code == 422, change


async def test_a_report_that_went_up_is_owed_no_more(call: Any) -> None:
    body = {"received_on": "2026-11-20", "channel": "letter"}
    paths = [(await call("officer@pet-dh", "POST", "/v1/sealed-receipts", body)).headers["location"] for _ in range(2)]
    sent = {"sent_on": "2026-11-23", "courier": "C-7"}
    assert (await call("supervisor@cmo-xs", "POST", f"{paths[0]}/send", sent)).status_code == 404
    for day, code in (("2026-11-24", "in_the_future"), ("2026-11-19", "sent_before_receipt")):
        wrong = await call("officer@pet-dh", "POST", f"{paths[0]}/send", {"sent_on": day})
        assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, code)
    answer = await call("supervisor@cmo-dh", "POST", f"{paths[0]}/send", sent)
    assert (answer.status_code, answer.json()["sent_on"], answer.json()["courier"]) == (200, "2026-11-23", "C-7")
    again = await call("supervisor@cmo-dh", "POST", f"{paths[0]}/send", sent)
    assert (again.status_code, again.json()["state"]) == (409, "sent")
    for query, path in (("true", paths[0]), ("false", paths[1])):
        items = (await call("officer@pet-dh", "GET", f"/v1/sealed-receipts?sent={query}")).json()["items"]
        assert [f"/v1/sealed-receipts/{one['id']}" for one in items] == [path]


async def test_only_the_offices_record_receipts(call: Any) -> None:
    body = {"received_on": "2026-11-20", "channel": "letter"}
    assert (await call("handler@inv1-dh", "POST", "/v1/sealed-receipts", body)).status_code == 403
    assert (await call("officer@inv1-dh", "POST", "/v1/sealed-receipts", body)).status_code == 403


async def test_the_pool_learns_whether_a_cadre_is_a_subject(call: Any, register: Any, bring: Any) -> None:
    clue = await register("officer@pet-dh", subjects=[{"name": "甲乙", "unit_name": "市住建局"}])
    await register("officer@pet-dh", origin_ref="p:1", subjects=[{"person_code": "P-7"}])
    await register("officer@pet-dh", subjects=[{"name": "丙丁", "unit_code": "su-housing"}], overlap_policy="silent")
    cadres = [
        {"cadre_id": str(uuid4()), "name": "甲乙", "unit_codes": ["su-health", "su-housing"]},
        {"cadre_id": str(uuid4()), "name": "甲乙", "unit_codes": ["su-health"]},
        {"cadre_id": str(uuid4()), "person_code": "P-7"},
        {"cadre_id": str(uuid4()), "name": "丙丁", "unit_codes": ["su-housing"]},
        {"cadre_id": str(uuid4()), "name": "戊己", "unit_codes": ["su-housing"]},
    ]

    async def verdicts() -> list[bool]:
        sub = "svc:personnel-pool-service"
        answer = await call("service@", "POST", "/v1/integrity-checks", {"cadres": cadres}, sub=sub)
        assert answer.status_code == 200, answer.text
        assert [one["cadre_id"] for one in answer.json()["items"]] == [one["cadre_id"] for one in cadres]
        return [one["open_clue"] for one in answer.json()["items"]]

    assert await verdicts() == [True, False, True, False, False]
    await bring(clue, "approved", method="closed")
    assert await verdicts() == [False, False, True, False, False]


async def test_nobody_else_may_ask(call: Any) -> None:
    body: dict[str, Any] = {"cadres": []}
    assert (await call("supervisor@cmo-dh", "POST", "/v1/integrity-checks", body)).status_code == 403
    for sub in ("svc:notification-service", "svc:clue-service"):
        assert (await call("service@", "POST", "/v1/integrity-checks", body, sub=sub)).status_code == 403
