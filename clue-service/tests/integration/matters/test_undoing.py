"""Taking back what joined matters: members, ids and leads are as before, and nothing people did since is lost."""

from typing import Any

import pytest
from chassis.service import Resources
from chassis.testing.harness import Harness
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

SUPERVISOR = "supervisor@cmo-dh"


async def lead_of(call: Any, matter_id: str) -> str | None:
    matter = (await call(SUPERVISOR, "GET", f"/v1/matters/{matter_id}")).json()
    return matter["lead"]["unit"] if matter["lead"] else None


async def test_two_matters_joined_by_a_verdict_come_back_with_their_ids_and_leads(
    call: Any, joined: Any, bring: Any, pair_up: Any, decide: Any, undo: Any, matters_of: Any
) -> None:
    first, _, first_matter = await joined(3)
    second, _, second_matter = await joined(2, start=10)
    await bring(first[1], "approved")
    await bring(second[0], "approved", lead="sup1-dh")
    pair = await pair_up(second[1], first[2])
    verdict = await decide(pair)
    assert verdict["matter_id"] == first_matter
    assert await matters_of(*first, *second) == [[first_matter]] * 5
    assert await lead_of(call, first_matter) == "inv1-dh"
    gone = (await call(SUPERVISOR, "GET", f"/v1/matters/{second_matter}")).json()
    assert (gone["state"], gone["merged_into"], gone["clues"]) == ("merged", first_matter, [])
    undone = await undo(pair)
    assert (undone["state"], undone["matter_id"], undone["later_actions"]) == ("open", None, [])
    assert await matters_of(*first, *second) == [[first_matter]] * 3 + [[second_matter]] * 2
    assert [await lead_of(call, one) for one in (first_matter, second_matter)] == ["inv1-dh", "sup1-dh"]
    back = (await call(SUPERVISOR, "GET", f"/v1/matters/{second_matter}")).json()
    assert (back["state"], back["merged_into"]) == ("open", None)


async def test_what_people_did_since_stays_and_is_flagged_with_its_actor(
    call: Any, joined: Any, bring: Any, pair_up: Any, decide: Any, undo: Any, unlike: Any, harness: Harness
) -> None:
    first, _, first_matter = await joined(2)
    second, _, _ = await joined(2, start=10)
    await bring(first[0], "assigned")
    pair = await pair_up(first[1], second[0])
    await decide(pair)
    elsewhere = await unlike(30)
    await bring(elsewhere, "accepted")
    await bring(second[1], "approved", lead="sup1-dh")
    answer = await undo(pair)
    flagged = [(one["actor"], one["verb"], one["object_type"], one["object_id"]) for one in answer["later_actions"]]
    assert flagged == [
        (who, verb, "clue", second[1]["id"])
        for who, verb in (
            (SUPERVISOR, "accept"),
            (SUPERVISOR, "assign"),
            ("handler@sup1-dh", "propose-disposition"),
            ("principal@cdi-dh", "approve-disposition"),
        )
    ]
    assert {one["at"] for one in answer["later_actions"]} == {"2026-11-23T02:00:00Z"}
    again = (await call(SUPERVISOR, "GET", f"/v1/candidates/{pair}")).json()
    assert again == answer
    (event,) = await harness.staged_events("clue.candidate.undone")
    assert event.data["later_actions"] == 4
    kept = (await call(SUPERVISOR, "GET", f"/v1/clues/{second[1]['id']}")).json()
    assert (kept["status"], kept["lead_unit"]) == ("talk_inquiry", "sup1-dh")
    # The approval took the lead of what was one matter then; it goes with the clue whose check was approved.
    assert await lead_of(call, kept["matter_id"]) == "sup1-dh"
    assert await lead_of(call, first_matter) is None
    matter = (await call(SUPERVISOR, "GET", f"/v1/matters/{first_matter}")).json()
    assert matter["last_change"]["kind"] == "undone"
    assert len(matter["last_change"]["later_actions"]) == 4


async def test_what_people_did_since_a_verdict_within_one_matter_is_flagged(
    call: Any, joined: Any, bring: Any, pair_up: Any, decide: Any, undo: Any, matters_of: Any
) -> None:
    (a, b, c), (_, second), matter = await joined(3)
    within = await pair_up(a, c)
    assert (await decide(within))["matter_id"] == matter
    history = (await call(SUPERVISOR, "GET", f"/v1/matters/{matter}/history")).json()["items"]
    newest = history[0]
    assert (newest["kind"], newest["clue_ids"]) == ("linked", sorted([a["id"], c["id"]]))
    await bring(b, "accepted")
    await undo(second)
    assert await matters_of(a, b, c) == [[matter]] * 3
    answer = await undo(within)
    assert [one["verb"] for one in answer["later_actions"]] == ["accept", "undo_candidate"]
    assert await matters_of(a, b, c) == [[matter], [matter], []]


async def test_taking_back_a_verdict_within_one_matter_leaves_what_was_split_since(
    call: Any, joined: Any, pair_up: Any, decide: Any, undo: Any, matters_of: Any
) -> None:
    clues, _, matter = await joined(5)
    within = await pair_up(clues[0], clues[1])
    beside = await pair_up(clues[0], clues[2])
    assert within != beside
    await decide(beside)
    stay, part = clues[:2], clues[2:]
    body = {"clue_ids": [one["id"] for one in part], "reason": "r"}
    assert (await call(SUPERVISOR, "POST", f"/v1/matters/{matter}/split", body)).status_code == 200
    apart = await matters_of(*clues)
    assert apart[0] == [matter] != apart[2]
    answer = await undo(beside)
    assert [one["verb"] for one in answer["later_actions"]] == ["split_matter"]
    assert await matters_of(*clues) == apart == [[matter]] * len(stay) + [apart[2]] * len(part)


async def test_a_lead_that_people_assigned_since_is_kept(
    call: Any, joined: Any, bring: Any, pair_up: Any, decide: Any, undo: Any
) -> None:
    first, _, first_matter = await joined(2)
    second, _, second_matter = await joined(2, start=10)
    await bring(second[0], "approved", lead="sup1-dh")
    pair = await pair_up(first[1], second[0])
    await decide(pair)
    body = {"lead_unit": "inv1-dh", "reason": "r"}
    assert (await call("leader@cdi-dh", "POST", f"/v1/matters/{first_matter}/assign-lead", body)).status_code == 200
    answer = await undo(pair)
    assert [one["verb"] for one in answer["later_actions"]] == ["assign_lead"]
    assert await lead_of(call, first_matter) == "inv1-dh"
    assert await lead_of(call, second_matter) == "sup1-dh"


async def test_decisions_are_taken_back_in_any_order(
    joined: Any, unlike: Any, pair_up: Any, decide: Any, undo: Any, matters_of: Any
) -> None:
    (a, b), _, one = await joined(2)
    (c, d), _, other = await joined(2, start=10)
    e = await unlike(20)
    bridge, late = await pair_up(b, c), await pair_up(d, e)
    await decide(bridge)
    await decide(late)
    assert await matters_of(a, b, c, d, e) == [[one]] * 5
    await undo(bridge)
    assert await matters_of(a, b, c, d, e) == [[one], [one], [other], [other], [other]]
    await undo(late)
    assert await matters_of(a, b, c, d, e) == [[one], [one], [other], [other], []]
    await decide(bridge)
    await undo(bridge)
    assert await matters_of(a, b, c, d, e) == [[one], [one], [other], [other], []]


async def test_a_repeat_is_returned_and_parts_from_its_first(call: Any, unlike: Any, matters_of: Any) -> None:
    first, second = await unlike(1), await unlike(2)
    path = f"/v1/clues/{second['id']}"
    await call(SUPERVISOR, "POST", f"{path}/retain-as-repeat", {"first_clue_id": first["id"]})
    assert len(set(map(tuple, await matters_of(first, second)))) == 1
    answer = await call(SUPERVISOR, "POST", f"{path}/return", {"reason": "another matter after all"})
    assert (answer.json()["status"], answer.json()["first_clue_id"]) == ("registered", None)
    assert await matters_of(first, second) == [[], []]


async def test_every_verdict_is_kept_and_the_ledger_is_never_rewritten(
    call: Any, joined: Any, undo: Any, decide: Any, resources: Resources
) -> None:
    _, (pair,), _ = await joined(2)
    await undo(pair)
    await decide(pair, "unsure")
    await decide(pair, "different", relation="related_subject")
    history = (await call(SUPERVISOR, "GET", f"/v1/candidates/{pair}")).json()["history"]
    assert [(one["decision"], one["decided_by"]) for one in history] == [
        (decision, SUPERVISOR) for decision in ("same", "undone", "unsure", "different")
    ]
    for statement in ("update matter_change set actor = 'x'", "delete from candidate_verdict"):
        async with resources.database.sessions() as session:
            with pytest.raises(DBAPIError, match="permission denied"):
                await session.execute(text(statement))
