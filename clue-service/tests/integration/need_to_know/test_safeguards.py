"""Who interfered is recorded and kept from them; who reported is protected by people who need not know who it is."""

import asyncio
import json
import random
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.clock import FixedClock
from chassis.service import Resources
from chassis.testing.harness import Harness
from clue_service.access.paging import newest
from clue_service.access.policy import Viewer
from clue_service.access.row_security import ask_as, engine_session
from clue_service.clues.models import Clue
from clue_service.interference_records import policy as interference_policy
from clue_service.interference_records import repository as interference_repository
from clue_service.interference_records.models import InterferenceContent, InterferenceRecord
from clue_service.proceedings.models import ProceedingStep
from clue_service.protection_requests import policy as protection_policy
from clue_service.protection_requests import repository as protection_repository
from clue_service.protection_requests.models import ProtectionContent, ProtectionRequest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

RECORDS, REQUESTS = "/v1/interference-records", "/v1/protection-requests"
OFFICER, OFFICE, HANDLER = "officer@pet-dh", "supervisor@cmo-dh", "handler@inv1-dh"
LEADER, PRINCIPAL, ABOVE = "leader@cdi-dh", "principal@cdi-dh", "principal@cdi-xn"
SECRET, PERSON = "说情标记䶮", "某局长䶮"


def _record(clue: Any = None, **changes: Any) -> Any:
    return {
        "clue_id": clue["id"] if clue else None,
        "kind": "lobbied",
        "way": "in_person",
        "standing": "leading_cadre",
        "happened_on": "2026-11-20",
        "intervener": {"name": PERSON, "post": "局长"},
        "account": SECRET,
        **changes,
    }


def _request(clue: Any, **changes: Any) -> Any:
    return {"clue_id": clue["id"], "protected": "reporter", "threat": "threat", "account": SECRET, **changes}


@pytest.fixture
def post(call: Any) -> Any:
    async def go(who: str, path: str, body: Any = None, expect: int = 200, **more: Any) -> Any:
        answer = await call(who, "POST", path, body, **more)
        assert answer.status_code == expect, answer.text
        return answer.json()

    return go


@pytest.fixture
def reads(call: Any) -> Any:
    """``await reads(path, ids, who)`` → the statuses of the item and of its content, and whether the list has it."""

    async def go(path: str, item: Any, who: str, **more: Any) -> tuple[int, int, bool]:
        one = await call(who, "GET", f"{path}/{item['id']}", **more)
        content = await call(who, "GET", f"{path}/{item['id']}/content", **more)
        listed = (await call(who, "GET", path, **more)).json()["items"]
        return one.status_code, content.status_code, item["id"] in {row["id"] for row in listed}

    return go


async def test_interference_is_recorded_decided_by_another_and_followed_up(
    register: Any, post: Any, reads: Any, call: Any, harness: Harness
) -> None:
    clue = await register(OFFICER)
    item = await post(OFFICER, RECORDS, _record(clue), 201)
    assert (item["state"], item["reviewing_commission"], item["clue_id"]) == ("recorded", "cdi-dh", clue["id"])
    assert SECRET not in json.dumps(item, ensure_ascii=False)
    opened = (await call(OFFICER, "GET", f"{RECORDS}/{item['id']}/content")).json()
    assert opened == {"name": PERSON, "post": "局长", "unit_name": None, "account": SECRET}
    assert await reads(RECORDS, item, LEADER) == (200, 200, True)
    assert await reads(RECORDS, item, OFFICE) == (200, 403, True), "the office keeps the ledger, in codes"
    for who in (HANDLER, "officer1@pet-dh", ABOVE, "leader@cdi-xs", "supervisor@cmo-xs"):
        assert await reads(RECORDS, item, who) == (404, 404, False), who
    await post(OFFICE, f"{RECORDS}/{item['id']}/confirm", None, 403)
    await post(LEADER, f"{RECORDS}/{item['id']}/record-handling", {"measure": "criticism"}, 409)
    assert (await post(LEADER, f"{RECORDS}/{item['id']}/confirm"))["state"] == "confirmed"
    done = await post(PRINCIPAL, f"{RECORDS}/{item['id']}/record-handling", {"measure": "criticism"})
    assert (done["state"], done["measure"]) == ("handled", "criticism")
    kinds = [event.type for event in await harness.staged_events("clue.interference_record")]
    assert kinds == [f"clue.interference_record.{one}.v1" for one in ("recorded", "confirmed", "handled")]
    entries = (await call("auditor@cdi-dh", "GET", "/v1/audit-entries?limit=200")).json()["items"]
    assert [one["action"] for one in entries].count("open_content") == 2


async def test_nobody_decides_on_their_own_record_and_one_of_many_decides(register: Any, post: Any, call: Any) -> None:
    own = await post(LEADER, RECORDS, _record(), 201)
    refused = await post(LEADER, f"{RECORDS}/{own['id']}/confirm", None, 403)
    assert refused["code"] == "own_draft"
    who = [f"leader{n}@cdi-dh" for n in range(4)] + [f"principal{n}@cdi-dh" for n in range(4)]
    answers = await asyncio.gather(
        *(
            call(one, "POST", f"{RECORDS}/{own['id']}/{verb}", {"reason": "查无此事"} if verb == "dismiss" else None)
            for one, verb in zip(who, ["confirm", "dismiss"] * 4, strict=True)
        )
    )
    assert sorted(one.status_code for one in answers) == [200] + [409] * 7


async def test_a_record_about_a_leader_goes_above_and_nobody_in_between_learns_it(
    register: Any, post: Any, reads: Any
) -> None:
    clue = await register(OFFICER)
    item = await post(OFFICER, RECORDS, _record(clue, is_about_leader=True), 201)
    assert item["reviewing_commission"] == "cdi-xn"
    for who in (LEADER, PRINCIPAL, OFFICE, "supervisor@cmo-xn"):
        assert await reads(RECORDS, item, who) == (404, 404, False), who
    assert await reads(RECORDS, item, ABOVE) == (200, 200, True)
    done = await post(ABOVE, f"{RECORDS}/{item['id']}/confirm")
    assert (done["state"], done["clue_id"]) == ("confirmed", None), "who may not see the clue does not learn which"
    top = await post("leader@cdi-xn", RECORDS, _record(is_about_leader=True), 422)
    assert top["errors"][0]["pointer"] == "/is_about_leader"


async def test_who_interfered_never_meets_the_record_nor_hears_of_it(
    register: Any, post: Any, reads: Any, call: Any, harness: Harness
) -> None:
    clue = await register(OFFICER)
    await post(OFFICER, f"/v1/clues/{clue['id']}/accept")
    item = await post(OFFICER, RECORDS, _record(clue, intervener={"name": PERSON, "sub": LEADER}), 201)
    assert await reads(RECORDS, item, LEADER) == (404, 404, False)
    assert await reads(RECORDS, item, PRINCIPAL) == (200, 200, True)
    assert (await call(LEADER, "GET", f"/v1/clues/{clue['id']}")).status_code == 200
    (kept,) = [one for one in await harness.staged_events("clue.recusal") if one.data["item_id"] == item["id"]]
    assert (kept.data["item_type"], kept.data["recused"]) == ("interference_record", [LEADER])
    staged = [one.data for one in await harness.staged_events()]
    first = next(n for n, one in enumerate(staged) if item["id"] in one.values())
    assert staged[first] == kept.data, "whoever carries news learns first whom to keep it from"
    log = await call("auditor@cdi-dh", "GET", "/v1/audit-entries?limit=200", sub=LEADER)
    assert log.status_code == 200
    assert item["id"] not in log.text
    own = await post(OFFICER, RECORDS, _record(intervener={"name": PERSON, "sub": OFFICER}), 422)
    assert own["errors"][0]["pointer"] == "/intervener/sub"


async def test_whoever_is_recused_meets_neither(register: Any, post: Any, reads: Any) -> None:
    clue = await register(OFFICER)
    record = await post(OFFICER, RECORDS, _record(clue), 201)
    request = await post(OFFICER, REQUESTS, _request(clue), 201)
    await post(OFFICE, f"/v1/clues/{clue['id']}/recusals", {"sub": LEADER}, 201)
    for path, item in ((RECORDS, record), (REQUESTS, request)):
        assert await reads(path, item, LEADER) == (404, 404, False)
        assert (await reads(path, item, PRINCIPAL))[0] == 200


async def test_refused_are_what_is_not_seen_not_yet_happened_or_nobodys(register: Any, post: Any, call: Any) -> None:
    clue = await register(OFFICER)
    await post("officer@pet-xs", RECORDS, _record(clue), 404)
    await post("officer@pet-xs", REQUESTS, _request(clue), 404)
    later = await post(OFFICER, RECORDS, _record(happened_on="2030-01-01"), 422)
    assert later["errors"][0]["pointer"] == "/happened_on"
    nobody = await post(OFFICER, RECORDS, _record(intervener={"sub": "x"}), 422)
    assert nobody["errors"][0]["code"] == "somebody"
    secret = await register(OFFICER, origin_ref="s:1", secrecy_level="secret")
    above = await post(OFFICER, REQUESTS, _request(secret), 422)
    assert above["errors"][0]["code"] == "above_clearance"


async def test_protection_is_granted_carried_out_step_by_step_and_ended(
    register: Any, post: Any, reads: Any, call: Any, harness: Harness
) -> None:
    clue = await register(OFFICER)
    item = await post(OFFICER, REQUESTS, _request(clue, is_urgent=True, wishes="调离䶮"), 201)
    path = f"{REQUESTS}/{item['id']}"
    assert (item["state"], item["due_at"]) == ("requested", "2026-11-24T15:59:59Z"), "the next working day"
    assert (await call(OFFICER, "GET", f"{path}/content")).json() == {"account": SECRET, "wishes": "调离䶮"}
    grant = {"measures": ["contact_person", "warning"], "charged_unit": "inv1-dh", "in_force_until": "2027-05-31"}
    await post(OFFICE, f"{path}/grant", grant, 403)
    for wrong, pointer in (
        ({"charged_unit": "no-such"}, "/charged_unit"),
        ({"in_force_until": "2026-01-01"}, "/in_force_until"),
    ):
        refused = await post(LEADER, f"{path}/grant", grant | wrong, 422)
        assert refused["errors"][0]["pointer"] == pointer
    granted = await post(LEADER, f"{path}/grant", grant)
    assert (granted["state"], granted["charged_unit"]) == ("granted", "inv1-dh")
    assert await reads(REQUESTS, item, HANDLER) == (200, 403, True), "who carries it out reads measures alone"
    assert await reads(REQUESTS, item, OFFICE) == (200, 403, True)
    assert await reads(REQUESTS, item, "handler@sup1-dh") == (404, 404, False)
    step = {"measure": "warning", "carried_out_on": "2026-11-23"}
    assert (await post(HANDLER, f"{path}/carry-out", step))["state"] == "granted"
    again = await post(HANDLER, f"{path}/carry-out", step, 409)
    assert again["allowed_measures"] == ["contact_person"]
    done = await post(HANDLER, f"{path}/carry-out", step | {"measure": "contact_person"})
    assert (done["state"], done["due_at"]) == ("in_force", "2027-05-31T15:59:59Z")
    renewed = await post(PRINCIPAL, f"{path}/renew", {"in_force_until": "2027-06-30"})
    assert renewed["due_at"] == "2027-06-30T15:59:59Z"
    ended = await post(PRINCIPAL, f"{path}/end", {"reason": SECRET})
    assert (ended["state"], ended["due_at"]) == ("ended", None)
    seen = (await call(HANDLER, "GET", path)).json()
    assert all(one["document"] == {} for one in seen["steps"]), "reasons are for those who may read the content"
    assert SECRET in (await call(OFFICER, "GET", path)).text
    events = await harness.staged_events("clue.protection_request")
    names = [one.type.split(".")[2] for one in events]
    assert names == ["requested", "granted", "step_taken", "came_into_force", "renewed", "ended"]
    assert SECRET not in json.dumps([one.data for one in events], ensure_ascii=False)
    assert all(clue["id"] not in one.data.values() for one in events)


async def test_what_was_said_goes_with_the_content_of_the_clue_and_the_codes_stay(
    register: Any, post: Any, call: Any, resources: Resources
) -> None:
    clue = await register(OFFICER)
    record = await post(OFFICER, RECORDS, _record(clue), 201)
    request = await post(OFFICER, REQUESTS, _request(clue), 201)
    await post(LEADER, f"{RECORDS}/{record['id']}/dismiss", {"reason": SECRET})
    other = await post(OFFICER, RECORDS, _record(), 201)
    for who in (OFFICER, OFFICE):
        await post(who, f"/v1/clues/{clue['id']}/seal", {"reason": "above level"})
    async with engine_session(resources) as session:
        assert set(await session.scalars(select(InterferenceContent.record_id))) == {UUID(other["id"])}
        assert list(await session.scalars(select(ProtectionContent.request_id))) == []
        said = await session.scalars(
            select(ProceedingStep.document).where(ProceedingStep.item_id == UUID(record["id"]))
        )
        assert {json.dumps(one) for one in said} == {"{}"}
    for path, item in ((RECORDS, record), (REQUESTS, request)):
        assert (await call(OFFICER, "GET", f"{path}/{item['id']}/content")).status_code == 404
        assert (await call(OFFICER, "GET", f"{path}/{item['id']}")).status_code == 200


async def test_figures_are_told_again_to_the_byte_and_leave_out_what_is_decided_above(
    register: Any, post: Any, call: Any, clock: FixedClock
) -> None:
    clue = await register(OFFICER)
    for n in range(5):
        item = await post(OFFICER, RECORDS, _record(clue, is_about_leader=n == 4), 201)
        await post(OFFICER, REQUESTS, _request(clue), 201)
        if n < 3:
            await post(LEADER, f"{RECORDS}/{item['id']}/confirm")
    clock.advance(days=1)
    path = "/v1/statistics/safeguards?period_from=2026-11-01&period_to=2026-11-30&as_of=2026-11-23"
    first = await call(LEADER, "GET", path)
    assert first.json()["interference"] == 4
    assert (first.json()["by_kind"], first.json()["interference_steps"]) == ({"lobbied": 4}, {"confirm": 3})
    assert (first.json()["protections"], first.json()["by_threat"]) == (5, {"threat": 5})
    await post(OFFICER, RECORDS, _record(clue), 201)
    await post(LEADER, f"{RECORDS}/{item['id']}/confirm", None, 404)
    assert (await call(LEADER, "GET", path)).content == first.content
    assert (await call(ABOVE, "GET", path)).json()["interference"] is None, "one is too few to be shown"
    assert (await call(HANDLER, "GET", path)).status_code == 403


UNITS, COMMISSIONS, SUBS = ("u1", "u2", "u3"), ("c1", "c2", "p"), ("p1", "p2", "p3")
LEVELS = ("internal", "confidential")


@pytest.fixture
async def world(register: Any, resources: Resources) -> tuple[list[Any], dict[UUID, Clue]]:
    """Many random items on clues from which some are recused."""
    clue_ids = [UUID((await register(OFFICER, origin_ref=f"w:{n}"))["id"]) for n in range(3)]
    chance, now = random.Random(20261128), resources.clock.now()
    rows: list[Any] = []
    async with engine_session(resources) as session:
        await session.execute(text("update clue set recused = '{p1,p2}' where id = :id"), {"id": clue_ids[0]})
        for _ in range(60):
            record = InterferenceRecord(
                id=uuid4(), state="recorded", version=1, clue_id=chance.choice([None, *clue_ids]),
                commission=chance.choice(COMMISSIONS), reviewing_commission=chance.choice(COMMISSIONS),
                secrecy_level=chance.choice(LEVELS), kind="lobbied", way="phone", standing="other",
                happened_on=date(2026, 11, 20), intervener_sub=chance.choice([None, None, *SUBS]),
                recorded_by=chance.choice(SUBS), recorder_unit="u1", recorded_at=now,
            )  # fmt: skip
            request = ProtectionRequest(
                id=uuid4(), state="requested", version=1, clue_id=chance.choice(clue_ids),
                commission=chance.choice(COMMISSIONS), secrecy_level=chance.choice(LEVELS), protected="reporter",
                threat="threat", is_urgent=False, measures=[], carried_out=[],
                charged_unit=chance.choice([None, *UNITS]), requested_by=chance.choice(SUBS), requester_unit="u1",
                requested_at=now,
            )  # fmt: skip
            session.add_all([record, request])
            await session.flush()
            session.add_all(
                [
                    InterferenceContent(record_id=record.id, sealed=b"x"),
                    ProtectionContent(request_id=request.id, sealed=b"x"),
                ]
            )
            rows += [record, request]
        await session.flush()
        clues = {one.id: one for one in await session.scalars(select(Clue))}
        session.expunge_all()
    return rows, clues


def _viewers(chance: random.Random, count: int) -> list[Viewer]:
    found = []
    for _ in range(count):
        leads = chance.choice((None, None, *COMMISSIONS))
        office = chance.choice((None, *COMMISSIONS)) if leads is None else None
        roles = {"leader"} if leads else {"case_supervisor"} if office else set(chance.sample(("handler",), 1))
        found.append(
            Viewer(
                sub=chance.choice((*SUBS, "stranger")), roles=frozenset(roles), unit=chance.choice(UNITS),
                commission=leads or office or "c1", office_of=office, leads=leads,
                units=frozenset(chance.sample(UNITS, chance.randint(0, 2))),
                cleared_for=frozenset(LEVELS[: chance.choice((1, 2))]),
            )
        )  # fmt: skip
    return found


CONTENT_PARTS = {"recorder", "reviewer", "requester", "approver"}


@pytest.mark.parametrize("count", [80, pytest.param(1_500, marks=pytest.mark.proof)])
async def test_policy_lists_and_row_security_agree_on_random_viewers(
    count: int, world: Any, resources: Resources
) -> None:
    rows, clues = world
    features: tuple[tuple[Any, Any, Any, Any], ...] = (
        (InterferenceRecord, InterferenceContent.record_id, interference_policy, interference_repository),
        (ProtectionRequest, ProtectionContent.request_id, protection_policy, protection_repository),
    )
    met = 0
    for viewer in _viewers(random.Random(count), count):
        for model, content, policy, repository in features:
            of = {one.id: one for one in rows if isinstance(one, model)}
            parts = {
                key: policy.parts_in(viewer, one)
                for key, one in of.items()
                if one.clue_id is None or viewer.sub not in clues[one.clue_id].recused
            }
            seen = {key for key, held in parts.items() if held}
            async with engine_session(resources) as session:
                listed = await newest(session, model, repository.parts_of(viewer), before=None, limit=1_000)
                assert {one.id for one in listed} == seen, viewer
            async with resources.database.sessions() as session:
                await ask_as(session, viewer)
                assert set(await session.scalars(select(model.id))) == seen, viewer
                readable = {key for key, held in parts.items() if held & CONTENT_PARTS}
                assert set(await session.scalars(select(content))) == readable, viewer
            met += len(seen)
    assert 0 < met < count * len(rows)


async def test_nobody_removes_a_record(world: Any, resources: Resources) -> None:
    for table in ("interference_record", "interference_content", "protection_request", "protection_content"):
        async with resources.database.sessions() as session:
            await ask_as(session, _viewers(random.Random(1), 1)[0])
            with pytest.raises(DBAPIError, match="permission denied"):
                await session.execute(text(f"delete from {table}"))
