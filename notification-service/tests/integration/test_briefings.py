"""From a draft to the last acknowledgement, over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from chassis.testing.harness import Harness
from notification_service.briefings.telling import escalate_briefings, open_recipients
from notification_service.deadlines.service import show_lights
from sqlalchemy import text

Headers = Callable[..., dict[str, str]]
Call = Callable[..., Awaitable[httpx2.Response]]

DRAFT: dict[str, Any] = {
    "kind": "petition_situation",
    "title": "三季度信访情况",
    "text": "本季度受理情况如下。",
    "period_from": "2026-07-01",
    "period_to": "2026-09-30",
    "scope_units": ["su-1"],
    "recipients": [{"person": "handler-inv"}, {"unit": "dg-1"}, {"role": "handler", "unit": "sup1-a"}],
    "ack_due_on": "2026-11-30",
}
WHO = {
    "petition-a": ("pet-a", "intake_officer"),
    "chief-a": ("cdi-a", "principal_leader"),
    "handler-inv": ("inv-a", "handler"),
    "handler-linked": ("sup1-a", "handler"),
    "handler-group": ("dg-1", "handler"),
    "handler-other": ("sup2-a", "handler"),
    "head-inv": ("inv-a", "leader"),
    "cmo-b": ("cmo-b", "case_supervisor"),
    "admin": ("cdi-a", "platform_admin"),
}


@pytest.fixture
def call(client: httpx2.AsyncClient, headers: Headers, city: Harness) -> Call:
    """``await call("chief-a", "POST", "/v1/briefings/…", {…})``."""

    async def ask(
        sub: str, method: str, path: str, body: Any = None, *, clearance: str = "internal", **more: str
    ) -> httpx2.Response:
        unit, role = WHO[sub]
        who = {**headers(sub, unit, role, clearance=clearance), **more}
        return await client.request(method, path, json=body, headers=who)

    return ask


async def draft(call: Call, **changes: Any) -> str:
    answer = await call("petition-a", "POST", "/v1/briefings", {**DRAFT, **changes})
    assert answer.status_code == 201, answer.text
    return f"/v1/briefings/{answer.json()['id']}"


async def issue(call: Call, **changes: Any) -> str:
    path = await draft(call, **changes)
    assert (await call("chief-a", "POST", f"{path}/review")).status_code == 200
    answer = await call("petition-a", "POST", f"{path}/issue")
    assert (answer.status_code, answer.json()["state"]) == (200, "issued"), answer.text
    return path


async def acknowledge(call: Call, sub: str, path: str, edition: int = 1) -> httpx2.Response:
    return await call(sub, "POST", f"{path}/acknowledge", {"edition": edition})


async def test_recipients_are_told_read_and_acknowledge(call: Call, city: Harness, told: Any, inbox: Any) -> None:
    path = await issue(call)
    assert await told() == {sub: ["briefing_issued"] for sub in ("handler-inv", "handler-linked", "handler-group")}
    (notice,) = await inbox("handler-group")
    assert (notice["link"], notice["unit"], notice["due_at"]) == (path, "dg-1", "2026-11-30T15:59:59Z")
    assert notice["title"] == "A briefing is for you to read and acknowledge"
    for sub in ("handler-inv", "handler-linked", "handler-group"):
        seen = (await call(sub, "GET", path)).json()
        assert (seen["title"], seen["text"], seen["my_parts"]) == (DRAFT["title"], DRAFT["text"], ["recipient"])
        assert seen["allowed_moves"] == ["acknowledge"]
        assert {seen[name] for name in ("recipients", "recipient_count", "open_count", "drafted_by")} == {None}
        done = (await acknowledge(call, sub, path)).json()
        assert (done["allowed_moves"], done["acknowledged_at"] is None) == ([], False)
    events = await city.staged_events("notification.briefing")
    assert [(one.type.split(".")[2], one.data["open_count"], one.version) for one in events] == [
        ("issued", 3, 3), ("acknowledged", 2, 4), ("acknowledged", 1, 5), ("acknowledged", 0, 6)
    ]  # fmt: skip
    assert events[0].data["recipient_units"] == ["dg-1", "inv-a", "sup1-a"]
    assert [one.data["acknowledged_by"] for one in events[1:]] == ["inv-a", "sup1-a", "dg-1"]
    assert {one.headers["heli-commission"] for one in events} == {"cdi-a"}
    assert (await call("petition-a", "GET", path)).json()["open_count"] == 0
    assert (await call("petition-a", "POST", f"{path}/archive")).json()["state"] == "archived"


async def test_nobody_else_knows_that_there_is_one(call: Call, city: Harness) -> None:
    path = await issue(call)
    for sub in ("handler-other", "cmo-b", "admin", "head-inv"):
        assert (await call(sub, "GET", path)).status_code == 404, sub
        assert (await call(sub, "GET", f"{path}/recipients")).status_code == 404, sub
        assert (await acknowledge(call, sub, path)).status_code == 404, sub
        assert (await call(sub, "GET", "/v1/briefings")).json()["items"] == [], sub
    before = await draft(call)
    assert (await call("handler-inv", "GET", before)).status_code == 404, "nothing is out before it is issued"
    assert (await call("handler-inv", "GET", f"{path}/recipients")).json()["code"] == "briefing_part_required"


async def test_who_has_acknowledged_and_who_has_not(call: Call, city: Harness) -> None:
    path = await issue(call)
    await acknowledge(call, "handler-group", path)
    rows = (await call("petition-a", "GET", f"{path}/recipients")).json()["items"]
    assert {(one["sub"], one["unit"], one["origin"], one["has_acknowledged"]) for one in rows} == {
        ("handler-inv", "inv-a", "person", False),
        (None, "dg-1", "unit", True),
        ("handler-linked", "sup1-a", "role", False),
    }
    open_ones = await call("petition-a", "GET", f"{path}/recipients?acknowledged=false&limit=1")
    rest = await call(
        "petition-a", "GET", f"{path}/recipients?acknowledged=false&cursor={open_ones.json()['next_cursor']}"
    )
    found = [*open_ones.json()["items"], *rest.json()["items"]]
    assert {one["sub"] for one in found} == {"handler-inv", "handler-linked"}
    refused = await call("petition-a", "POST", f"{path}/archive")
    assert (refused.status_code, refused.json()["code"]) == (409, "briefing_still_open")
    assert refused.json()["open_count"] == 2


async def test_a_correction_asks_everybody_anew(call: Call, city: Harness, told: Any) -> None:
    path = await issue(call)
    await acknowledge(call, "handler-inv", path)
    await city.add_principal("handler-new", "sup1-a", "handler")
    wrong = await call("petition-a", "POST", f"{path}/correct", {"title": "a", "text": "b", "reason": "c"})
    assert wrong.json()["code"] == "briefing_part_required"
    corrected = await call(
        "chief-a", "POST", f"{path}/correct", {"title": "更正后", "text": "更正后的数字", "reason": "数字有误"}
    )
    assert (corrected.status_code, corrected.json()["edition"], corrected.json()["open_count"]) == (200, 2, 4)
    assert (await told())["handler-inv"] == ["briefing_corrected", "briefing_issued"]
    seen = (await call("handler-inv", "GET", path)).json()
    assert (seen["text"], seen["correction_reason"], seen["allowed_moves"], seen["acknowledged_at"]) == (
        "更正后的数字", "数字有误", ["acknowledge"], None
    )  # fmt: skip
    stale = await acknowledge(call, "handler-inv", path, 1)
    assert (stale.status_code, stale.json()["code"], stale.json()["edition"]) == (409, "other_edition", 2)
    assert (await acknowledge(call, "handler-inv", path, 2)).status_code == 200
    rows = (await call("petition-a", "GET", f"{path}/recipients")).json()["items"]
    assert {one["sub"]: one["acknowledged_edition"] for one in rows} == {
        "handler-inv": 2, None: 0, "handler-linked": 0, "handler-new": 0
    }  # fmt: skip


async def test_a_correction_goes_out_though_somebody_has_left(call: Call, city: Harness) -> None:
    path = await issue(call)
    async with city.resources.database.sessions.begin() as session:
        await session.execute(text("update principal_copy set unit = null where sub = 'handler-inv'"))
        await session.execute(text("update principal_copy set roles = '[]' where sub = 'handler-linked'"))
    body = {"title": "二", "text": "二", "reason": "二"}
    assert (await call("chief-a", "POST", f"{path}/correct", body)).json()["recipient_count"] == 1
    assert (await call("handler-inv", "GET", path)).status_code == 404
    assert (await call("handler-group", "GET", path)).json()["text"] == "二"


async def test_an_acknowledgement_and_a_correction_at_once_agree_on_the_edition(call: Call, city: Harness) -> None:
    """Whichever comes first, nobody counts as having read what they have not."""
    path = await issue(call)
    body = {"title": "二", "text": "二", "reason": "二"}
    answers = await asyncio.gather(
        *(acknowledge(call, sub, path) for sub in ("handler-inv", "handler-linked", "handler-group")),
        call("chief-a", "POST", f"{path}/correct", body),
    )
    assert {one.status_code for one in answers} <= {200, 409}
    assert (await call("petition-a", "GET", path)).json()["open_count"] == 3


async def test_two_of_a_unit_at_once_acknowledge_once(call: Call, city: Harness) -> None:
    WHO["second-group"] = ("dg-1", "leader")
    path = await issue(call)
    answers = await asyncio.gather(*(acknowledge(call, sub, path) for sub in ("handler-group", "second-group") * 2))
    assert {one.status_code for one in answers} == {200}
    assert len(await city.staged_events("notification.briefing.acknowledged")) == 1


async def test_what_is_withdrawn_is_no_longer_read_and_nothing_is_owed(call: Call, city: Harness, told: Any) -> None:
    path = await issue(call)
    answer = await call("chief-a", "POST", f"{path}/withdraw", {"reason": "发布有误"})
    assert answer.json()["state"] == "recalled"
    seen = (await call("handler-inv", "GET", path)).json()
    assert (seen["title"], seen["text"], seen["recall_reason"]) == (None, None, "发布有误")
    assert (await call("petition-a", "GET", path)).json()["text"] == DRAFT["text"], "its issuers keep it"
    assert (await acknowledge(call, "handler-inv", path)).json()["code"] == "move_refused"
    assert (await told())["handler-inv"] == ["briefing_recalled", "briefing_issued"]
    city.resources.clock.advance(days=30)  # type: ignore[attr-defined]  # the test's clock can be moved
    assert await show_lights(city.resources, {"briefing": open_recipients}) == 0
    assert await escalate_briefings(city.resources) == 0
    assert (await call("petition-a", "POST", f"{path}/archive")).json()["state"] == "archived"
    assert (await call("handler-inv", "GET", path)).json()["text"] is None, "nor once it is put away"


async def test_only_who_has_not_acknowledged_is_reminded_once_a_day(call: Call, city: Harness, told: Any) -> None:
    path = await issue(call)
    await acknowledge(call, "handler-inv", path)
    clock: Any = city.resources.clock
    clock.advance(days=6)
    for _ in range(2):
        await show_lights(city.resources, {"briefing": open_recipients})
    clock.advance(days=2)
    await show_lights(city.resources, {"briefing": open_recipients})
    held = await told()
    assert held["handler-inv"] == ["briefing_issued"]
    for sub in ("handler-linked", "handler-group"):
        assert held[sub] == ["deadline_red", "deadline_yellow", "briefing_issued"], sub
    for sub in ("handler-linked", "handler-group"):
        await acknowledge(call, sub, path)
    clock.advance(days=1)
    assert await show_lights(city.resources, {"briefing": open_recipients}) == 0


async def test_leaders_hear_once_who_has_not_acknowledged_but_not_what(call: Call, city: Harness, told: Any) -> None:
    await city.add_principal("head-inv", "inv-a", "leader")
    path = await issue(call)
    await acknowledge(call, "handler-linked", path)
    clock: Any = city.resources.clock
    clock.advance(days=7)
    assert await escalate_briefings(city.resources) == 0, "not on the day it is due"
    clock.advance(days=1)
    assert sum(await asyncio.gather(*(escalate_briefings(city.resources) for _ in range(3)))) == 1
    assert "briefing_escalated" in (await told())["chief-a"]
    seen = (await call("head-inv", "GET", path)).json()
    assert (seen["my_parts"], seen["title"], seen["text"], seen["open_count"]) == (["overseer"], None, None, None)
    rows = (await call("head-inv", "GET", f"{path}/recipients")).json()["items"]
    assert [(one["sub"], one["has_acknowledged"]) for one in rows] == [("handler-inv", False)]
    assert [one["title"] for one in (await call("head-inv", "GET", "/v1/briefings?box=overseen")).json()["items"]] == [
        None
    ]
    (event,) = await city.staged_events("notification.briefing.escalated")
    assert event.data["escalated_units"] == ["dg-1", "inv-a"]
    await acknowledge(call, "handler-inv", path)
    assert (await call("head-inv", "GET", path)).status_code == 404, "nobody of theirs owes anything"


async def test_who_drafted_it_does_not_review_it(call: Call, city: Harness) -> None:
    answer = await call("chief-a", "POST", "/v1/briefings", {**DRAFT, "kind": "public_exposure"})
    path = f"/v1/briefings/{answer.json()['id']}"
    assert (await call("chief-a", "POST", f"{path}/review")).json()["code"] == "own_briefing"
    theirs = await draft(call)
    refused = await call("petition-a", "POST", f"{theirs}/review")
    assert (refused.status_code, refused.json()["code"]) == (403, "briefing_part_required")
    assert refused.json()["my_parts"] == ["issuer"]
    assert (await call("petition-a", "POST", f"{theirs}/issue")).json()["code"] == "move_refused"


async def test_a_draft_is_revised_by_version_returned_and_given_up(call: Call, city: Harness) -> None:
    path = await draft(call)
    changed = {**DRAFT, "text": "改后", "recipients": [{"unit": "dg-1"}]}
    assert (await call("petition-a", "PUT", path, changed)).status_code == 428
    assert (await call("petition-a", "PUT", path, changed, **{"If-Match": '"9"'})).status_code == 412
    done = await call("petition-a", "PUT", path, changed, **{"If-Match": '"1"'})
    assert (done.status_code, done.json()["text"], done.json()["version"]) == (200, "改后", 2)
    assert (await call("chief-a", "POST", f"{path}/review")).json()["state"] == "reviewed"
    assert (await call("petition-a", "PUT", path, changed, **{"If-Match": '"3"'})).json()["code"] == "move_refused"
    assert (await call("petition-a", "POST", f"{path}/return")).json()["reviewed_by"] is None
    assert (await call("petition-a", "POST", f"{path}/discard")).json()["state"] == "discarded"
    assert (await call("chief-a", "POST", f"{path}/review")).json()["code"] == "move_refused"


BAD = [
    ({"recipients": [{"person": "nobody-knows"}]}, "/recipients/0/person", "unknown_person"),
    ({"recipients": [{"person": "cmo-far"}]}, "/recipients/0", "out_of_reach"),
    ({"recipients": [{"unit": "far"}]}, "/recipients/0", "out_of_reach"),
    ({"recipients": [{"role": "handler", "unit": "pet-a"}]}, "/recipients/0", "held_by_nobody"),
    ({"recipients": [{"unit": "no-such-unit"}]}, "/recipients/0/unit", "unknown_unit"),
    ({"recipients": [{}]}, "/recipients/0", "one_recipient"),
    ({"recipients": [{"person": "a", "unit": "dg-1"}]}, "/recipients/0", "one_recipient"),
    ({"recipients": [{"unit": "dg-1", "below": True}]}, "/recipients/0", "one_recipient"),
    ({"recipients": []}, "/recipients", None),
    ({"secrecy_level": "secret"}, "/secrecy_level", "above_own"),
    ({"ack_due_on": "2026-11-23"}, "/ack_due_on", "not_later"),
    ({"period_to": "2026-01-01"}, "", "period_reversed"),
    ({"text": ""}, "/text", None),
    ({"kind": "gossip"}, "/kind", None),
]


@pytest.mark.parametrize(("change", "pointer", "code"), BAD)
async def test_bad_drafts_are_refused_with_a_reason(
    call: Call, city: Harness, change: dict[str, Any], pointer: str, code: str | None
) -> None:
    await city.add_units({"code": "far", "unit_type": "cdi", "parent_code": None, "level": "city"})
    await city.add_principal("cmo-far", "far", "case_supervisor")
    answer = await call("petition-a", "POST", "/v1/briefings", {**DRAFT, **change})
    assert answer.status_code == 422, answer.text
    (error, *_) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert code is None or error["code"] == code


async def test_units_that_may_not_brief_are_told_what_they_may(call: Call, city: Harness) -> None:
    answer = await call("handler-other", "POST", "/v1/briefings", DRAFT)
    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_brief")
    assert answer.json()["kinds"] == ["case_analysis", "disposition_notice", "handling_progress"]
    assert (await call("admin", "POST", "/v1/briefings", DRAFT)).json()["code"] == "role_required"


async def test_a_secret_briefing_is_for_those_who_are_cleared(call: Call, city: Harness) -> None:
    secret = {**DRAFT, "secrecy_level": "confidential"}
    refused = await call("petition-a", "POST", "/v1/briefings", secret, clearance="confidential")
    assert [one["code"] for one in refused.json()["errors"]] == ["not_cleared", "held_by_nobody"]
    only_unit = {**secret, "recipients": [{"unit": "dg-1"}]}
    made = await call("petition-a", "POST", "/v1/briefings", only_unit, clearance="confidential")
    path = f"/v1/briefings/{made.json()['id']}"
    assert (await call("petition-a", "GET", path)).status_code == 404
    await call("chief-a", "POST", f"{path}/review", clearance="secret")
    await call("petition-a", "POST", f"{path}/issue", clearance="confidential")
    assert (await call("handler-group", "GET", path)).status_code == 404
    assert (await call("handler-group", "GET", path, clearance="confidential")).json()["text"] == DRAFT["text"]


async def test_lists_are_paged_by_box_and_state(call: Call, city: Harness) -> None:
    paths = [await issue(call) for _ in range(3)]
    await draft(call)
    got = (await call("handler-inv", "GET", "/v1/briefings?box=received&limit=2")).json()
    more = (await call("handler-inv", "GET", f"/v1/briefings?limit=2&cursor={got['next_cursor']}")).json()
    assert [f"/v1/briefings/{one['id']}" for one in got["items"] + more["items"]] == paths[::-1]
    drafts = (await call("petition-a", "GET", "/v1/briefings?box=issued&state=draft")).json()["items"]
    assert [one["state"] for one in drafts] == ["draft"]
    assert (await call("handler-inv", "GET", "/v1/briefings?box=issued")).json()["items"] == []


async def test_a_repeated_draft_is_one_briefing(call: Call, city: Harness) -> None:
    first = await call("petition-a", "POST", "/v1/briefings", DRAFT, **{"Idempotency-Key": "once"})
    again = await call("petition-a", "POST", "/v1/briefings", DRAFT, **{"Idempotency-Key": "once"})
    assert first.json()["id"] == again.json()["id"]
    assert again.status_code == 201
