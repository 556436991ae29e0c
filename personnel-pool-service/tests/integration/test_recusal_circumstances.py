"""Declarations, requests of units, waivers, unsealing, clues as targets, and verdicts that turn."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.service import Resources
from chassis.testing.harness import Harness
from fastapi import FastAPI
from personnel_pool_service.recusal_watches.service import recheck

from contracts import clue, inspection

OFFICE = "inspection_office@insp-xn"
HEAD = "principal_leader@pc-xn"
UNIT = "leader@su-coop"


@pytest.fixture
def check(call: Any) -> Any:
    async def ask(cadre_id: str, target: str = "su-coop", role: str | None = None, who: str = OFFICE) -> Any:
        key = "unit_code" if "-" in target and len(target) < 30 else "clue_id"
        body = {"targets": [{key: target}], "cadre_ids": [cadre_id], "role": role}
        answer = await call(who, "POST", "/v1/recusal-checks", json=body)
        assert answer.status_code == 200, answer.text
        (item,) = answer.json()["items"]
        return item["verdict"], item["code"]

    return ask


async def declare(call: Any, sub: str, *ties: dict[str, Any]) -> Any:
    body = {"occasion_ref": "round:1", "ties": list(ties)}
    return await call("handler@sup1-xn", "POST", "/v1/recusal-declarations", sub=sub, json=body)


async def test_what_a_cadre_declares_weighs_in_checks_and_is_shown_to_nobody(
    call: Any, new_cadre: Any, check: Any
) -> None:
    cadre_id = await new_cadre("insp-xn", sub="user-d")
    note = {"note": "䶮"}
    answer = await declare(call, "user-d", {"kind": "kinship", "unit_code": "su-coop", **note})
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "cadre_id", "occasion_ref", "declared_at", "is_standing"}
    assert await check(cadre_id) == ("block", "personal_ground")
    path = answer.headers["location"]
    for who in (OFFICE, "pool_manager@pc-xn", HEAD, "auditor@pc-xn"):
        assert "kinship" not in (await call(who, "GET", path)).text
    assert (await call("handler@sup1-xn", "GET", path, sub="user-d")).status_code == 200
    assert (await call("handler@sup1-xn", "GET", path, sub="user-e")).status_code == 404
    # The next declaration is the whole truth from then on.
    assert (await declare(call, "user-d")).status_code == 201
    assert await check(cadre_id) == ("clear", None)
    listed = (await call(OFFICE, "GET", f"/v1/recusal-declarations?cadre_id={cadre_id}")).json()["items"]
    assert [one["is_standing"] for one in listed] == [False, True]


@pytest.mark.parametrize(
    ("kind", "leading", "other", "code"),
    [
        ("own_interest", "block", "block", "duty"),
        ("relatives_interest", "block", "block", "personal_ground"),
        ("witness", "block", "block", "personal_ground"),
        ("teacher_classmate", "block", "info", "personal_ground"),
        ("other", "review", "review", "personal_ground"),
    ],
)
async def test_a_tie_weighs_by_kind_and_seat(
    call: Any, new_cadre: Any, check: Any, kind: str, leading: str, other: str, code: str
) -> None:
    cadre_id = await new_cadre("insp-xn", sub="user-d")
    await declare(call, "user-d", {"kind": kind, "unit_code": "su-coop-branch"})
    assert await check(cadre_id, role="leader") == (leading, code)
    assert await check(cadre_id, role="member") == (other, code)
    assert await check(cadre_id, "su-dh-water", role="leader") == ("clear", None)


async def test_only_cadres_declare_and_only_about_known_units(call: Any, new_cadre: Any) -> None:
    assert (await declare(call, "somebody")).json()["code"] == "not_a_cadre"
    await new_cadre("insp-xn", sub="user-d")
    refused = await declare(call, "user-d", {"kind": "other", "unit_code": "nowhere"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/ties/0/unit_code")
    form = (await call("handler@sup1-xn", "GET", "/v1/recusal-declaration-form")).json()
    assert len(form["questions"]) == 9


async def test_an_inspected_unit_asks_the_office_verifies_and_its_head_decides(
    call: Any, new_cadre: Any, check: Any
) -> None:
    cadre_id = await new_cadre("insp-xn")
    body = {"cadre_id": cadre_id, "unit_code": "su-coop", "reason": "测试理由"}
    foreign = {**body, "unit_code": "su-dh-water"}
    assert (await call(UNIT, "POST", "/v1/recusal-requests", json=foreign)).status_code == 403
    path = (await call(UNIT, "POST", "/v1/recusal-requests", json=body)).headers["location"]
    assert await check(cadre_id) == ("review", "personal_ground")
    assert (await call("leader@su-dh-water", "GET", path)).status_code == 404
    assert (await call(UNIT, "GET", path)).json()["reason"] is None
    assert (await call(OFFICE, "GET", path)).json()["reason"] == "测试理由"
    assert (await call(HEAD, "POST", f"{path}/uphold")).status_code == 409
    verified = await call(OFFICE, "POST", f"{path}/verify", json={"finding": "founded"})
    assert verified.json()["status"] == "verified"
    assert (await call(UNIT, "POST", f"{path}/uphold")).status_code == 403
    assert (await call(HEAD, "POST", f"{path}/uphold")).json()["status"] == "upheld"
    assert await check(cadre_id) == ("block", "personal_ground")


async def test_a_waiver_lets_work_history_pass_but_never_a_private_ground(
    call: Any, new_cadre: Any, check: Any, clock: Any
) -> None:
    past = [{"unit_code": "su-coop", "post": "科员", "from": "2023-01-01", "to": "2025-01-01"}]
    cadre_id = await new_cadre("insp-xn", work_history=past)
    assert await check(cadre_id, role="leader") == ("block", "work_history")
    body = {"cadre_id": cadre_id, "unit_code": "su-coop", "code": "work_history", "reason": "唯一人选"}
    body |= {"valid_to": "2026-12-31"}
    for code in ("personal_ground", "home_unit"):
        refused = await call(OFFICE, "POST", "/v1/recusal-waivers", json={**body, "code": code})
        assert (refused.status_code, refused.json()["code"]) == (422, "ground_not_waivable")
    path = (await call(OFFICE, "POST", "/v1/recusal-waivers", json=body)).headers["location"]
    assert await check(cadre_id, role="leader") == ("block", "work_history")
    own = await call("leader@insp-xn", "POST", f"{path}/grant", sub="inspection_office-insp-xn")
    assert own.json()["code"] == "second_person_needed"
    assert (await call(HEAD, "POST", f"{path}/grant")).json()["status"] == "granted"
    assert await check(cadre_id, role="leader") == ("info", "work_history")
    clock.advance(days=60)
    assert await check(cadre_id, role="leader") == ("block", "work_history")


async def test_two_people_read_why_and_nobody_else(
    call: Any, new_cadre: Any, clue_desk: Any, clock: Any, resources: Resources
) -> None:
    kin = [{"relation": "spouse", "unit_code": "su-coop", "name": "何䶮宁"}]
    cadre_id = await new_cadre("insp-xn", relatives=kin, sub="user-k")
    clue_desk.subjects.add(cadre_id)
    body = {"cadre_id": cadre_id, "unit_code": "su-coop", "reason": "人选复核"}
    assert (await call("pool_manager@pc-xn", "POST", "/v1/recusal-unsealings", json=body)).status_code == 403
    path = (await call(OFFICE, "POST", "/v1/recusal-unsealings", json=body)).headers["location"]
    assert (await call(OFFICE, "POST", f"{path}/grounds")).json()["code"] == "not_readable"
    own = await call(HEAD, "POST", f"{path}/approve", sub="inspection_office-insp-xn")
    assert own.json()["code"] == "second_person_needed"
    assert (await call(HEAD, "POST", f"{path}/approve", sub="user-k")).json()["code"] == "second_person_needed"
    assert (await call(HEAD, "POST", f"{path}/approve")).status_code == 200
    expected = [{"ground": "kinship", "verdict": "block"}, {"ground": "open_clue", "verdict": "block"}]
    for who in (OFFICE, HEAD):
        assert (await call(who, "POST", f"{path}/grounds")).json() == {"items": expected}
    assert (await call("principal_leader@cdi-xn", "POST", f"{path}/grounds")).json()["code"] == "not_readable"
    assert (await call("org_department@pc-xn", "POST", f"{path}/grounds")).status_code == 404
    clock.advance(minutes=61)
    assert (await call(OFFICE, "POST", f"{path}/grounds")).json()["code"] == "not_readable"


async def test_a_clue_is_a_target_by_the_units_of_its_subjects(
    call: Any, new_cadre: Any, check: Any, clue_desk: Any
) -> None:
    person = {"name": "测试癸", "unit_code": "su-coop", "is_party_member": True, "is_supervision_object": True}
    assert (await call("pool_manager@pc-xn", "PUT", "/v1/supervised-persons/p-9", json=person)).status_code == 201
    staff = await new_cadre("su-coop-branch")
    kin = await new_cadre("insp-xn", relatives=[{"relation": "parent", "unit_code": "su-dh-water"}])
    accused, free = await new_cadre("insp-xn"), await new_cadre("insp-xn")
    clue_desk.subjects.add(accused)
    by_unit, by_person, nowhere = str(uuid4()), str(uuid4()), str(uuid4())
    clue_desk.clues = {
        by_unit: {"unit_codes": ["su-dh-water"], "person_codes": []},
        by_person: {"unit_codes": [], "person_codes": ["p-9", "p-unknown"]},
        nowhere: {"unit_codes": [], "person_codes": []},
    }
    assert await check(kin, by_unit) == ("block", "personal_ground")
    assert await check(staff, by_person) == ("block", "home_unit")
    assert await check(staff, nowhere) == ("clear", None)
    assert await check(accused, nowhere) == ("block", "personal_ground")
    assert await check(free, by_person) == ("clear", None)
    assert set(clue_desk.acting) == {"inspection_office-insp-xn"}


@pytest.fixture
async def watched(new_cadre: Any, harness: Harness, app: FastAPI) -> Any:
    """A team of one at su-coop; ``await turned()`` re-checks and counts what has turned."""
    cadre_id = await new_cadre("insp-xn", sub="user-d")
    team_id = uuid4()

    def team(kind: type[inspection.TeamEvent], members: int = 1) -> inspection.TeamEvent:
        seat = inspection.TeamMember(cadre_id=cadre_id, role="leader")
        return kind(
            team_id=team_id,
            round_id=uuid4(),
            state="proposed",
            office_unit="insp-xn",
            target_unit="su-coop",
            members=(seat,) * members,
            starts_on="2026-12-01",
            ends_on="2026-12-14",
        )

    await harness.deliver(team(inspection.TeamProposed), aggregate_id=str(team_id), version=1)

    async def turned() -> int:
        await recheck(app.state.resources)
        return len(await harness.staged_events("pool.recusal.turned.v1"))

    assert await turned() == 0
    return cadre_id, team_id, team, turned


async def test_a_turned_verdict_is_told_without_direction_or_ground(
    call: Any, watched: Any, harness: Harness, clue_desk: Any, clock: Any
) -> None:
    cadre_id, team_id, team, turned = watched
    await declare(call, "user-d", {"kind": "kinship", "unit_code": "su-coop"})
    assert await turned() == 1
    assert await turned() == 1
    (event,) = await harness.staged_events("pool.recusal.turned.v1")
    data = event.data if isinstance(event.data, dict) else event.data.model_dump(mode="json")
    assert set(data) == {"watch_id", "ref", "cadre_id", "unit_code"}
    assert (data["ref"], data["cadre_id"], data["unit_code"]) == (f"team:{team_id}", cadre_id, "su-coop")
    await declare(call, "user-d")
    assert await turned() == 2
    etag = {"If-Match": "*"}
    relatives = {"relatives": [{"relation": "child", "unit_code": "su-coop"}]}
    await call("pool_manager@pc-xn", "PATCH", f"/v1/cadres/{cadre_id}", json=relatives, headers=etag)
    assert await turned() == 3
    await call("pool_manager@pc-xn", "PATCH", f"/v1/cadres/{cadre_id}", json={"relatives": []}, headers=etag)
    assert await turned() == 4
    clue_desk.subjects.add(cadre_id)
    assert await turned() == 4
    await harness.deliver(_clue_event(), aggregate_id="c", version=1)
    assert await turned() == 5
    await harness.deliver(team(inspection.TeamClosed), aggregate_id=str(team_id), version=2)
    clue_desk.subjects.clear()
    await harness.deliver(_clue_event(), aggregate_id="c", version=2)
    assert await turned() == 5


async def test_a_change_of_the_target_is_checked_too(call: Any, watched: Any, harness: Harness) -> None:
    cadre_id, team_id, team, turned = watched
    relatives = {"relatives": [{"relation": "child", "unit_code": "su-dh-water"}]}
    etag = {"If-Match": "*"}
    await call("pool_manager@pc-xn", "PATCH", f"/v1/cadres/{cadre_id}", json=relatives, headers=etag)
    assert await turned() == 0
    below = {"name": "东湖区水务局", "unit_type": "supervised_unit", "level": "county", "parent_code": "su-coop"}
    moved = await call("pool_manager@pc-xn", "PUT", "/v1/units/su-dh-water", json=below)
    assert moved.status_code == 200
    assert await turned() == 1
    other = team(inspection.TeamMemberReplaced).model_copy(update={"target_unit": "pc-dh"})
    await harness.deliver(other, aggregate_id=str(team_id), version=2)
    assert await turned() == 1, "another target is another question, and its first answer has not turned"


async def test_members_of_a_joint_case_team_are_watched_at_each_of_its_units_until_it_is_over(
    call: Any, new_cadre: Any, harness: Harness, app: FastAPI
) -> None:
    cadre_id, joint_id = await new_cadre("insp-xn", sub="user-j"), uuid4()

    async def tell(kind: type[inspection.JointCaseTeamEvent], version: int, **more: Any) -> None:
        event = kind(
            joint_case_team_id=joint_id,
            state="approved",
            lead_office="sup1-xn",
            target_units=("su-coop", "su-dh-water"),
            starts_on=date(2026, 12, 1),
            ends_on=date(2026, 12, 14),
            **more,
        )
        await harness.deliver(event, aggregate_id=str(joint_id), version=version)

    async def turned() -> list[tuple[str, str]]:
        await recheck(app.state.resources)
        told = await harness.staged_events("pool.recusal.turned.v1")
        return [(event.data["ref"], event.data["unit_code"]) for event in told]

    seat = inspection.TeamMember(cadre_id=UUID(cadre_id), role="member")
    await tell(inspection.JointCaseTeamMembersChanged, 2, seats=(seat,))
    assert await turned() == []
    await declare(call, "user-j", {"kind": "kinship", "unit_code": "su-dh-water"})
    assert await turned() == [(f"joint-case-team:{joint_id}", "su-dh-water")]
    await tell(inspection.JointCaseTeamGivenUp, 5)
    await tell(inspection.JointCaseTeamMembersChanged, 3, seats=(seat,))
    await declare(call, "user-j")
    assert len(await turned()) == 1


async def test_an_older_word_about_a_team_changes_nothing(watched: Any, harness: Harness, call: Any) -> None:
    _, team_id, team, turned = watched
    await harness.deliver(team(inspection.TeamClosed), aggregate_id=str(team_id), version=3)
    await harness.deliver(team(inspection.TeamProposed), aggregate_id=str(team_id), version=2)
    await declare(call, "user-d", {"kind": "kinship", "unit_code": "su-coop"})
    assert await turned() == 0


async def test_a_recheck_waits_for_clue_service(watched: Any, call: Any, clue_desk: Any) -> None:
    from chassis.http import PeerFailed

    *_, turned = watched
    await declare(call, "user-d", {"kind": "kinship", "unit_code": "su-coop"})
    clue_desk.status = 503
    with pytest.raises(PeerFailed):
        await turned()
    clue_desk.status = 200
    assert await turned() == 1


def _clue_event() -> clue.ClueRegistered:
    return clue.ClueRegistered(
        clue_id=uuid4(),
        clue_no="X-1",
        status="registered",
        commission="cdi-xn",
        receiving_unit="cdi-xn",
        source_code="PETITION",
        registered_by="somebody",
    )
