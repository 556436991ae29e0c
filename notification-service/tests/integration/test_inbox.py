"""From an event to an inbox, and what a person may do with their own."""

from typing import Any
from uuid import uuid4

import httpx2
from chassis.identity import SYSTEM
from chassis.testing.harness import Harness

from contracts import clue, inspection, pool


async def test_an_alert_reaches_the_case_offices_of_all_commissions_and_nobody_else(
    city: Harness, told: Any, inbox: Any
) -> None:
    alert = clue.OverlapAlertDetected(alert_id=uuid4(), commissions=("cdi-a", "cdi-b"), state="detected")
    await city.deliver(alert, actor="petition-a")
    assert await told() == {
        "cmo-a": ["overlap_detected"], "petition-a": ["overlap_detected"], "cmo-b": ["overlap_detected"]
    }  # fmt: skip
    (notice,) = await inbox("cmo-b")
    assert (notice["item_type"], notice["item_id"]) == ("overlap_alert", str(alert.alert_id))
    assert notice["unit"] == "cdi-b"
    assert notice["link"] == f"/v1/overlap-alerts/{alert.alert_id}"
    assert set(notice) == {
        "id", "kind", "item_type", "item_id", "item_no", "unit", "due_at", "link", "title", "created_at", "read_at",
        "asks_acknowledgement", "acknowledged_at",
    }  # fmt: skip


async def test_the_outcome_reaches_linked_office_and_resident_group_but_not_its_recorder(
    city: Harness, told: Any, clue_event: Any
) -> None:
    result = clue_event(clue.ClueResultRecorded, lead_unit="inv-a")
    await city.deliver(result, actor="handler-linked")
    assert await told() == {
        "handler-group": ["result_recorded"], "cmo-a": ["result_recorded"], "petition-a": ["result_recorded"]
    }  # fmt: skip


async def test_an_event_that_comes_again_tells_nobody_twice(city: Harness, told: Any, clue_event: Any) -> None:
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a")
    envelope = await city.deliver(event)
    for _ in range(3):
        async with city.resources.transactions(SYSTEM) as uow:
            await city.handlers[event.type](uow, envelope, event)
    assert await told() == {"handler-inv": ["clue_assigned"]}


async def test_a_later_event_about_the_same_item_is_a_notice_of_its_own(
    city: Harness, told: Any, clue_event: Any
) -> None:
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"), version=3)
    await city.deliver(clue_event(clue.ClueDispositionApproved, lead_unit="inv-a"), version=5, actor="chief-a")
    assert (await told())["handler-inv"] == ["disposition_approved", "clue_assigned"]


async def test_whoever_takes_up_a_role_later_gets_what_was_addressed_to_it(
    city: Harness, told: Any, inbox: Any, secondment_event: Any
) -> None:
    await city.deliver(secondment_event(pool.SecondmentRequested))
    await city.deliver(secondment_event(pool.SecondmentRequested), actor="newcomer")
    joins = pool.PrincipalUpserted(sub="newcomer", unit="sup1-a", roles=("home_unit_approver",), version=1)
    await city.deliver(joins)
    assert [one["kind"] for one in await inbox("newcomer")] == ["secondment_requested"], "but not of an own act"
    await city.deliver(joins)
    await city.deliver(joins.model_copy(update={"roles": ("home_unit_approver", "handler"), "version": 2}), version=2)
    assert len(await inbox("newcomer")) == 1
    assert len((await told())["approver"]) == 2


async def test_what_is_older_than_a_month_stays_where_it_is(city: Harness, inbox: Any, secondment_event: Any) -> None:
    await city.deliver(secondment_event(pool.SecondmentRequested))
    city.resources.clock.advance(days=31)  # type: ignore[attr-defined]  # the test's clock can be moved
    await city.deliver(pool.PrincipalUpserted(sub="late", unit="sup1-a", roles=("home_unit_approver",), version=1))
    assert await inbox("late") == []


async def test_an_office_that_becomes_known_later_is_told_too(city: Harness, told: Any, clue_event: Any) -> None:
    await city.deliver(clue_event(clue.ClueResultRecorded, lead_unit="inv-a", subject_units=["su-9"]))
    assert "handler-other" not in await told()
    fields = {"code": "su-9", "name": "x", "unit_type": "supervised_unit", "parent_code": "pc"}
    await city.deliver(pool.UnitUpserted(**fields, linked_office="sup2-a", version=1))
    assert (await told())["handler-other"] == ["result_recorded"]


async def test_a_unit_stored_a_moment_ago_is_part_of_the_audience(city: Harness, inbox: Any, clue_event: Any) -> None:
    fields = {"code": "pet2-a", "name": "x", "unit_type": "petition_office", "parent_code": "cdi-a"}
    await city.deliver(pool.UnitUpserted(**fields, version=1))
    await city.deliver(pool.PrincipalUpserted(sub="second-desk", unit="pet2-a", roles=("intake_officer",), version=1))
    alert = clue.OverlapAlertDetected(alert_id=uuid4(), commissions=("cdi-a",), state="detected")
    await city.deliver(alert)
    assert [one["item_id"] for one in await inbox("second-desk")] == [str(alert.alert_id)]


async def test_members_of_a_team_are_told_by_their_cadre_whenever_their_account_comes(
    city: Harness, inbox: Any
) -> None:
    first, second = uuid4(), uuid4()
    await city.add_principal("inspector-1", "insp", "inspector", cadre_id=str(first))
    team = inspection.TeamEntered.model_validate(
        {
            "team_id": uuid4(),
            "round_id": uuid4(),
            "state": "entered",
            "office_unit": "insp",
            "target_unit": "su-1",
            "members": [{"cadre_id": first, "role": "leader"}, {"cadre_id": second, "role": "member"}],
            "starts_on": "2026-12-01",
            "ends_on": "2026-12-14",
        }
    )
    await city.deliver(team)
    await city.deliver(
        pool.PrincipalUpserted(sub="inspector-2", unit="sup2-a", roles=("inspector",), cadre_id=second, version=1)
    )
    for sub in ("inspector-1", "inspector-2", "office"):
        (notice,) = await inbox(sub)
        assert notice["kind"] == "team_entered"
    assert (await inbox("inspector-2"))[0]["unit"] == "su-1"


async def test_progress_of_a_handed_over_finding_returns_to_its_office(
    city: Harness, told: Any, clue_event: Any
) -> None:
    finding_id = uuid4()
    fields = {"team_id": uuid4(), "round_id": uuid4(), "unit_code": "su-1", "severity": "grave", "state": "recorded"}
    await city.deliver(inspection.FindingRecorded(finding_id=finding_id, office_unit="insp", **fields))
    await city.deliver(clue_event(clue.ClueResultRecorded, lead_unit="inv-a", origin_ref=f"finding:{finding_id}"))
    assert (await told())["office"] == ["result_recorded", "finding_recorded"], "a grave finding is told as well"


async def test_a_silent_clue_is_not_heard_outside_its_commission(city: Harness, told: Any, clue_event: Any) -> None:
    await city.deliver(clue_event(clue.ClueRegistered, overlap_policy="silent", registered_by="x"))
    await city.deliver(clue_event(clue.ClueResultRecorded, overlap_policy="silent", lead_unit="inv-a"), version=2)
    assert "cmo-b" not in await told()
    await city.deliver(pool.PrincipalUpserted(sub="late-b", unit="cmo-b", roles=("case_supervisor",), version=1))
    assert "late-b" not in await told()


async def test_titles_follow_the_language_asked_for(city: Harness, inbox: Any, clue_event: Any) -> None:
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    assert (await inbox("handler-inv"))[0]["title"] == "Clue A-2026-00001 was assigned to your office"
    assert (await inbox("handler-inv", language="zh-CN"))[0]["title"] == "线索 A-2026-00001 已分办至您的部门"


async def test_lists_are_paged_newest_first_and_filtered(
    city: Harness, client: httpx2.AsyncClient, headers: Any, inbox: Any, clue_event: Any
) -> None:
    for version in range(1, 6):
        await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"), version=version)
    await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=9)
    mine = headers("handler-inv", "inv-a", "handler")
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await client.get(f"/v1/notifications?limit=2{cursor}", headers=mine)).json()
        seen += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [one["id"] for one in await inbox("handler-inv")]
    assert len(set(seen)) == 6
    assert [one["kind"] for one in await inbox("handler-inv", "?kind=clue_extended")] == ["clue_extended"]
    assert (await client.get("/v1/notifications?cursor=x", headers=mine)).json()["code"] == "invalid_cursor"
    assert (await client.get("/v1/notifications?limit=201", headers=mine)).status_code == 422


async def test_reading_marks_once_and_stays_private(
    city: Harness, client: httpx2.AsyncClient, headers: Any, inbox: Any, clue_event: Any
) -> None:
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=2)
    mine, other = headers("handler-inv", "inv-a", "handler"), headers("cmo-b", "cmo-b", "case_supervisor")
    notice_id = (await inbox("handler-inv"))[0]["id"]
    path = f"/v1/notifications/{notice_id}"
    assert (await client.get(path, headers=mine)).headers["etag"] == '"1"'
    for verb, request in (("get", path), ("post", f"{path}/read")):
        refused = await client.request(verb, request, headers=other)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    first = await client.post(f"{path}/read", headers=mine)
    city.resources.clock.advance(hours=1)  # type: ignore[attr-defined]  # the test's clock can be moved
    again = await client.post(f"{path}/read", json={}, headers=mine)
    assert first.status_code == again.status_code == 200
    assert first.json()["read_at"] == again.json()["read_at"] is not None
    assert again.headers["etag"] == '"2"'
    assert len(await inbox("handler-inv", "?unread=true")) == 1
    stale = await client.post(f"{path}/read", headers={**mine, "If-Match": '"1"'})
    assert stale.status_code == 412
    unknown = await client.post(f"{path}/read", json={"x": 1}, headers=mine)
    assert unknown.status_code == 422
    assert (await client.post("/v1/notifications/read-all", headers=mine)).json() == {"read": 1}
    assert await inbox("handler-inv", "?unread=true") == []
    assert (await client.post("/v1/notifications/read-all", headers=mine)).json() == {"read": 0}


async def test_without_a_token_there_is_no_inbox(client: httpx2.AsyncClient) -> None:
    for path in ("/v1/notifications", "/v1/notifications/stream"):
        assert (await client.get(path)).status_code == 401
