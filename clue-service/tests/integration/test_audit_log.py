"""Auditors read who did what with the clues of their commission, and their reading is logged."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from chassis.audit_proof import prove
from chassis.seals import seal_entries
from chassis.service import Resources
from sqlalchemy import event, text


@pytest.fixture
def entries(call: Any) -> Any:
    async def read(who: str = "auditor@cmo-dh", query: str = "") -> list[dict[str, Any]]:
        answer = await call(who, "GET", f"/v1/audit-entries{query}")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    return read


async def test_every_read_of_a_clue_stands_in_the_log(call: Any, register: Any, entries: Any) -> None:
    clue = await register("officer@pet-dh")
    path = f"/v1/clues/{clue['id']}"
    for part in ("", "/candidates", "/timeline"):
        assert (await call("supervisor@cmo-dh", "GET", path + part)).status_code == 200
    await call("supervisor@cmo-dh", "GET", "/v1/clues")
    await call("supervisor@cmo-dh", "POST", "/v1/clue-searches", {"text": "麻将"})
    mine = await entries(query="?actor=supervisor@cmo-dh")
    assert [one["action"] for one in mine] == ["list", "list", "read_timeline", "read_candidates", "read"]
    assert [one["detail"].get("clues") for one in mine[:2]] == [[clue["id"]]] * 2
    of_clue = await entries(query=f"?object_type=clue&object_id={clue['id']}&action=register")
    assert [(one["actor"], one["unit"], one["detail"]) for one in of_clue] == [
        ("officer@pet-dh", "pet-dh", {"to": "registered", "version": 1})
    ]


async def test_an_auditor_reads_no_other_commissions_log(call: Any, register: Any, entries: Any) -> None:
    clue = await register("officer@pet-xs")
    assert await entries("auditor@cmo-dh") == []
    assert {one["object_id"] for one in await entries("auditor@cmo-xs", "?object_type=clue")} == {clue["id"]}
    assert await entries("auditor@nowhere") == []
    for who in ("supervisor@cmo-xs", "admin@cdi-xs", "leader@cdi-xs"):
        assert (await call(who, "GET", "/v1/audit-entries")).status_code == 403
        assert (await call(who, "GET", "/v1/audit-seals")).status_code == 403


async def test_what_a_service_did_for_a_person_is_read_by_the_clues_auditor(
    call: Any, register: Any, entries: Any, harness: Any
) -> None:
    clue = await register("officer@pet-dh")
    await harness.add_principal("p-1", "cmo-dh", "case_supervisor")
    answer = await call(
        "service:1", "GET", f"/v1/clues/{clue['id']}/recusal-facts", sub="svc:personnel-pool-service",
        headers={"Heli-Acting-Sub": "p-1"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    (entry,) = await entries(query="?actor=p-1")
    assert (entry["action"], entry["actor"], entry["acting_for"]) == (
        "read_recusal_facts", "svc:personnel-pool-service", "p-1",
    )  # fmt: skip


async def test_reading_the_log_is_logged_and_paged(call: Any, register: Any, entries: Any) -> None:
    for _ in range(3):
        await register("officer@pet-dh")
    await entries(query="?action=register&limit=2")
    log = await entries(query="?object_type=audit_log")
    assert [(one["actor"], one["detail"]) for one in log] == [("auditor@cmo-dh", {"filters": ["action"], "rows": 2})]
    first = (await call("auditor@cmo-dh", "GET", "/v1/audit-entries?action=register&limit=2")).json()
    rest = await entries(query=f"?action=register&cursor={first['next_cursor']}")
    assert len(first["items"]) == 2
    assert len(rest) == 1
    for wrong in ("?limit=0", "?cursor=x", "?since=soon", "?cursor=WyJhIl0"):
        assert (await call("auditor@cmo-dh", "GET", f"/v1/audit-entries{wrong}")).status_code == 422
    assert await entries(query="?since=2027-01-01T00:00:00Z") == []
    assert await entries(query="?until=2026-11-23") == []


@pytest.fixture
async def statements(resources: Resources) -> AsyncIterator[list[tuple[str, Any]]]:
    """What is asked of the database, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    engine = resources.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


async def test_what_is_seldom_done_is_found_by_an_index_and_what_is_often_done_too(
    call: Any, register: Any, entries: Any, resources: Resources, statements: list[tuple[str, Any]]
) -> None:
    clue = await register("officer@pet-dh")
    await call("supervisor@cmo-dh", "POST", f"/v1/clues/{clue['id']}/accept")
    await call("supervisor@cmo-dh", "GET", f"/v1/clues/{clue['id']}")
    statements.clear()
    accepted = await entries(query="?action=accept")
    asked = [one for one in statements if "FROM audit_entry" in one[0] and "audit_entry.action" in one[0]]
    assert [(one["action"], one["object_id"]) for one in accepted] == [("accept", clue["id"])]
    assert [one["object_id"] for one in await entries(query="?action=read&object_type=clue")] == [clue["id"]]
    assert await entries("auditor@cmo-xs", "?action=accept") == []
    assert asked
    async with resources.database.engine.connect() as connection:
        await connection.execute(text("set local enable_seqscan = off"))
        await connection.execute(text("set local enable_bitmapscan = off"))
        await connection.execute(text("set local plan_cache_mode = force_generic_plan"))
        for statement, parameters in asked:
            rows = await connection.exec_driver_sql(f"explain {statement}", parameters)
            plan = "\n".join(row[0] for row in rows)
            assert "ix_audit_entry_seldom" in plan, plan


async def test_the_chain_holds_over_a_days_work_and_its_head_can_be_noted(
    call: Any, register: Any, bring: Any, resources: Resources
) -> None:
    await bring(await register("officer@pet-dh"), "approved")
    assert await seal_entries(resources.database, resources.keys) > 5
    (seal,) = (await call("auditor@cmo-dh", "GET", "/v1/audit-seals")).json()["items"]
    proof = await prove(resources.database, resources.keys, [seal["head"]])
    assert (proof.faults, proof.seals) == ([], 1)
