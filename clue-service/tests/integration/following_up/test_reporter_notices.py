"""Real-name reporters are told within fifteen working days: once each, never of a repeat, never the anonymous."""

import asyncio
from typing import Any

import pytest
from contracts.registry import BY_TYPE

OFFICER, SUPERVISOR = "officer@pet-xn", "supervisor@cmo-xn"
REPORTER = {"identity_type": "real_name", "name": "申䶮", "contact": "139䶮"}
PATH = "/v1/reporter-notices"
GIVEN = {"method": "letter", "given_on": "2026-11-23"}


async def notices(call: Any, who: str = OFFICER, query: str = "") -> list[Any]:
    return list((await call(who, "GET", f"{PATH}{query}")).json()["items"])


async def give(call: Any, notice: Any, who: str = OFFICER, expect: int = 200) -> Any:
    answer = await call(who, "POST", f"{PATH}/{notice['id']}/give", GIVEN)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def test_a_real_name_report_is_owed_its_acceptance_once(
    call: Any, register: Any, follow: Any, harness: Any
) -> None:
    clue = await register(OFFICER, reporter=REPORTER)
    await follow(times=6)
    (notice,) = await notices(call)
    assert (notice["kind"], notice["state"], notice["clue_no"]) == ("acceptance", "owed", clue["clue_no"])
    assert notice["due_at"] == "2026-12-11T15:59:59Z", "fifteen working days from receipt on 20 November"
    assert (await give(call, notice, expect=409))["code"] == "not_accepted_yet"
    await call(SUPERVISOR, "POST", f"/v1/clues/{clue['id']}/accept")
    path = f"{PATH}/{notice['id']}/give"
    answers = await asyncio.gather(*(call(OFFICER, "POST", path, GIVEN) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    await follow(times=3)
    assert [(one["kind"], one["state"]) for one in await notices(call)] == [("acceptance", "given")]
    events = await harness.staged_events("clue.reporter_notice.")
    assert [event.type.split(".")[2] for event in events] == ["owed", "given"]
    told = "".join(str(event.data) for event in events) + "".join(answer.text for answer in answers)
    assert "䶮" not in told


@pytest.mark.parametrize("reporter", [None, {"identity_type": "anonymous"}])
async def test_nothing_is_owed_to_the_anonymous(call: Any, register: Any, follow: Any, reporter: Any) -> None:
    clue = await register(OFFICER, **({"reporter": reporter} if reporter else {}))
    await call(SUPERVISOR, "POST", f"/v1/clues/{clue['id']}/accept")
    await follow()
    assert await notices(call) == []


@pytest.mark.parametrize("heard_first", [True, False])
async def test_nobody_is_told_of_a_repeat_until_it_is_none(
    call: Any, register: Any, follow: Any, heard_first: bool
) -> None:
    first = await register(OFFICER, origin_ref="x:1")
    repeat = await register(OFFICER, origin_ref="x:2", reporter=REPORTER)
    if heard_first:
        await follow()
        assert [one["state"] for one in await notices(call)] == ["owed"]
    body = {"first_clue_id": first["id"]}
    await call(SUPERVISOR, "POST", f"/v1/clues/{repeat['id']}/retain-as-repeat", body)
    await follow()
    assert [one["state"] for one in await notices(call)] == (["not_owed"] if heard_first else [])
    for one in await notices(call):
        await give(call, one, expect=409)
    await call(SUPERVISOR, "POST", f"/v1/clues/{repeat['id']}/return", {"reason": "r"})
    await follow()
    assert [(one["kind"], one["state"]) for one in await notices(call)] == [("acceptance", "owed")]


async def test_an_older_event_changes_nothing(call: Any, register: Any, follow: Any, harness: Any) -> None:
    first = await register(OFFICER, origin_ref="x:1")
    repeat = await register(OFFICER, origin_ref="x:2", reporter=REPORTER)
    await follow()
    body = {"first_clue_id": first["id"]}
    await call(SUPERVISOR, "POST", f"/v1/clues/{repeat['id']}/retain-as-repeat", body)
    await follow()
    for staged in await harness.staged_events("clue.clue."):
        if staged.type in harness.handlers:
            await harness.deliver(BY_TYPE[staged.type].model_validate(staged.data), version=staged.version)
    assert [one["state"] for one in await notices(call)] == ["not_owed"]


async def test_a_result_is_owed_from_its_conclusion_and_not_while_the_clue_goes_on(
    call: Any, register: Any, bring: Any, follow: Any
) -> None:
    clue = await register(OFFICER, reporter=REPORTER)
    await bring(clue, "approved")
    await call("handler@inv1-xn", "POST", f"/v1/clues/{clue['id']}/record-result", {"outcome": "first_form"})
    await follow(times=3)
    found = {one["kind"]: one for one in await notices(call)}
    assert found["result"]["state"] == "owed"
    assert found["result"]["due_at"] == "2026-12-14T15:59:59Z"
    await call(SUPERVISOR, "POST", f"/v1/clues/{clue['id']}/reopen", {"reason": "r"})
    await follow()
    found = {one["kind"]: one for one in await notices(call)}
    assert found["result"]["state"] == "not_owed"


async def test_only_the_office_of_the_commission_meets_them(call: Any, register: Any, bring: Any, follow: Any) -> None:
    clue = await register(OFFICER, reporter=REPORTER)
    await bring(clue, "assigned")
    await follow()
    (notice,) = await notices(call)
    for who in ("officer@pet-dh", "handler@inv1-xn", "principal@cdi-xn", "service@", "admin@"):
        assert await notices(call, who) == [], who
        assert (await call(who, "GET", f"{PATH}/{notice['id']}")).status_code == 404, who
    given = await give(call, notice)
    assert (given["method"], given["given_on"], given["allowed_moves"]) == ("letter", "2026-11-23", ["note-objection"])
    noted = (await call(OFFICER, "POST", f"{PATH}/{notice['id']}/note-objection")).json()
    assert noted["objections"] == 1


async def test_a_late_notice_shows(call: Any, register: Any, follow: Any, clock: Any) -> None:
    await register(OFFICER, reporter=REPORTER)
    await follow()
    clock.advance(days=19)
    assert [one["is_overdue"] for one in await notices(call)] == [True]


async def test_a_clue_is_archived_once_its_reporter_was_told(call: Any, register: Any, bring: Any, follow: Any) -> None:
    clue = await bring(await register(OFFICER, reporter=REPORTER), "approved", method="closed")
    await follow()
    path = f"/v1/clues/{clue['id']}/archive"
    refused = await call(SUPERVISOR, "POST", path)
    assert (refused.status_code, refused.json()["owed"]) == (409, ["acceptance", "result"])
    assert "archive" not in refused.json()["allowed_moves"]
    for notice in await notices(call):
        await give(call, notice)
    assert (await call(SUPERVISOR, "POST", path)).json()["status"] == "archived"
