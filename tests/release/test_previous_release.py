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
ALLOWED: dict[str, frozenset[str]] = {}
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
    taken = set(schemas.taken_from(old, new)) - ALLOWED.get(service.short, frozenset())
    assert not taken, "expand now, contract a release later: docs/operators/upgrade.md"
