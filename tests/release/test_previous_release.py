"""The release before this one works on this one's schema: while a rollout lasts, and after a rollback.

``previous.json`` names the newest revision of each service in the release before; whoever makes a release writes the
present ones there.
"""

import asyncio
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from chassis.embedded import EmbeddedPostgres
from chassis.migrations import migrate
from chassis.service import Service
from chassis.testing.plugin import EXTENSIONS
from clue_service.main import SERVICE as CLUE
from inspection_service.main import SERVICE as INSPECTION
from notification_service.main import SERVICE as NOTIFICATION
from personnel_pool_service.main import SERVICE as POOL
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

FOLDER = Path(__file__).parent
PREVIOUS = json.loads((FOLDER / "previous.json").read_text())
_WALLED = frozenset(
    {
        *(
            f"{table}: {rule}"
            for table in (
                "candidate", "candidate_verdict", "clue_share", "clue_share_reading", "clue_transfer",
                "library_reading", "library_request", "matter_change", "trend_report",
            )
            for rule in ("policy added: new", "policy engine: new", "policy seen: new", "row security: is another")
        ),
        *(f"{table}: policy changed: new" for table in ("candidate", "clue_share", "clue_transfer", "library_request")),
    }
)  # fmt: skip
ALLOWED: dict[str, frozenset[str]] = {
    "clue": frozenset(
        {
            # They fire for the state `deleted` as well, which the release before has no move into.
            "clue: trigger attachments_follow_sealed: is another",
            "clue: trigger forget_settling: is another",
            "clue: trigger forget_unsealings: is another",
            # The same cases, and more for the kinds of the new tables, whose steps the release before never asks for.
            "proceeding_step: policy changed: is another",
            "proceeding_step: policy deleted: is another",
            "proceeding_step: policy seen: is another",
            # They erase rows of tables that the release before does not know, when it seals a clue.
            "clue: trigger forget_clue_clocks: new",
            "clue: trigger forget_clue_steps: new",
            "clue: trigger forget_four_eyes: new",
            "clue: trigger forget_safeguards: new",
            # The same check and the same erasing, of shares' purposes too; moved into a function of its own.
            "function erase_sealed_clue(erased uuid): is another",
            # The same search, whose plan is kept (migration 0035).
            "function matching_retrieve(integer[], double precision[], uuid, integer, integer, smallint): is another",
            # They fill a new column for it, at the end of its insert, and keep that where a commission changed.
            "clue: trigger said_follows_commission: new",
            "clue_allegation: trigger take_commission: new",
            "clue_subject: trigger take_commission: new",
            # Of a new column that the release before leaves empty; empty ones do not meet.
            "consultation: refuses more: btree (origin_ref)",
        }
    )
    # They let through whoever says who asks but not ``heli.walls``, as the release before does; it deletes none of
    # these rows. The exemption goes with the next release (migration 0031).
    | _WALLED
}
"""What was looked at and does no harm to the release before, by service, each with its reason beside it."""


def _schemas() -> Any:
    name = "release_schemas"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, FOLDER / "schemas.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


schemas = _schemas()
Column, Schema = schemas.Column, schemas.Schema
OLD = Schema(
    {"note": {"id": Column("uuid", is_nullable=False), "text": Column("text"), "n": Column("integer", False, True)}}
)


def _with(refusing: Any = None, **columns: Any) -> Any:
    merged = {name: column for name, column in {**OLD.tables["note"], **columns}.items() if column is not None}
    return Schema({"note": merged}, refusing or {})


SEEN = {
    schemas.Rule("policy", "note", "seen"): "PERMISSIVE SELECT to app using true",
    schemas.Rule("row security", "note", ""): "on forced",
    schemas.Rule("trigger", "note", "follow"): "after update",
    schemas.Rule("function", "", "erase(uuid)"): "begin end",
}


def _ruled(**changed: str | None) -> Any:
    """The old schema with rules; those named here by their kind are others, or gone."""
    kinds = {kind.replace("_", " "): says for kind, says in changed.items()}
    rules = {rule: kinds.get(rule.kind, says) for rule, says in SEEN.items()}
    return Schema(OLD.tables, rules={rule: says for rule, says in rules.items() if says is not None})


@pytest.mark.parametrize(
    ("new", "taken"),
    [
        (_ruled(), []),
        (_ruled(policy=None), ["note: policy seen: gone"]),
        (_ruled(policy="PERMISSIVE SELECT to app using false"), ["note: policy seen: is another"]),
        (_ruled(row_security="on"), ["note: row security: is another"]),
        (_ruled(trigger=None), ["note: trigger follow: gone"]),
        (_ruled(function=None), ["function erase(uuid): gone"]),
        (_ruled(function="begin perform 1; end"), ["function erase(uuid): is another"]),
        (Schema(OLD.tables, rules=SEEN | {schemas.Rule("function", "", "more()"): "new"}), []),
        (Schema(OLD.tables, rules=SEEN | {schemas.Rule("policy", "other", "seen"): "new"}), []),
        (Schema(OLD.tables, rules=SEEN | {schemas.Rule("trigger", "note", "x"): "new"}), ["note: trigger x: new"]),
        (Schema({}, rules={}), ["function erase(uuid): gone", "note: gone"]),
    ],
)
def test_rules_that_an_old_release_would_meet_are_found(new: Any, taken: list[str]) -> None:
    assert schemas.taken_from(_ruled(), new) == taken


def test_an_old_release_may_lean_on_a_unique_index() -> None:
    by_id = {"note": frozenset({"btree (id)"})}
    (told,) = schemas.taken_from(Schema(OLD.tables, unique=by_id), OLD)
    assert told == "note: no unique index any more, on which the old release may lean: btree (id)"
    assert schemas.taken_from(OLD, Schema(OLD.tables, unique=by_id)) == []


@pytest.mark.parametrize(
    ("new", "taken"),
    [
        (OLD, []),
        (Schema({**OLD.tables, "other": {"id": Column("uuid", is_nullable=False)}}), []),
        (_with(more=Column("text")), []),
        (_with(more=Column("integer", False, True)), []),
        (_with(id=Column("uuid")), []),
        (Schema({}), ["note: gone"]),
        (_with(text=None), ["note.text: gone"]),
        (_with(text=Column("integer")), ["note.text: was text, is integer"]),
        (_with(text=Column("text", is_nullable=False)), ["note.text: must be filled now"]),
        (_with(n=Column("integer", is_nullable=False)), ["note.n: has no default any more"]),
        (_with(more=Column("text", is_nullable=False)), ["note.more: new, and the old release does not fill it"]),
        (_with({"note": frozenset({"CHECK (n > 0)"})}), ["note: refuses more: CHECK (n > 0)"]),
    ],
)
def test_what_an_old_release_would_miss_is_found(new: Any, taken: list[str]) -> None:
    assert schemas.taken_from(OLD, new) == taken


async def _read(url: str) -> Any:
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.run_sync(schemas.read_schema)
    await engine.dispose()
    return found


@pytest.mark.parametrize("service", [CLUE, POOL, INSPECTION, NOTIFICATION], ids=lambda one: one.short)
def test_the_release_before_works_on_this_schema(service: Service, postgres_server: EmbeddedPostgres) -> None:
    database = postgres_server.create_service_database(f"{service.short}_release", extensions=EXTENSIONS)
    try:
        migrate(service.migrations, database.owner, PREVIOUS[service.short])
        old = asyncio.run(_read(database.owner))
        migrate(service.migrations, database.owner)
        new = asyncio.run(_read(database.owner))
    finally:
        postgres_server.drop_database(database.name)
    assert len(old.tables) > 8
    assert all(old.unique.get(table) for table in ("inbox", "idempotency_key") if table in old.tables)
    assert service is not CLUE or {rule.kind for rule in old.rules} == {"policy", "row security", "trigger", "function"}
    taken, allowed = set(schemas.taken_from(old, new)), ALLOWED.get(service.short, frozenset())
    harm = "; ".join(sorted(taken - allowed))
    assert not harm, f"expand now, contract a release later (docs/operators/upgrade.md): {harm}"
    assert not allowed - taken, "not found any more: take it off the list"
