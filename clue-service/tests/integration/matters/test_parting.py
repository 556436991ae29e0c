"""What parts a matter besides an undo flags what people did since, and tells of every verdict it changes."""

from typing import Any

from chassis.testing.harness import Harness

KEYS = ("dh", "xs", "xn")
SUPERVISOR = "supervisor@cmo-dh"


async def vote(call: Any, alert_id: str, outcome: str, *keys: str) -> dict[str, Any]:
    answer = None
    for key in keys:
        path = f"/v1/overlap-alerts/{alert_id}/resolve"
        answer = await call(f"supervisor@cmo-{key}", "POST", path, {"outcome": outcome})
        assert answer.status_code == 200, answer.text
    assert answer is not None
    return dict(answer.json())


async def alert_at(call: Any, key: str) -> dict[str, Any]:
    (alert,) = (await call(f"supervisor@cmo-{key}", "GET", "/v1/overlap-alerts")).json()["items"]
    return dict(alert)


async def test_votes_that_part_what_they_joined_flag_what_each_did_since_to_itself(
    call: Any, register: Any, matter: Any, harness: Harness
) -> None:
    first = await register("officer@pet-dh", matter[0])
    second = await register("officer@pet-xs", matter[1])
    alert_id = (await alert_at(call, "dh"))["id"]
    assert (await vote(call, alert_id, "linked", "dh", "xs"))["later_actions"] == []
    (joined,) = (await call(SUPERVISOR, "GET", f"/v1/clues/{first['id']}")).json()["matter_ids"]
    settled = await harness.staged_events("clue.candidate.decided")
    assert [(one.data["decision"], one.data["state"], one.data["matter_id"]) for one in settled] == [
        ("same", "decided", joined)
    ]
    assert settled[0].data["clue_id"] == second["id"]
    for key, clue in (("dh", first), ("xs", second)):
        await call(f"supervisor@cmo-{key}", "POST", f"/v1/clues/{clue['id']}/accept")
    await register("officer@pet-xn", matter[2])
    parted = await vote(call, alert_id, "not_same", *KEYS)
    assert (parted["state"], parted["outcome"]) == ("resolved", "not_same")
    assert (await call(SUPERVISOR, "GET", f"/v1/clues/{first['id']}")).json()["matter_ids"] == []
    flagged = {
        key: [(one["actor"], one["verb"], one["clue_ids"]) for one in (await alert_at(call, key))["later_actions"]]
        for key in KEYS
    }
    assert flagged == {
        "dh": [("supervisor@cmo-dh", "accept", [first["id"]])],
        "xs": [("supervisor@cmo-xs", "accept", [second["id"]])],
        "xn": [],
    }
    told = [one.data for one in await harness.staged_events("clue.overlap_alert.resolved")]
    assert [one["outcome"] for one in told] == ["linked", "not_same"]
    assert not [name for one in told for name in one if "later" in name]  # how much another did is not told


async def test_a_split_flags_what_people_did_since_the_clues_were_joined(
    call: Any, joined: Any, bring: Any, harness: Harness
) -> None:
    (a, b, c), _, matter = await joined(3)
    await bring(b, "accepted")
    path = f"/v1/matters/{matter}/split"
    answer = await call(SUPERVISOR, "POST", path, {"reason": "r", "clue_ids": [c["id"]]})
    assert answer.status_code == 200, answer.text
    change = answer.json()["last_change"]
    assert (change["kind"], [(one["verb"], one["clue_ids"]) for one in change["later_actions"]]) == (
        "split",
        [("accept", [b["id"]])],
    )
    (event,) = await harness.staged_events("clue.matter.split")
    assert event.data["later_actions"] == 1
    assert a["id"] not in str(event.data)


async def test_every_verdict_that_a_merge_a_split_and_an_undo_change_is_told(
    call: Any, joined: Any, pair_up: Any, harness: Harness
) -> None:
    first, _, one = await joined(2)
    second, _, other = await joined(2, start=10)
    pair = await pair_up(first[0], second[0])

    async def told() -> list[tuple[Any, ...]]:
        found = []
        for name in ("decided", "undone"):
            for event in await harness.staged_events(f"clue.candidate.{name}"):
                if event.data["candidate_id"] == pair:
                    data = event.data
                    found.append((event.version, name, data["state"], data["decision"], data.get("previous_decision")))
        return sorted(found)

    async def act(verb: str, **body: Any) -> dict[str, Any]:
        answer = await call(SUPERVISOR, "POST", f"/v1/matters/{one}/{verb}", {"reason": "r", **body})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    merged = await act("merge", matter_id=other)
    split = await act("split", clue_ids=[clue["id"] for clue in second])
    await act("undo", change_id=split["last_change"]["id"])
    await act("undo", change_id=merged["last_change"]["id"])
    seen = (await call(SUPERVISOR, "GET", f"/v1/candidates/{pair}")).json()
    assert await told() == [
        (2, "decided", "decided", "same", None),
        (3, "decided", "decided", "different", None),
        (4, "undone", "decided", "same", "different"),
        (5, "undone", "open", None, "same"),
    ]
    assert (seen["version"], seen["decision"]) == (5, None)
