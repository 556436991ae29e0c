"""What people say with a step is read in the clue's timeline, by whoever sees the clue, until the clue is erased."""

from dataclasses import replace
from typing import Any

import pytest
from chassis.service import Resources
from clue_service.access.policy import Viewer
from clue_service.access.row_security import ask_as, engine_session
from clue_service.clues.move_schemas import PAYLOADS, SAID
from clue_service.competences.schemas import DecideCompetenceIn
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

OFFICE, PRINCIPAL, HANDLER = "supervisor@cmo-dh", "principal@cdi-dh", "handler@inv1-dh"
WORDS = "理由标记䶮"
WHY = {"reason": WORDS}
PAPER = {"offline_ref": "纪批〔2026〕12号"}
ASSIGNED = {"lead_unit": "inv1-dh", "co_units": ["sup1-dh"], "members": [HANDLER]}
KEPT_ELSEWHERE = {
    "approved_by": "the audit log, and the timeline by it",
    "first_clue_id": "the link of the two clues",
    "four_forms": "clue_result",
    "legal_basis": "clue_transfer",
    "method": "clue_disposition",
    "note": "clue_result",
    "outcome": "clue_result",
    "parts": "the clues that were made of them",
    "plan": "clue_disposition",
    "result_due": "clue_transfer",
    "to_body": "clue_transfer",
    "to_unit": "clue_transfer",
    "until": "clock_change",
}
MOVES: dict[str, tuple[str | None, str, dict[str, Any], dict[str, Any]]] = {
    "decline": (None, OFFICE, {"ground": "other_body", **WHY}, {"ground": "other_body", **WHY}),
    "announce": (None, OFFICE, WHY, WHY),
    "seal": (None, OFFICE, WHY, WHY),
    "forward": (None, OFFICE, {"to_body": "某机关", **WHY}, WHY),
    "assign": ("accepted", OFFICE, {**ASSIGNED, "approved_by": PRINCIPAL}, ASSIGNED),
    "return": ("assigned", OFFICE, {**WHY, "approved_by": PAPER}, WHY),
    "change-members": ("assigned", PRINCIPAL, {"members": [], **WHY}, {"members": [], **WHY}),
    "propose-disposition": ("assigned", HANDLER, {"method": "on_hold", "plan": "p", **WHY}, WHY),
    "reject-disposition": ("proposed", PRINCIPAL, WHY, WHY),
    "record-talk": ("approved", HANDLER, {"held_on": "2026-11-23"}, {"held_on": "2026-11-23"}),
}
"""Verb → (state before, who, payload, what is kept of it)."""
SEES = Viewer(
    sub=OFFICE,
    roles=frozenset({"case_supervisor"}),
    unit="cmo-dh",
    commission="cdi-dh",
    office_of="cdi-dh",
    units=frozenset({"cmo-dh"}),
)
ELSEWHERE = replace(
    SEES, unit="cmo-lh", commission="cdi-lh", office_of="cdi-lh", leads="cdi-lh", units=frozenset({"cmo-lh"})
)
RECUSED = replace(SEES, sub="recused@cmo-dh")
UNCLEARED = replace(SEES, cleared_for=frozenset())


async def said(call: Any, clue: Any, who: str = OFFICE) -> list[tuple[str, dict[str, Any]]]:
    answer = await call(who, "GET", f"/v1/clues/{clue['id']}/timeline")
    assert answer.status_code == 200, answer.text
    return [
        (one["action"], {key: value for key, value in one["said"].items() if value is not None})
        for one in answer.json()["items"]
        if one["said"] is not None
    ]


async def move(call: Any, clue: Any, who: str, verb: str, body: dict[str, Any]) -> Any:
    answer = await call(who, "POST", f"/v1/clues/{clue['id']}/{verb}", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def declined(call: Any, register: Any) -> Any:
    clue = await register("officer@pet-dh")
    await move(call, clue, OFFICE, "decline", MOVES["decline"][2])
    return clue


def test_every_field_of_every_move_is_kept_somewhere() -> None:
    every = {name for payload in (*PAYLOADS.values(), DecideCompetenceIn) for name in payload.model_fields}
    assert every - SAID == set(KEPT_ELSEWHERE)
    assert every >= SAID


@pytest.mark.parametrize("verb", MOVES)
async def test_what_is_said_with_a_move_is_read_in_the_timeline_and_told_nowhere_else(
    verb: str, call: Any, register: Any, bring: Any, resources: Resources
) -> None:
    before, who, body, kept = MOVES[verb]
    clue = await register("officer@pet-dh", overlap_policy="silent" if verb == "announce" else "announce")
    if before is not None:
        await bring(clue, before)
    await move(call, clue, who, verb, body)
    assert (await said(call, clue))[-1] == (verb, kept)
    async with engine_session(resources) as session:
        for table in ("audit_entry", "outbox", "job"):
            query = text(f"select count(*) from {table} t where t::text like :words")
            assert await session.scalar(query, {"words": f"%{WORDS}%"}) == 0, table


async def test_why_a_clue_was_split_stands_in_the_timeline_of_what_stays(call: Any, register: Any, matter: Any) -> None:
    more = {"category_code": "D6", "text": "钟国梁长期在上班时间打麻将，多次被群众看到。"}
    clue = await register("officer@pet-dh", matter[0], allegations=[*matter[0]["allegations"], more])
    parts = [{"allegation_ids": [clue["allegations"][1]["id"]]}]
    await move(call, clue, OFFICE, "split", {"parts": parts, **WHY})
    assert await said(call, clue) == [("split", WHY)]


async def test_who_had_a_clue_and_why_it_went_on_is_told_after_all_of_it_changed(
    call: Any, register: Any, bring: Any
) -> None:
    clue = await bring(await register("officer@pet-dh"), "accepted")
    for who, verb in ((OFFICE, "assign"), (PRINCIPAL, "change-members"), (OFFICE, "return")):
        await move(call, clue, who, verb, MOVES[verb][2])
    kept = [(verb, MOVES[verb][3]) for verb in ("assign", "change-members", "return")]
    assert await said(call, clue) == kept


async def test_whoever_does_not_see_the_clue_does_not_see_why_it_moved(
    call: Any, declined: Any, resources: Resources
) -> None:
    path = f"/v1/clues/{declined['id']}"
    assert (await call("officer@pet-dh", "POST", f"{path}/recusals", {"sub": RECUSED.sub})).status_code == 201
    for who, sub in (("supervisor@cmo-lh", "x"), ("handler@inv1-dh", "x"), (OFFICE, RECUSED.sub)):
        assert (await call(who, "GET", f"{path}/timeline", sub=sub)).status_code == 404
    for viewer, met in ((SEES, 1), (UNCLEARED, 0), (ELSEWHERE, 0), (RECUSED, 0), (None, 0)):
        async with resources.database.sessions.begin() as session:
            if viewer is not None:
                await ask_as(session, viewer, resources.clock.now())
            assert await session.scalar(text("select count(*) from clue_step")) == met, viewer


async def test_a_decision_on_competence_stays_after_another_one_was_taken(call: Any, register: Any) -> None:
    clue = await register("officer@pet-dh")
    taken = [{"commission": "cdi-xs", **WHY}, {"commission": "cdi-dh", "reason": "已核实干部管理权限"}]
    for body in taken:
        await move(call, clue, OFFICE, "decide-competence", body)
    assert await said(call, clue) == [("decide_competence", body) for body in taken]


@pytest.mark.parametrize(
    "statement",
    [
        "update clue_step set said = '{}'",
        "delete from clue_step",
        "truncate clue_step",
        "insert into clue_step (clue_id, version, action, said) select :id, 99, 'decline', '{}'",
    ],
)
async def test_nobody_changes_what_was_said_or_speaks_for_others(
    statement: str, declined: Any, resources: Resources
) -> None:
    viewer = ELSEWHERE if statement.startswith("insert") else SEES
    async with resources.database.sessions() as session:
        await ask_as(session, viewer, resources.clock.now())
        with pytest.raises(DBAPIError, match=r"permission denied|row-level security"):
            await session.execute(text(statement), {"id": declined["id"]} if ":id" in statement else {})


async def test_what_was_said_goes_with_a_sealed_clue(call: Any, declined: Any, resources: Resources) -> None:
    asked = {"reason": f"{WORDS}，高于本级"}
    await move(call, declined, "officer@pet-dh", "seal", asked)
    assert await said(call, declined) == [("decline", MOVES["decline"][3]), ("seal", asked)]
    sealed = await move(call, declined, OFFICE, "seal", asked)
    assert sealed["status"] == "sealed"
    assert await said(call, declined) == []
    async with engine_session(resources) as session:
        assert await session.scalar(text("select count(*) from clue_step")) == 0
