"""Whoever carries news of an item hears who is recused from it: in time, whole, and of all that rests on a clue."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.testing.harness import Harness, StagedEvent
from clue_service.overlap_alerts.detection import report_overlap
from clue_service.overlap_alerts.domain import Party, Stage
from clue_service.recusals import reach
from contracts.envelope import Egress
from contracts.recusals import RecusalChanged

from contracts import clue as clue_events

OFFICE, RECUSED, LEADER = "supervisor1@cmo-dh", "supervisor9@cmo-dh", "leader@cdi-dh"
LETTER = {
    "kind": "supervisory", "addressed_unit": "su-housing", "title": "题", "problem": "题", "demands": "题",
    "reply_due_on": "2026-12-23",
}  # fmt: skip


@pytest.fixture
def said(harness: Harness) -> Any:
    """``await said()`` → (item type, id) → whom the last event of the item names."""

    async def read() -> dict[tuple[str, str], list[str]]:
        events = await harness.staged_events(RecusalChanged.type)
        last: dict[tuple[str, str], StagedEvent] = {}
        for event in events:
            key = (event.data["item_type"], event.data["item_id"])
            assert key not in last or last[key].version < event.version, "versions grow within an item"
            assert event.aggregate_id == event.data["item_id"]
            last[key] = event
        return {key: event.data["recused"] for key, event in last.items()}

    return read


@pytest.fixture
def recuse(call: Any) -> Any:
    async def record(clue_id: str, sub: str = RECUSED) -> dict[str, Any]:
        answer = await call("officer@pet-dh", "POST", f"/v1/clues/{clue_id}/recusals", {"sub": sub})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return record


def test_it_stays_inside() -> None:
    assert RecusalChanged.egress is Egress.NEVER
    assert set(RecusalChanged.model_fields) == {"item_type", "item_id", "recused"}


async def test_a_recusal_and_its_end_are_said_of_all_that_rests_on_the_matter(
    marked: Any, recuse: Any, call: Any, said: Any
) -> None:
    assert (await call(OFFICE, "POST", f"/v1/clues/{marked.clue['id']}/accept")).status_code == 200
    assert await said() == {}, "of nobody nothing is said"
    recusal = await recuse(marked.clue["id"])
    kept = await said()
    resting = {
        ("clue", marked.clue["id"]),
        ("clue", marked.other["id"]),
        ("overlap_alert", marked.ids["alert_id"]),
        ("consultation", marked.ids["consultations"]),
        ("advice", marked.ids["advice"]),
        ("supervised_handling", marked.ids["supervised-handlings"]),
    }
    assert resting <= set(kept)
    assert {tuple(subs) for subs in kept.values()} == {(RECUSED,)}
    await recuse(marked.clue["id"], "supervisor8@cmo-dh")
    both = ["supervisor8@cmo-dh", RECUSED]
    assert {tuple(subs) for subs in (await said()).values()} == {tuple(both)}
    lifted = await call(LEADER, "POST", f"/v1/recusals/{recusal['id']}/lift")
    assert lifted.status_code == 200, lifted.text
    after = await said()
    assert set(after) == set(kept)
    assert {tuple(subs) for subs in after.values()} == {("supervisor8@cmo-dh",)}


async def test_what_comes_to_rest_on_the_clue_is_withheld_before_anything_is_told_of_it(
    marked: Any, recuse: Any, call: Any, said: Any, harness: Harness
) -> None:
    await recuse(marked.clue["id"])
    made = await call(OFFICE, "POST", "/v1/advice", {**LETTER, "clue_id": marked.clue["id"]})
    assert made.status_code == 201, made.text
    assert (await said())["advice", made.json()["id"]] == [RECUSED]
    of_it = [one.type for one in await harness.staged_events() if one.aggregate_id == made.json()["id"]]
    assert of_it == [RecusalChanged.type, "clue.advice.drafted.v1"]
    before = len(await harness.staged_events(RecusalChanged.type))
    free = await call(OFFICE, "POST", "/v1/advice", LETTER)
    assert free.status_code == 201, free.text
    assert len(await harness.staged_events(RecusalChanged.type)) == before, "of nobody nothing is said"


async def test_a_further_letter_in_an_alert_is_withheld_from_whoever_is_recused_from_another_of_it(
    unlike: Any, recuse: Any, said: Any, harness: Harness, resources: Resources
) -> None:
    one, other, late = await unlike(1), await unlike(2, "officer@pet-xs"), await unlike(3, "officer@pet-xs")

    async def meet(*clues: Any) -> UUID:
        parties = [Party(UUID(clue["id"]), clue["commission"], Stage.REGISTERED) for clue in clues]
        async with resources.transactions(SYSTEM) as uow:
            return await report_overlap(uow, parties[0], parties[1:])

    alert = str(await meet(other, one))
    assert ("overlap_alert", alert) not in await said(), "of nobody nothing is said"
    await recuse(one["id"])
    before = len(await harness.staged_events(RecusalChanged.type))
    assert str(await meet(late, other)) == alert
    assert len(await harness.staged_events(RecusalChanged.type)) > before
    assert (await said())["overlap_alert", alert] == [RECUSED]


async def test_who_is_recused_from_a_consultation_is_recused_from_what_follows_it(
    marked: Any, call: Any, said: Any
) -> None:
    item = marked.ids["consultations"]
    answer = await call(OFFICE, "POST", f"/v1/consultations/{item}/recuse", {"sub": RECUSED})
    assert answer.status_code == 200, answer.text
    made = await call(OFFICE, "POST", "/v1/advice", {**LETTER, "consultation_id": item})
    assert made.status_code == 201, made.text
    assert await said() == {("consultation", item): [RECUSED], ("advice", made.json()["id"]): [RECUSED]}


async def test_a_clue_that_joins_the_matter_brings_what_rests_on_it(
    unlike: Any, pair_up: Any, decide: Any, undo: Any, recuse: Any, call: Any, said: Any
) -> None:
    one, other = await unlike(1), await unlike(2)
    made = await call(OFFICE, "POST", "/v1/advice", {**LETTER, "clue_id": other["id"]})
    await recuse(one["id"])
    assert await said() == {("clue", one["id"]): [RECUSED]}
    pair = await pair_up(one, other)
    await decide(pair)
    letter = ("advice", made.json()["id"])
    assert await said() == {("clue", one["id"]): [RECUSED], ("clue", other["id"]): [RECUSED], letter: [RECUSED]}
    await undo(pair)
    assert await said() == {("clue", one["id"]): [RECUSED], ("clue", other["id"]): [], letter: []}


async def test_an_item_on_two_clues_is_given_back_by_the_second(unlike: Any, recuse: Any, call: Any, said: Any) -> None:
    one, other = await unlike(3), await unlike(4)
    body = {
        "kind": "important_clue", "topic": "题", "participants": [{"unit": "inv1-dh"}],
        "clue_ids": [one["id"], other["id"]],
    }  # fmt: skip
    item = await call(OFFICE, "POST", "/v1/consultations", body)
    assert item.status_code == 201, item.text
    key = ("consultation", item.json()["id"])
    for clue in (one, other):
        assert (await call(OFFICE, "POST", f"/v1/clues/{clue['id']}/accept")).status_code == 200
    recusals = await asyncio.gather(recuse(one["id"]), recuse(other["id"]))
    assert (await said())[key] == [RECUSED]
    lifts = await asyncio.gather(*(call(LEADER, "POST", f"/v1/recusals/{made['id']}/lift") for made in recusals))
    assert {lift.status_code for lift in lifts} == {200}
    assert (await said())[key] == [], "of two who end it at once, one is the last and says so"


async def test_of_many_that_come_to_rest_while_somebody_is_recused_none_is_missed(
    unlike: Any, recuse: Any, call: Any, said: Any
) -> None:
    clue = await unlike(5)

    async def draft() -> str:
        made = await call(OFFICE, "POST", "/v1/advice", {**LETTER, "clue_id": clue["id"]})
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    first = await asyncio.gather(*(draft() for _ in range(6)), recuse(clue["id"]), *(draft() for _ in range(6)))
    kept = await said()
    assert [kept.get(("advice", one)) for one in first if isinstance(one, str)] == [[RECUSED]] * 12


async def test_an_entry_of_the_library_and_a_transfer_are_withheld_too(
    unlike: Any, recuse: Any, call: Any, said: Any
) -> None:
    clue = await unlike(6)
    await recuse(clue["id"])
    entry = {"kind": "case_analysis", "title": "题", "text": "题", "unit_code": "su-housing", "clue_ids": [clue["id"]]}
    made = await call(OFFICE, "POST", "/v1/library-items", entry)
    assert made.status_code == 201, made.text
    sent = {"to_unit": "cmo-xs", "reason": "由"}
    assert (await call(OFFICE, "POST", f"/v1/clues/{clue['id']}/forward", sent)).status_code == 200
    (transfer,) = (await call(OFFICE, "GET", "/v1/clue-transfers")).json()["items"]
    kept = await said()
    assert kept["library_item", made.json()["id"]] == kept["clue_transfer", transfer["id"]] == [RECUSED]


def test_whatever_is_told_of_can_be_withheld() -> None:
    # Duties of a month or a quarter rest on no clue.
    told = {event.aggregate() for event in clue_events.EVENTS} - {"candidate", "matter", "recusal", "periodic_duty"}
    assert {"clue_transfer" if one == "transfer" else one for one in told} == reach.TYPES
