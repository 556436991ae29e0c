from datetime import date
from typing import Any
from uuid import UUID

from contracts.clue import ClueAccepted
from contracts.pool import Seat, SecondmentApproved

COOP = "su-coop"


async def test_a_mobile_inspection_goes_from_plan_to_summary(city: Any) -> None:
    team = await city.entered_team()
    assert team["state"] == "entered"
    findings = [
        await city.office.post(
            f"/v1/teams/{team['id']}/findings",
            {"category": "C1", "severity": "serious", "text": f"问题 {number}", "person": {"name": f"某{number}"}},
            expect=201,
        )
        for number in range(17)
    ]
    for finding in [*findings[:8], *findings[:8]]:
        await city.office.post(f"/v1/findings/{finding['id']}/hand-over")
    await city.run_jobs()
    assert len(city.peers.clue.clues) == 8
    summary = await city.office.get(f"/v1/rounds/{team['round_id']}/summary")
    assert (summary["days"], summary["findings"], summary["clues_handed_over"]) == (14, 17, 8)
    assert summary["findings_by_severity"] == {"minor": 0, "serious": 17, "grave": 0}
    (secondment,) = city.peers.pool.secondments.values()
    assert secondment["state"] == "active"
    await city.office.post(f"/v1/teams/{team['id']}/close")
    await city.run_jobs()
    assert secondment["state"] == "ended"


async def test_the_tianjin_rule_names_leader_deputy_and_both_sources(city: Any) -> None:
    await city.record_past()
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    assert planned["days"] == 14
    run = await city.assemble(planned["id"])
    assert (run["status"], run["optimality"], run["gap"], run["unmet"]) == ("succeeded", "optimal", 0.0, [])
    (team,) = run["teams"]
    by_role = {member["role"]: member["cadre_id"] for member in team["members"]}
    assert by_role["leader"] == str(city.cadres["commissioner"])
    assert by_role["deputy_leader"] == str(city.cadres["office-deputy"])
    assert str(city.cadres["kin"]) not in {member["cadre_id"] for member in team["members"]}
    assert all(member["reasons"] for member in team["members"])
    assert all(run[name] for name in ("salt", "input_hash", "rule_version", "solver_version"))


async def test_an_unmet_rule_is_named_and_adopting_needs_a_reason(city: Any) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)  # no past round: nobody took part
    run = await city.assemble(planned["id"])
    assert run["status"] == "succeeded"
    assert [(one["rule"], one["unit_code"]) for one in run["unmet"]] == [("leader_took_part", COOP)]
    assert run["relaxations"]
    refused = await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt", expect=409)
    assert refused["code"] == "override_reason_required"
    adopted = await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt", {"override_reason": "首次巡察该单位"})
    assert adopted["teams"][0]["proposal_reason"] == "首次巡察该单位"


async def test_an_impossible_round_ends_infeasible_and_cannot_be_adopted(city: Any) -> None:
    demands = [{"role": "member", "count": 40}]
    body = city.round_body(targets=[{"unit_code": COOP, "demands": demands}])
    planned = await city.office.post("/v1/rounds", body, expect=201)
    run = await city.assemble(planned["id"])
    assert (run["status"], run["teams"]) == ("infeasible", [])
    assert run["unmet"][0]["rule"] == "seat:member"
    refused = await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt", expect=409)
    assert refused["code"] == "run_not_adoptable"


async def test_contradicting_pins_are_refused_at_once(city: Any) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    pin = {"cadre_id": str(city.cadres["c1"]), "unit_code": COOP}
    path = f"/v1/rounds/{planned['id']}/assembly-runs"
    refused = await city.office.post(path, {"pins": [pin], "bans": [pin]}, expect=422)
    assert refused["code"] == "invalid_assembly"
    assert refused["errors"][0]["pointer"] == "/pins/0"
    refused = await city.office.post(path, {"weights": {"rank": 1e12}}, expect=422)
    assert refused["errors"][0]["code"] == "out_of_range"


async def test_a_pin_on_somebody_the_pool_does_not_know_fails_the_run_by_name(city: Any) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    pin = {"cadre_id": "00000000-0000-7000-8000-000000000001", "unit_code": COOP}
    run = await city.assemble(planned["id"], {"pins": [pin]})
    assert (run["status"], run["problem"]["code"]) == ("failed", "invalid_assembly")
    assert run["problem"]["errors"][0]["code"] == "unknown_cadre"


async def test_a_run_waits_for_a_pool_that_is_down(city: Any) -> None:
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    city.peers.pool_line.is_down = True
    run = await city.office.post(f"/v1/rounds/{planned['id']}/assembly-runs", expect=202)
    await city.harness.run_jobs()
    assert (await city.office.get(f"/v1/assembly-runs/{run['id']}"))["status"] == "queued"


async def test_authorising_waits_for_every_home_unit(city: Any) -> None:
    await city.record_past()
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    run = await city.assemble(planned["id"])
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt"))["teams"]
    await city.office.post(f"/v1/teams/{team['id']}/submit")
    refused = await city.leader.post(f"/v1/teams/{team['id']}/authorise", expect=409)
    assert (refused["code"], refused["missing"]) == ("secondment_not_approved", ["insp-xn", "sup2-xn"])
    city.peers.pool.approve_all(team["secondment_id"])  # no event has come: the present state is read
    authorised = await city.leader.post(f"/v1/teams/{team['id']}/authorise")
    assert authorised["authorization"]["is_valid"]
    assert authorised["authorization"]["leader_cadre_id"] == str(city.cadres["commissioner"])


async def test_consent_told_by_event_is_enough_when_the_pool_is_down(city: Any) -> None:
    await city.record_past()
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    run = await city.assemble(planned["id"])
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt"))["teams"]
    await city.office.post(f"/v1/teams/{team['id']}/submit")
    city.peers.pool_line.is_down = True
    seats = tuple(
        Seat(cadre_id=UUID(m["cadre_id"]), role=m["role"], home_unit=m["home_unit"], state="approved")
        for m in team["members"]
    )
    event = SecondmentApproved(
        secondment_id=UUID(team["secondment_id"]),
        request_ref=f"team:{team['id']}",
        purpose="inspection",
        period_from=date(2026, 11, 24),
        period_to=date(2026, 12, 7),
        state="approved",
        home_units=("insp-xn", "sup2-xn"),
        seats=seats,
        decided_by="sup2-xn",
    )
    await city.harness.deliver(event, aggregate_id=team["secondment_id"], version=3)
    assert (await city.leader.post(f"/v1/teams/{team['id']}/authorise"))["state"] == "authorised"


async def test_whoever_proposed_the_team_may_not_authorise_it(city: Any) -> None:
    both = city.desk("office", "insp-xn", "inspection_office", "leader")
    await city.record_past()
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    run = await city.assemble(planned["id"])
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt"))["teams"]
    city.peers.pool.approve_all(team["secondment_id"])
    await city.office.post(f"/v1/teams/{team['id']}/submit")
    refused = await both.post(f"/v1/teams/{team['id']}/authorise", expect=403)
    assert refused["code"] == "proposer_may_not_authorise"


async def test_a_member_whose_verdict_turned_stops_the_entry_and_meets_the_matter_nowhere(city: Any) -> None:
    await city.record_past()
    planned = await city.office.post("/v1/rounds", city.round_body(), expect=201)
    run = await city.assemble(planned["id"])
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run['id']}/adopt"))["teams"]
    city.peers.pool.approve_all(team["secondment_id"])
    await city.office.post(f"/v1/teams/{team['id']}/submit")
    await city.leader.post(f"/v1/teams/{team['id']}/authorise")
    await city.harness.add_principal("user-deputy", "sup2-xn", "inspector", cadre_id=str(city.cadres["office-deputy"]))
    member = city.desk("user-deputy", "sup2-xn", "inspector")
    assert (await member.get(f"/v1/teams/{team['id']}"))["id"] == team["id"]
    city.peers.pool.say(city.cadres["office-deputy"], COOP, "block")
    refused = await city.office.post(f"/v1/teams/{team['id']}/enter", expect=409)
    assert (refused["code"], refused["members"]) == ("member_recused", [str(city.cadres["office-deputy"])])
    for path in (f"/v1/teams/{team['id']}", f"/v1/rounds/{planned['id']}", f"/v1/teams/{team['id']}/findings"):
        await member.get(path, expect=404)
    assert (await member.get("/v1/teams"))["items"] == []
    assert (await member.get("/v1/rounds"))["items"] == []
    await city.office.post(f"/v1/teams/{team['id']}/replace", {"reason": "组员回避"})
    await city.run_jobs()
    assert city.peers.pool.holding() == []
    again = await city.assemble(planned["id"])
    assert str(city.cadres["office-deputy"]) not in {m["cadre_id"] for m in again["teams"][0]["members"]}


async def test_progress_of_a_clue_comes_back_and_older_news_is_left_out(city: Any) -> None:
    team = await city.entered_team()
    body = {"category": "work", "severity": "grave", "text": "问题"}
    finding = await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    await city.office.post(f"/v1/findings/{finding['id']}/hand-over")
    reference = f"finding:{finding['id']}"

    def accepted(status: str) -> ClueAccepted:
        return ClueAccepted(
            clue_id=UUID("00000000-0000-7000-8000-000000000009"),
            clue_no="XN-2026-00001",
            status=status,
            commission="cdi-xn",
            receiving_unit="cdi-xn",
            source_code="INSPECTION",
            origin_ref=reference,
        )

    await city.harness.deliver(accepted("accepted"), version=2)  # the event overtakes the job's answer
    await city.run_jobs()
    seen = await city.office.get(f"/v1/findings/{finding['id']}")
    assert (seen["state"], seen["clue_status"], seen["clue_no"]) == ("handed_over", "accepted", "XN-2026-00001")
    await city.harness.deliver(accepted("registered"), version=1)
    assert (await city.office.get(f"/v1/findings/{finding['id']}"))["clue_status"] == "accepted"
    assert len(await city.harness.staged_events("inspection.finding.handed_over")) == 1
    assert city.peers.clue.bodies == []  # the clue was known before the job ran


async def test_a_hand_over_survives_a_lost_answer_and_makes_one_clue(city: Any) -> None:
    team = await city.entered_team()
    body = {"category": "C1", "severity": "grave", "text": "问题", "person": "某人"}
    finding = await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    assert finding["person"] == {"name": "某人"}
    await city.office.post(f"/v1/findings/{finding['id']}/hand-over")
    city.peers.clue_line.lose("lost_answer", "/v1/clues")
    await city.harness.run_jobs()
    assert (await city.office.get(f"/v1/findings/{finding['id']}"))["state"] == "handing_over"
    await city.make_jobs_due()
    await city.run_jobs()
    assert (await city.office.get(f"/v1/findings/{finding['id']}"))["clue_no"] == "XN-2026-00001"
    assert len(city.peers.clue.bodies) == 2
    assert len(city.peers.clue.clues) == 1
    sent = city.peers.clue.bodies[0]
    assert sent["receiving_unit"] == "cdi-xn"
    assert sent["subjects"] == [{"name": "某人", "unit_code": COOP}]
    assert sent["allegations"] == [{"text": "问题", "category_code": "C1"}]


async def test_a_refused_hand_over_says_why_and_can_be_asked_again(city: Any) -> None:
    team = await city.entered_team()
    body = {"category": "C1", "severity": "grave", "text": "问题"}
    finding = await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    city.peers.clue.refuse_with = "above_level"
    await city.office.post(f"/v1/findings/{finding['id']}/hand-over")
    await city.run_jobs()
    seen = await city.office.get(f"/v1/findings/{finding['id']}")
    assert (seen["state"], seen["refusal_code"]) == ("recorded", "above_level")
    city.peers.clue.refuse_with = None
    await city.office.post(f"/v1/findings/{finding['id']}/hand-over")
    await city.run_jobs()
    assert (await city.office.get(f"/v1/findings/{finding['id']}"))["state"] == "handed_over"


async def test_a_finding_about_a_person_of_an_unknown_unit_is_refused_by_field(city: Any) -> None:
    team = await city.entered_team()
    body = {
        "category": "C1",
        "severity": "grave",
        "text": "问题",
        "person": {"name": "某人", "unit_code": "su-nowhere"},
    }
    refused = await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=422)
    assert [(one["pointer"], one["code"]) for one in refused["errors"]] == [("/person/unit_code", "unknown_unit")]
    known = {**body, "person": {"name": "某人", "unit_code": COOP, "rank": "division_chief"}}
    assert (await city.office.post(f"/v1/teams/{team['id']}/findings", known, expect=201))["person"]["rank"]


async def test_content_of_findings_is_in_no_event_and_no_audit_row(city: Any) -> None:
    team = await city.entered_team()
    body = {"category": "C1", "severity": "grave", "text": "标记䶮正文", "person": {"name": "何䶮宁"}}
    finding = await city.office.post(f"/v1/teams/{team['id']}/findings", body, expect=201)
    await city.office.post(f"/v1/findings/{finding['id']}/hand-over")
    await city.run_jobs()
    assert "䶮" not in str([event.data for event in await city.harness.staged_events()])
