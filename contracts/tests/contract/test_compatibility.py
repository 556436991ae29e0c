"""Every event stays readable: by old readers of new data and by new readers of old data."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from contracts.envelope import Envelope, Event
from contracts.registry import BY_TYPE, EVENTS, PRODUCERS

from contracts import asyncapi, schemas

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ASYNCAPI = Path(__file__).resolve().parents[2] / "asyncapi.json"
each_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
each_golden = pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)


def snapshot(event: type[Event]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((schemas.SNAPSHOTS / f"{event.type}.json").read_text())
    return document


def test_snapshots_are_complete_fresh_and_unbroken() -> None:
    assert schemas.problems() == []


@each_event
def test_new_readers_understand_data_of_the_snapshot_and_old_readers_new_data(event: type[Event]) -> None:
    assert schemas.breaks(snapshot(event), schemas.schema_of(event)) == []


@each_golden
def test_golden_payload_of_every_past_version_still_parses(path: Path) -> None:
    document = json.loads(path.read_text())
    envelope = Envelope.from_structured(document)
    event = BY_TYPE[envelope.type].model_validate(document["data"])
    assert envelope.source == PRODUCERS[envelope.type.split(".")[0]]
    assert envelope.aggregate_id == str(getattr(event, event.key))
    kept = event.model_dump(mode="json")
    assert {name: kept[name] for name in document["data"]} == document["data"], "no field was lost in reading"


@each_event
def test_golden_payloads_cover_every_field(event: type[Event]) -> None:
    covered = {name for path in GOLDEN.glob(f"{event.type}.*.json") for name in json.loads(path.read_text())["data"]}
    assert set(event.model_fields) <= covered, "add a golden payload <type>.<n>.json with the new field"


def test_asyncapi_document_is_fresh() -> None:
    assert ASYNCAPI.read_text() == asyncapi.render(), "run python -m contracts.asyncapi > contracts/asyncapi.json"


def test_asyncapi_references_resolve_and_every_event_has_its_channel() -> None:
    document = asyncapi.document()
    assert {channel["address"] for channel in document["channels"].values()} == {
        f"evt.{event.type}.{{commission}}" for event in EVENTS
    }
    for reference in _references(document):
        part: Any = document
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [reference for value in part.values() for reference in _references(value)]
    return [reference for one in part for reference in _references(one)] if isinstance(part, list) else []


def _without_field(schema: dict[str, Any]) -> None:
    del schema["properties"]["seats"]


def _renamed(schema: dict[str, Any]) -> None:
    schema["properties"]["places"] = schema["properties"].pop("seats")


def _retyped(schema: dict[str, Any]) -> None:
    schema["properties"]["purpose"] = {"type": "integer"}


def _narrowed(schema: dict[str, Any]) -> None:
    schema["properties"]["purpose"]["pattern"] = "^[a-z]$"


def _made_nullable(schema: dict[str, Any]) -> None:
    schema["properties"]["purpose"] = {"anyOf": [schema["properties"]["purpose"], {"type": "null"}]}


def _newly_required(schema: dict[str, Any]) -> None:
    schema["required"].append("seats")


def _required_addition(schema: dict[str, Any]) -> None:
    schema["properties"]["grade"] = {"type": "string"}
    schema["required"].append("grade")


def _nested_field_removed(schema: dict[str, Any]) -> None:
    del schema["$defs"]["Seat"]["properties"]["role"]


def _nested_newly_required(schema: dict[str, Any]) -> None:
    schema["$defs"]["Seat"]["properties"]["grade"] = {"type": "string"}
    schema["$defs"]["Seat"]["required"].append("grade")


def _item_retyped(schema: dict[str, Any]) -> None:
    schema["properties"]["home_units"]["items"] = {"type": "integer"}


BREAKS = [
    _without_field,
    _renamed,
    _retyped,
    _narrowed,
    _made_nullable,
    _newly_required,
    _required_addition,
    _nested_field_removed,
    _nested_newly_required,
    _item_retyped,
]


@pytest.mark.parametrize("change", BREAKS, ids=lambda change: change.__name__.strip("_"))
def test_a_breaking_change_is_recognised(change: Callable[[dict[str, Any]], None]) -> None:
    old = schemas.schema_of(BY_TYPE["pool.secondment.requested.v1"])
    new = copy.deepcopy(old)
    change(new)
    assert schemas.breaks(old, new)


def test_an_added_optional_field_is_no_break() -> None:
    old = schemas.schema_of(BY_TYPE["pool.secondment.requested.v1"])
    new = copy.deepcopy(old)
    new["properties"]["grade"] = {"type": "string", "default": ""}
    new["$defs"]["Seat"]["properties"]["grade"] = {"type": "string", "default": ""}
    new["description"] = "says more"
    assert schemas.breaks(old, new) == []


def test_a_removed_event_type_is_a_break(tmp_path: Path) -> None:
    schemas.write(tmp_path)
    (tmp_path / "clue.clue.forgotten.v1.json").write_text("{}")
    assert schemas.broken(tmp_path) == ["clue.clue.forgotten.v1: the event type was removed"]
