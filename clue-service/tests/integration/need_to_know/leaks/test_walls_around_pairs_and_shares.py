"""Pairs, verdicts, shares, transfers, requests, readings and reports: raw SQL as the runtime role meets a wall, too."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from chassis.service import Resources
from clue_service.access.policy import Viewer
from clue_service.access.row_security import ask_as, engine_session
from clue_service.shares.models import Share
from clue_service.trend_reports.models import TrendReport
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

INSUFFICIENT_PRIVILEGE, UNIQUE_VIOLATION = "42501", "23505"
ACTORS = {
    "candidate": "decided_by",
    "candidate_verdict": "decided_by",
    "clue_share": "granted_by",
    "clue_share_reading": "reader",
    "clue_transfer": "sent_by",
    "library_reading": "reader",
    "library_request": "requester",
    "matter_change": "actor",
    "trend_report": "made_by",
}
"""The tables, each with the column that says who did it."""
FINAL = {"candidate_verdict", "clue_share_reading", "library_reading", "matter_change", "trend_report"}
ALL_LEVELS = frozenset({"internal", "confidential", "secret"})
OFFICE = Viewer(
    sub="officer1@cmo-dh",
    roles=frozenset({"case_supervisor"}),
    unit="cmo-dh",
    commission="cdi-dh",
    office_of="cdi-dh",
    units=frozenset({"cmo-dh"}),
    cleared_for=ALL_LEVELS,
)
RECEIVER = replace(
    OFFICE, sub="officer1@cmo-xs", unit="cmo-xs", commission="cdi-xs", office_of="cdi-xs", units=frozenset()
)
NAMED = Viewer(sub="nobody-here", roles=frozenset({"handler"}), unit="inv1-lh", commission="cdi-lh")
"""Who a share shows something to, and who asked for an entry."""
OUTSIDERS = {
    "elsewhere": replace(
        OFFICE, unit="cmo-lh", commission="cdi-lh", office_of="cdi-lh", leads="cdi-lh", units=frozenset()
    ),
    "recused": replace(OFFICE, sub="recused@cmo-dh"),
    "not cleared": replace(OFFICE, cleared_for=frozenset({"internal"})),
    "not concerned": replace(
        OFFICE, sub="x", roles=frozenset({"handler"}), office_of=None, units=frozenset({"sup1-dh"})
    ),
    "a service": replace(OFFICE, service="svc:inspection"),
    "nobody": None,
}


@pytest.fixture
async def walled(mark: Any, call: Any, resources: Resources) -> Any:
    marked = await mark(secrecy_level="confidential")
    for clue in (marked.clue, marked.other):
        path = f"/v1/clues/{clue['id']}/recusals"
        answer = await call("officer@pet-dh", "POST", path, {"sub": "recused@cmo-dh"}, clearance="confidential")
        assert answer.status_code == 201, answer.text
    async with engine_session(resources) as session:
        report = TrendReport(
            commission="cdi-dh", period="2026-H1", as_of=date(2027, 1, 1), levels=["confidential", "internal"],
            document="{}", digest="0", made_by="officer1@cmo-dh", created_at=resources.clock.now(),
        )  # fmt: skip
        session.add(report)
    return marked


@asynccontextmanager
async def _asking(resources: Resources, viewer: Viewer | None) -> AsyncIterator[Any]:
    async with resources.database.sessions() as session:
        if viewer is not None:
            await ask_as(session, viewer, resources.clock.now())
        yield session
        await session.rollback()


async def _count(session: Any, table: str) -> int:
    return int(await session.scalar(text(f"select count(*) from {table}")))


async def _tried(session: Any, statement: str, **values: Any) -> int | str:
    """How many rows a statement touched, or the state in which PostgreSQL refused it; nothing of it stays."""
    savepoint = await session.begin_nested()
    try:
        return int((await session.execute(text(statement), values)).rowcount)
    except DBAPIError as refusal:
        return str(refusal.orig.sqlstate)  # type: ignore[union-attr]
    finally:
        await savepoint.rollback()


async def _a_row(resources: Resources, table: str) -> dict[str, Any]:
    # Of pairs the one within the commission: it has the verdict.
    query = f"select to_jsonb(row) from {table} as row order by {ACTORS[table]} is null, id limit 1"
    async with engine_session(resources) as session:
        return dict(await session.scalar(text(query)))


async def _add(session: Any, table: str, row: dict[str, Any], sub: str) -> int | str:
    again = {**row, "id": "01900000-0000-7000-8000-00000000abcd", ACTORS[table]: sub}
    statement = f"insert into {table} select * from jsonb_populate_record(null::{table}, cast(:row as jsonb))"
    return await _tried(session, statement, row=json.dumps(again))


@pytest.mark.usefixtures("walled")
async def test_outsiders_neither_see_nor_add_change_or_delete_a_row(resources: Resources) -> None:
    for table, actor in ACTORS.items():
        row = await _a_row(resources, table)
        for name, viewer in OUTSIDERS.items():
            async with _asking(resources, viewer) as session:
                assert await _count(session, table) == 0, (table, name)
                added = await _add(session, table, row, viewer.sub if viewer else "officer1@cmo-dh")
                assert added == INSUFFICIENT_PRIVILEGE, (table, name, added)
                refused = (INSUFFICIENT_PRIVILEGE,) if table in FINAL else (0, INSUFFICIENT_PRIVILEGE)
                assert await _tried(session, f"update {table} set {actor} = {actor}") in refused, (table, name)
                assert await _tried(session, f"delete from {table}") in (0, INSUFFICIENT_PRIVILEGE), (table, name)


@pytest.mark.usefixtures("walled")
async def test_insiders_see_and_add_theirs_and_change_what_is_not_final(resources: Resources) -> None:
    async with engine_session(resources) as session:
        await session.execute(text("update library_item set is_listed = true"))  # only what is offered is asked for
    for table, actor in ACTORS.items():
        row = await _a_row(resources, table)
        adds = NAMED if table == "clue_share_reading" else OFFICE
        async with _asking(resources, OFFICE) as session:
            assert await _count(session, table) > 0, table
            changed = await _tried(session, f"update {table} set {actor} = {actor}")
            assert changed == INSUFFICIENT_PRIVILEGE if table in FINAL else changed, (table, changed)
            assert await _tried(session, f"delete from {table}") in (0, INSUFFICIENT_PRIVILEGE), table
        async with _asking(resources, adds) as session:
            # Some rows are there once only: whoever gets as far as that has passed the wall.
            assert await _add(session, table, row, adds.sub) in (1, UNIQUE_VIOLATION), table


async def test_both_sides_of_a_transfer_and_of_a_share_see_it_and_a_pair_across_is_seen_by_neither(
    walled: Any, resources: Resources
) -> None:
    async with _asking(resources, RECEIVER) as session:
        # Like the others who handle clues it must be cleared for what it is sent.
        assert await _count(session, "clue_transfer") == 1
        assert await _count(session, "candidate") == 0
        assert await _tried(session, "update clue_transfer set state = state") == 1
    async with _asking(resources, NAMED) as session:
        assert (await _count(session, "clue_share"), await _count(session, "clue_share_reading")) == (1, 1)
        assert await _tried(session, "update clue_share set expires_at = 'infinity'") == 0
    async with engine_session(resources) as session:
        across = set(await session.scalars(text("select id from candidate where is_across")))
        share = await session.get_one(Share, UUID(walled.ids["shares"]))
        share.grantee = "recused@cmo-dh"
    assert across
    async with _asking(resources, OFFICE) as session:
        seen = set(await session.scalars(text("select id from candidate")))
        assert seen
        assert not seen & across
    async with _asking(resources, OUTSIDERS["recused"]) as session:
        assert await _count(session, "clue_share") == 0, "a recusal is stronger than a share"


@pytest.mark.usefixtures("walled")
async def test_the_release_before_which_names_no_walls_meets_them_not_yet(resources: Resources) -> None:
    async with _asking(resources, OUTSIDERS["elsewhere"]) as session:
        await session.execute(text("select set_config('heli.walls', '', true)"))
        assert all([await _count(session, table) for table in ACTORS])
