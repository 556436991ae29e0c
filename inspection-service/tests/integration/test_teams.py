from typing import Any
from uuid import UUID, uuid4

import pytest
from contracts.notification import BriefingAcknowledged, BriefingIssued

COOP = "su-coop"


async def team_in(city: Any, state: str) -> Any:
    planned = await city.office.post("/v1/rounds", city.round_body(targets=[{"unit_code": COOP}]), expect=201)
    run_id = await city.proposed_run(planned["id"], {COOP: ["commissioner", "c0", "c1"]})
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run_id}/adopt"))["teams"]
    city.peers.pool.approve_all(team["secondment_id"])
    for verb, desk, reached in (
        ("submit", city.office, "submitted"),
        ("authorise", city.leader, "authorised"),
        ("enter", city.office, "entered"),
        ("close", city.office, "closed"),
    ):
        if team["state"] == state:
            break
        team = await desk.post(f"/v1/teams/{team['id']}/{verb}")
        assert team["state"] == reached
    await city.run_jobs()
    return team


@pytest.mark.parametrize(("verb", "who"), [("refuse", "leader"), ("replace", "office")])
async def test_a_team_given_up_frees_its_people_and_its_target(city: Any, verb: str, who: str) -> None:
    team = await team_in(city, "submitted")
    given_up = await getattr(city, who).post(f"/v1/teams/{team['id']}/{verb}", {"reason": "另行组队"})
    assert (given_up["reason"], given_up["allowed_moves"]) == ("另行组队", [])
    await city.run_jobs()
    assert city.peers.pool.holding() == []
    run_id = await city.proposed_run(team["round_id"], {COOP: ["c2", "c3"]})
    (second,) = (await city.office.post(f"/v1/assembly-runs/{run_id}/adopt"))["teams"]
    assert second["id"] != team["id"]
    assert len((await city.office.get(f"/v1/rounds/{team['round_id']}/teams"))["items"]) == 2


async def test_findings_are_refused_before_entry_and_after_the_team_has_closed(city: Any) -> None:
    body = {"category": "C1", "severity": "minor", "text": "问题"}
    for state in ("authorised", "closed"):
        team = await team_in(city, state)
        refused = await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=409)
        assert (refused["code"], refused["state"]) == ("move_refused", state)
        if state == "authorised":
            await city.office.post(f"/v1/teams/{team['id']}/replace")
            await city.run_jobs()


@pytest.mark.parametrize(
    "body",
    [
        {"category": "C1", "severity": "mild", "text": "x"},
        {"category": "C1", "severity": "minor", "text": ""},
        {"category": "C1", "severity": "minor", "text": "x", "person": {}},
        {"category": "C1", "severity": "minor", "text": "x", "person": {"nickname": "x"}},
        {"category": "C1", "severity": "minor", "text": "\u0000"},
        {"category": "C1", "severity": "minor"},
    ],
)
async def test_a_wrong_finding_is_refused(city: Any, body: dict[str, Any]) -> None:
    team = await team_in(city, "entered")
    await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=422)
    assert (await city.office.get(f"/v1/teams/{team['id']}/findings"))["items"] == []


async def test_members_meet_their_own_team_and_nobody_else_does(city: Any) -> None:
    team = await team_in(city, "entered")
    await city.harness.add_principal("member", "sup2-xn", "inspector", cadre_id=str(city.cadres["c1"]))
    await city.harness.add_principal("colleague", "sup2-xn", "inspector", cadre_id=str(city.cadres["c5"]))
    member, colleague = (city.desk(sub, "sup2-xn", "inspector") for sub in ("member", "colleague"))
    body = {"category": "C1", "severity": "minor", "text": "问题"}
    finding = await member.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    assert (await member.get(f"/v1/findings/{finding['id']}"))["text"] == "问题"
    assert (await member.get(f"/v1/rounds/{team['round_id']}/summary"))["findings"] == 1
    for path in (f"/v1/teams/{team['id']}", f"/v1/teams/{team['id']}/findings", f"/v1/findings/{finding['id']}"):
        await colleague.get(path, expect=404)
        await city.stranger.get(path, expect=404)
    await colleague.post(f"/v1/teams/{team['id']}/findings", body, expect=404)
    await colleague.post(f"/v1/findings/{finding['id']}/hand-over", expect=404)
    refused = await city.leader.post(f"/v1/teams/{team['id']}/findings", body, expect=403)
    assert refused["code"] == "role_required"
    assert (await city.leader.get(f"/v1/findings/{finding['id']}"))["id"] == finding["id"]


async def test_open_briefings_hold_the_entry_until_a_reason_is_given(city: Any) -> None:
    team = await team_in(city, "authorised")
    briefing = {
        "briefing_id": uuid4(),
        "kind": "pre_inspection",
        "issuing_unit": "insp-xn",
        "item_type": "team",
        "item_id": team["id"],
    }
    await city.harness.deliver(BriefingIssued(**briefing, open_count=2), version=1)
    refused = await city.office.post(f"/v1/teams/{team['id']}/enter", expect=409)
    assert (refused["code"], refused["briefings"]) == ("briefings_open", [str(briefing["briefing_id"])])
    assert (await city.office.get(f"/v1/teams/{team['id']}"))["open_briefings"] == 1
    entered = await city.office.post(f"/v1/teams/{team['id']}/enter", {"override_reason": "时限已到"})
    assert entered["entry_reason"] == "时限已到"
    (event,) = await city.harness.staged_events("inspection.team.entered")
    assert event.data["briefings_overridden"] is True
    assert "时限" not in str(event.data)


async def test_acknowledged_briefings_let_the_team_enter(city: Any) -> None:
    team = await team_in(city, "authorised")
    briefing = {
        "briefing_id": uuid4(),
        "kind": "pre_inspection",
        "issuing_unit": "insp-xn",
        "item_type": "team",
        "item_id": team["id"],
    }
    acknowledged = BriefingAcknowledged(**briefing, open_count=0, acknowledged_by="cdi-xn")
    await city.harness.deliver(acknowledged, version=2)
    await city.harness.deliver(BriefingIssued(**briefing, open_count=1), version=1)  # late, and older
    assert (await city.office.post(f"/v1/teams/{team['id']}/enter"))["state"] == "entered"


async def test_an_entered_team_is_active_at_the_pool_even_if_the_pool_was_away(city: Any) -> None:
    team = await team_in(city, "authorised")
    await city.office.post(f"/v1/teams/{team['id']}/enter")
    city.peers.pool_line.is_down = True
    await city.harness.run_jobs()
    city.peers.pool_line.is_down = False
    await city.make_jobs_due()
    await city.run_jobs()
    assert city.peers.pool.secondments[team["secondment_id"]]["state"] == "active"
    assert (await city.office.get(f"/v1/teams/{team['id']}"))["secondment_state"] == "active"


async def test_a_stale_version_moves_no_team(city: Any) -> None:
    team = await team_in(city, "proposed")
    await city.office.post(f"/v1/teams/{team['id']}/submit", If_Match='"1"')
    for verb, desk in (("refuse", city.leader), ("authorise", city.leader), ("replace", city.office)):
        refused = await desk.post(f"/v1/teams/{team['id']}/{verb}", expect=412, If_Match='"1"')
        assert refused["code"] == "stale_version"


async def test_a_secondment_of_another_team_changes_nothing(city: Any) -> None:
    from datetime import date

    from contracts.pool import SecondmentRecalled

    team = await team_in(city, "proposed")
    event = SecondmentRecalled(
        secondment_id=uuid4(),
        request_ref=f"team:{team['id']}",
        purpose="inspection",
        period_from=date(2026, 11, 24),
        period_to=date(2026, 12, 7),
        state="recalled",
    )
    await city.harness.deliver(event, version=99)
    assert (await city.office.get(f"/v1/teams/{team['id']}"))["secondment_state"] == "requested"
    assert UUID(team["id"])
