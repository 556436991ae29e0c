"""A silent clue may be announced later: it is matched anew, and then the others are told."""

from typing import Any

from chassis.testing.harness import Harness

CLERKS = ("officer@pet-dh", "officer@pet-xs")
SUPERVISORS = ("supervisor@cmo-dh", "supervisor@cmo-xs")


async def announce(call: Any, clue: Any, who: str = SUPERVISORS[0]) -> Any:
    return await call(who, "POST", f"/v1/clues/{clue['id']}/announce", {"reason": "secrecy is no longer needed"})


async def test_an_announced_clue_meets_the_others_and_they_are_told(
    call: Any, register: Any, matter: Any, harness: Harness
) -> None:
    silent = await register(CLERKS[0], matter[0], overlap_policy="silent")
    loud = await register(CLERKS[1], matter[1])
    assert "announce" in silent["allowed_moves"]
    assert "announce" not in loud["allowed_moves"]
    answer = await announce(call, silent)
    assert (answer.status_code, answer.json()["overlap_policy"], answer.json()["status"]) == (
        200,
        "announce",
        "registered",
    )
    await harness.run_jobs()
    (alert,) = (await call(SUPERVISORS[1], "GET", "/v1/overlap-alerts")).json()["items"]
    assert [part["unit"] for part in alert["commissions"]] == ["cdi-dh", "cdi-xs"]
    (hit,) = (await call(CLERKS[1], "GET", f"/v1/clues/{loud['id']}/candidates")).json()["items"]
    assert hit["hit"]["unit"] == "cdi-dh"
    assert [event.type for event in await harness.staged_events("clue.clue.announced")] == ["clue.clue.announced.v1"]
    again = await announce(call, silent)
    assert (again.status_code, again.json()["code"], again.json()["state"]) == (409, "move_refused", "registered")
    assert "announce" not in again.json()["allowed_moves"]


async def test_who_had_been_checking_silently_leads_once_announced(
    call: Any, register: Any, matter: Any, bring: Any, harness: Harness
) -> None:
    silent = await register(CLERKS[0], matter[0], overlap_policy="silent")
    await bring(silent, "approved")
    loud = await register(CLERKS[1], matter[1])
    await bring(loud, "proposed")
    await announce(call, silent)
    await harness.run_jobs()
    refused = await call("principal@cdi-xs", "POST", f"/v1/clues/{loud['id']}/approve-disposition")
    assert (refused.status_code, refused.json()["route"]["unit"]) == (409, "cdi-dh")


async def test_only_the_clues_own_office_announces(call: Any, register: Any, matter: Any) -> None:
    silent = await register(CLERKS[0], matter[0], overlap_policy="silent")
    for who, status in (("handler@inv1-dh", 403), (SUPERVISORS[1], 404), ("leader@cdi-dh", 403)):
        assert (await announce(call, silent, who)).status_code == status


async def test_a_silent_clue_joins_its_matter_and_holds_no_others_together_until_announced(
    call: Any, register: Any, harness: Harness, unlike: Any, pair_up: Any, decide: Any, matters_of: Any
) -> None:
    one, other = await unlike(1), await unlike(2)
    silent = await unlike(3, overlap_policy="silent")
    await decide(await pair_up(silent, one))
    await decide(await pair_up(silent, other))
    (first,), (second,), both = await matters_of(one, other, silent)
    assert first != second
    assert both == sorted([first, second])
    await announce(call, silent)
    assert {tuple(ids) for ids in await matters_of(one, other, silent)} == {(first,)}
