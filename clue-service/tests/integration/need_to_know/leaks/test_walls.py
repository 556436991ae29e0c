"""Every table is behind row-level security, is the engine's alone, or is named here with the reason why it is neither.

What row-level security does not guard, the features' policies do; the walks of this folder hold them to it.
"""

from typing import Any

import pytest
from chassis.service import Resources
from clue_service.access.policy import Viewer
from clue_service.access.row_security import ask_as, engine_session
from sqlalchemy import text

TECHNICAL = {
    "alembic_version": "which migrations ran",
    "calendar_year": "published working days",
    "clue_number": "the last number of a unit and year",
    "dead_letter": "events that could not be taken in, which hold no content",
    "deadline_run": "runs that count due dates anew",
    "due_rule_version": "rules of the clocks",
    "idempotency": "keyed digest of what was sent, status and address; no answer",
    "inbox": "ids of messages that were taken in",
    "index_rebuild": "runs that rebuild the index",
    "job": "work to do: ids",
    "matching_model": "weights of the model",
    "matching_pending": "ids of clues to match",
    "outbox": "events to send, which hold no content",
    "principal_copy": "people of the directory",
    "reclustering": "runs of the nightly re-clustering",
    "unit_copy": "units of the directory",
}
IDS_AND_FIGURES = {
    "audit_entry": "who did what with which id, for auditors; append-only for the service",
    "audit_seal": "hashes of the log",
    "blind_hit_count": "how often keys of other commissions met, as a number",
    "clue_recusal": "ids; read past the recused themselves to keep them away",
    "matter": "ids and state; what is in it is asked of the clues, which are guarded",
    "matter_lead": "units; the one lead of a matter must be seen by rivals to be refused",
    "matter_link": "pairs of ids",
    "matter_member": "ids of clues in a matter",
    "overlap_alert": "ids and state; commissions that know nothing else of each other share it",
    "overlap_alert_clue": "ids of clues in an alert",
    "overlap_alert_commission": "who acknowledged an alert",
    "sealed_receipt": "what is above the level: cannot hold content at all",
}
_TABLES = """
select c.relname, c.relrowsecurity,
    has_table_privilege(app.name, c.oid, 'select') or has_any_column_privilege(app.name, c.oid, 'select'),
    exists (select from pg_policy p where p.polrelid = c.oid and p.polcmd in ('r', '*')
        and p.polroles @> array[app.name::regrole::oid] and pg_get_expr(p.polqual, p.polrelid) = 'true')
from pg_class c, (select regexp_replace(current_user, '_engine$', '_app') as name) app
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
"""
_WITHOUT_ROWS = {
    "clock_change", "clue_import", "clue_import_error", "consultation_opinion", "consultation_recusal", "periodic_duty",
    "trend_report",
}  # fmt: skip
"""Walled tables in which the marked matter has nothing; duties of a period rest on no clue."""
_STRANGER = Viewer(
    sub="stranger@cmo-lh",
    roles=frozenset({"case_supervisor", "leader", "handler"}),
    unit="cmo-lh",
    commission="cdi-lh",
    office_of="cdi-lh",
    leads="cdi-lh",
    units=frozenset({"cmo-lh", "cdi-lh"}),
    cleared_for=frozenset({"internal", "confidential", "secret"}),
)


async def _tables(resources: Resources) -> dict[str, Any]:
    async with engine_session(resources) as session:
        return {row[0]: tuple(row[1:]) for row in await session.execute(text(_TABLES))}


async def _filled(session: Any, tables: set[str]) -> set[str]:
    return {one for one in tables if await session.scalar(text(f"select exists (select from {one})"))}


async def test_a_table_is_walled_or_the_engines_or_named_with_a_reason(resources: Resources) -> None:
    tables = await _tables(resources)
    open_to_all = {name for name, (is_walled, is_read, _) in tables.items() if is_read and not is_walled}
    named = [*TECHNICAL, *IDS_AND_FIGURES]
    assert len(named) == len(set(named))
    assert open_to_all == set(named)
    assert {"clue_key", "clue_feature", "reporter"} <= {name for name, (_, is_read, _) in tables.items() if not is_read}


async def test_a_wall_lets_nobody_through_unasked(resources: Resources) -> None:
    tables = await _tables(resources)
    assert [name for name, (is_walled, _, lets_all) in tables.items() if is_walled and lets_all] == []


@pytest.mark.usefixtures("marked")
async def test_a_stranger_sees_no_row_behind_the_walls(resources: Resources) -> None:
    walled = {name for name, (is_walled, is_read, _) in (await _tables(resources)).items() if is_walled and is_read}
    async with engine_session(resources) as session:
        filled = await _filled(session, walled)
    async with resources.database.sessions.begin() as session:
        await ask_as(session, _STRANGER, resources.clock.now())
        seen = await _filled(session, walled)
    assert walled - filled == _WITHOUT_ROWS
    assert seen == set()
