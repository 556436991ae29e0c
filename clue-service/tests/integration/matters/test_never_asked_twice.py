"""A settled pair stays settled: searched anew, indexed anew, or held together by others."""

from typing import Any
from uuid import UUID

import pytest
from chassis.identity import SYSTEM
from chassis.service import Resources
from clue_service.access.row_security import engine_session
from clue_service.intake import engine
from clue_service.intake import service as intake
from sqlalchemy import text

OFFICER = "officer@pet-dh"


async def search_again(resources: Resources, clue: Any, origin: str) -> int:
    tree = await resources.directory.tree()
    async with resources.transactions(SYSTEM) as uow:
        return (await intake.search(uow, tree, resources.own, UUID(clue["id"]), origin=origin)).new


async def index_again(resources: Resources, clue: Any, form: Any) -> None:
    from clue_service.matching.prepared import ClueText

    tree = await resources.directory.tree()
    changed = {
        **form,
        "allegations": [{**form["allegations"][0], "text": form["allegations"][0]["text"] + "补充材料。"}],
    }
    prepared = resources.own.prepare(ClueText.of_body(changed), tree)
    async with resources.transactions(SYSTEM) as uow:
        await resources.own.matcher.index(uow.session, UUID(clue["id"]), prepared)


async def test_a_settled_pair_is_not_open_again_after_searching_and_indexing_anew(
    call: Any, register: Any, matter: Any, decide: Any, resources: Resources
) -> None:
    first = await register(OFFICER, matter[0])
    second = await register(OFFICER, matter[1])
    third = await register(OFFICER, matter[2])
    pairs = {one["clue_id"]: one["id"] for one in third["candidates"]}
    await decide(second["candidates"][0]["id"], "different")
    await decide(pairs[first["id"]], "same")
    for clue, form, origin in (
        (second, matter[1], "intake"),
        (third, matter[2], "rescore"),
        (first, matter[0], "batch"),
    ):
        await index_again(resources, clue, form)
        assert await search_again(resources, clue, origin) == 0
    listed = {}
    for clue in (first, second, third):
        answer = await call(OFFICER, "GET", f"/v1/clues/{clue['id']}/candidates")
        listed |= {one["id"]: (one["state"], one["decision"]) for one in answer.json()["items"]}
    assert listed == {
        second["candidates"][0]["id"]: ("decided", "different"),
        pairs[first["id"]]: ("decided", "same"),
        pairs[second["id"]]: ("open", None),
    }
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from candidate")) == 3


async def test_a_pair_whose_clues_are_one_matter_through_others_is_not_asked(
    call: Any, unlike: Any, pair_up: Any, decide: Any, undo: Any
) -> None:
    a, b, c = [await unlike(number) for number in range(3)]
    first, _ = await pair_up(a, b), await pair_up(a, c)
    second = await pair_up(b, c)
    await decide(first)
    await decide(second)

    async def states(clue: Any) -> set[tuple[str, str]]:
        answer = await call(OFFICER, "GET", f"/v1/clues/{clue['id']}/candidates")
        return {(one["clue_id"], one["state"]) for one in answer.json()["items"]}

    assert await states(a) == {(b["id"], "decided"), (c["id"], "decided")}
    await undo(second)
    assert await states(a) == {(b["id"], "decided"), (c["id"], "open")}


async def test_the_other_clues_of_a_confirmed_matter_are_proposed_with_the_one_that_was_found(
    register: Any, matter: Any, unlike: Any, pair_up: Any, decide: Any
) -> None:
    first = await register(OFFICER, matter[0])
    hidden = await unlike(5)
    await decide(await pair_up(hidden, first))
    late = await register(OFFICER, matter[0], origin_ref="copy:1")
    found = {one["clue_id"]: one for one in late["candidates"]}
    assert found[first["id"]]["band"] == "likely"
    pulled = found[hidden["id"]]
    assert (pulled["band"], pulled["relation"]) == ("review", "same_matter_other_reporter")
    assert pulled["reasons"] == [{"field": "matter", "verdict": "member", "weight": 0.0, "detail": None}]
    assert 0.4 < pulled["probability"] < 0.6


async def test_intakes_ask_once_a_second_what_other_processes_stored(
    register: Any, matter: Any, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> int:
        return sum("matching_frequency" in one for one in statements)

    monkeypatch.setattr(engine, "FOLLOW_EVERY_SECONDS", 0.0)
    await register(OFFICER, matter[0])
    statements.clear()
    await register(OFFICER, matter[1])
    assert asked() == 1
    monkeypatch.setattr(engine, "FOLLOW_EVERY_SECONDS", 600.0)
    statements.clear()
    await register(OFFICER, matter[2])
    assert asked() == 0


async def test_an_intake_asks_the_database_a_bounded_number_of_times(
    register: Any, matter: Any, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "FOLLOW_EVERY_SECONDS", 600.0)
    await register(OFFICER)
    counts = []
    for who, form in ((OFFICER, matter[0]), (OFFICER, matter[1]), ("officer@pet-xs", matter[2])):
        statements.clear()
        await register(who, {**form, "reporter": {"identity_type": "real_name", "name": "x", "contact": "y"}})
        counts.append(len(statements))
    nothing, within, across = counts
    assert nothing <= 34  # of these, four say for whom a transaction works
    assert within <= 36
    assert across <= 54


async def test_the_thirtieth_copy_of_a_letter_asks_the_database_no_more_often_than_the_third(
    register: Any, matter: Any, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "FOLLOW_EVERY_SECONDS", 600.0)  # else one statement more now and then
    counts = []
    for _ in range(30):
        statements.clear()
        await register(OFFICER, matter[0])
        counts.append(sum("unit_copy" not in one for one in statements))  # the directory is looked at by the clock
    assert counts[-1] <= counts[2]
