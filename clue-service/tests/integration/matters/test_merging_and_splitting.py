"""Merging two confirmed matters and splitting one: by a supervisor who sees all of it, remembered, taken back."""

from typing import Any

from chassis.testing.harness import Harness

SUPERVISOR = "supervisor@cmo-dh"


async def act(call: Any, matter: str, verb: str, who: str = SUPERVISOR, headers: Any = None, **body: Any) -> Any:
    return await call(who, "POST", f"/v1/matters/{matter}/{verb}", {"reason": "r", **body}, headers=headers or {})


async def history(call: Any, matter_id: str) -> list[dict[str, Any]]:
    answer = await call(SUPERVISOR, "GET", f"/v1/matters/{matter_id}/history")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_two_matters_become_the_earlier_one_and_part_again(
    call: Any, joined: Any, pair_up: Any, matters_of: Any, harness: Harness
) -> None:
    first, _, one = await joined(2)
    second, _, other = await joined(2, start=10)
    open_pair = await pair_up(first[0], second[0])
    answer = await act(call, other, "merge", matter_id=one)
    assert (answer.status_code, answer.json()["id"], answer.json()["state"]) == (200, one, "open"), answer.text
    assert {clue["clue_id"] for clue in answer.json()["clues"]} == {clue["id"] for clue in (*first, *second)}
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    pair = (await call(SUPERVISOR, "GET", f"/v1/candidates/{open_pair}")).json()
    assert (pair["state"], pair["decision"], pair["history"][0]["source_kind"]) == ("decided", "same", "matter")
    (event,) = await harness.staged_events("clue.matter.merged")
    assert (event.aggregate_id, event.data["merged_ids"], event.data["commissions"]) == (one, [other], ["cdi-dh"])
    change = answer.json()["last_change"]
    assert (change["kind"], change["actor"], change["matter_ids"]) == ("merged", SUPERVISOR, sorted([one, other]))
    await call("officer@pet-dh", "POST", f"/v1/clues/{second[1]['id']}/accept")
    undone = await act(call, one, "undo", change_id=change["id"])
    assert undone.status_code == 200, undone.text
    assert await matters_of(*first, *second) == [[one], [one], [other], [other]]
    pair = (await call(SUPERVISOR, "GET", f"/v1/candidates/{open_pair}")).json()
    assert (pair["state"], pair["decision"]) == ("open", None)
    last = undone.json()["last_change"]
    assert (last["kind"], last["undoes"]) == ("undone", change["id"])
    assert [(one["actor"], one["verb"]) for one in last["later_actions"]] == [("officer@pet-dh", "accept")]
    (event,) = await harness.staged_events("clue.matter.undone")
    assert (event.data["undoes"], event.data["later_actions"]) == (change["id"], 1)
    kinds = [(row["kind"], row["undone_by"]) for row in await history(call, one)]
    assert kinds == [("undone", None), ("merged", last["id"]), ("linked", None)]
    twice = await act(call, one, "undo", change_id=change["id"])
    assert (twice.status_code, twice.json()["code"]) == (409, "move_refused")


async def test_a_repeated_merge_answers_the_same_and_a_stale_one_is_refused(call: Any, joined: Any) -> None:
    _, _, one = await joined(2)
    _, _, other = await joined(2, start=10)
    stale = await act(call, one, "merge", matter_id=other, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    key = {"Idempotency-Key": "merge-1"}
    answers = [await act(call, one, "merge", matter_id=other, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    again = await act(call, other, "merge", matter_id=one)
    assert (again.status_code, again.json()["state"], again.json()["allowed_moves"]) == (409, "merged", ["undo"])


async def test_matters_with_different_leads_merge_only_when_one_is_named(
    call: Any, joined: Any, bring: Any, matters_of: Any
) -> None:
    first, _, one = await joined(2)
    second, _, other = await joined(2, start=10)
    await bring(first[0], "approved")
    await bring(second[0], "approved", lead="sup1-dh")
    refused = await act(call, one, "merge", matter_id=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "matter_leads_differ")
    assert {lead["lead_unit"] for lead in refused.json()["leads"]} == {"inv1-dh", "sup1-dh"}
    wrong = await act(call, one, "merge", matter_id=other, lead_unit="inv1-xs")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/lead_unit")
    done = await act(call, one, "merge", matter_id=other, lead_unit="sup1-dh")
    assert (done.json()["lead"]["unit"], done.json()["lead"]["basis"]) == ("sup1-dh", "designated")
    await act(call, one, "undo", change_id=done.json()["last_change"]["id"])
    leads = [(await call(SUPERVISOR, "GET", f"/v1/matters/{matter}")).json()["lead"] for matter in (one, other)]
    assert [(lead["unit"], lead["basis"]) for lead in leads] == [("inv1-dh", "approval"), ("sup1-dh", "approval")]


async def test_a_part_is_split_off_and_both_sides_hang_together(
    call: Any, joined: Any, pair_up: Any, matters_of: Any, harness: Harness
) -> None:
    (a, b, c, d, e), pairs, matter = await joined(5)
    asked = await pair_up(a, d)
    answer = await act(call, matter, "split", clue_ids=[b["id"], d["id"]])
    assert answer.status_code == 200, answer.text
    (stays,), (goes,) = (await matters_of(a, b))[0], (await matters_of(a, b))[1]
    assert stays == matter != goes
    assert await matters_of(a, b, c, d, e) == [[matter], [goes], [matter], [goes], [matter]]
    for pair in (asked, pairs[0]):
        seen = (await call(SUPERVISOR, "GET", f"/v1/candidates/{pair}")).json()
        assert (seen["decision"], seen["state"]) == ("different", "decided")
    (event,) = await harness.staged_events("clue.matter.split")
    assert event.data["part_ids"] == [goes]
    await act(call, matter, "undo", change_id=answer.json()["last_change"]["id"])
    assert await matters_of(a, b, c, d, e) == [[matter]] * 5
    seen = [(await call(SUPERVISOR, "GET", f"/v1/candidates/{pair}")).json()["decision"] for pair in (asked, *pairs)]
    assert seen == [None, "same", "same", "same", "same"]


async def test_who_does_not_see_all_of_a_matter_does_not_rearrange_it(
    call: Any, joined: Any, unlike: Any, pair_up: Any, decide: Any
) -> None:
    clues, _, matter = await joined(2)
    _, _, other = await joined(2, start=10)
    secret = await unlike(30, secrecy_level="secret")
    await decide(await pair_up(clues[0], secret), who="officer@pet-dh")
    for verb, body in (("merge", {"matter_id": other}), ("split", {"clue_ids": [clues[1]["id"]]})):
        refused = await act(call, matter, verb, **body)
        assert (refused.status_code, refused.json()["code"]) == (403, "matter_not_wholly_visible")
        assert (await act(call, matter, verb, who="supervisor@cmo-xs", **body)).status_code == 404
        assert (await act(call, matter, verb, who="officer@pet-dh", **body)).status_code == 403
    seen = (await call(SUPERVISOR, "GET", f"/v1/matters/{matter}")).json()
    assert {clue["clue_id"] for clue in seen["clues"]} == {clue["id"] for clue in clues}
    assert secret["id"] not in str((await call(SUPERVISOR, "GET", f"/v1/matters/{matter}/history")).json())
    assert (await call("supervisor@cmo-xs", "GET", f"/v1/matters/{matter}")).status_code == 404


async def test_what_makes_no_sense_is_refused(call: Any, joined: Any, unlike: Any) -> None:
    clues, _, matter = await joined(2)
    stranger = await unlike(30)
    for verb, body in (
        ("merge", {"matter_id": matter}),
        ("merge", {"matter_id": stranger["id"]}),
        ("split", {"clue_ids": [stranger["id"]]}),
        ("split", {"clue_ids": [clue["id"] for clue in clues]}),
        ("split", {"clue_ids": []}),
        ("undo", {"change_id": matter}),
        ("merge", {"matter_id": matter, "why": "unknown field"}),
    ):
        assert (await act(call, matter, verb, **body)).status_code == 422, (verb, body)


async def test_a_repeat_stays_with_its_first_clue(call: Any, joined: Any, unlike: Any) -> None:
    clues, _, matter = await joined(2)
    repeat = await unlike(30)
    await call(SUPERVISOR, "POST", f"/v1/clues/{repeat['id']}/retain-as-repeat", {"first_clue_id": clues[0]["id"]})
    refused = await act(call, matter, "split", clue_ids=[repeat["id"]])
    assert (refused.status_code, refused.json()["code"]) == (409, "repeat_belongs_to_its_first")
    assert refused.json()["clue_ids"] == [repeat["id"]]


async def test_the_leader_of_the_commission_assigns_the_lead(
    call: Any, joined: Any, bring: Any, harness: Harness
) -> None:
    clues, _, matter = await joined(2)
    await bring(clues[1], "proposed", lead="sup1-dh")
    await bring(clues[0], "approved")
    path = f"/v1/clues/{clues[1]['id']}/approve-disposition"
    assert (await call("principal@cdi-dh", "POST", path)).status_code == 409
    for who, status in (("leader@inv1-dh", 403), ("leader@cdi-xs", 404), (SUPERVISOR, 403)):
        assert (await act(call, matter, "assign-lead", who=who, lead_unit="sup1-dh")).status_code == status, who
    wrong = await act(call, matter, "assign-lead", who="leader@cdi-dh", lead_unit="inv1-xs")
    assert wrong.status_code == 422
    done = await act(call, matter, "assign-lead", who="leader@cdi-dh", lead_unit="sup1-dh")
    assert (done.status_code, done.json()["lead"]["unit"]) == (200, "sup1-dh")
    (event,) = await harness.staged_events("clue.matter.lead_assigned")
    assert (event.data["lead_commission"], event.data["lead_unit"]) == ("cdi-dh", "sup1-dh")
    assert (await call("principal@cdi-dh", "POST", path)).status_code == 200
    assert [row["kind"] for row in await history(call, matter)][:2] == ["lead_assigned", "lead_taken"]
