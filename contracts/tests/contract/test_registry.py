"""The registry is complete, and no event has room for personal data."""

import inspect
import re
from typing import Any

import pytest
from contracts.envelope import Event
from contracts.registry import BY_TYPE, EVENTS, PRODUCERS

from contracts import (
    clocks,
    clue,
    deliberation,
    following_up,
    four_eyes,
    inspection,
    library,
    notification,
    pool,
    recusals,
    safeguards,
    settling,
)
from contracts.schemas import schema_of

each_event = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)

# What the first front-end teams and outside checks rely on.
PROMISED = {
    "clue.clue": [
        "registered",
        "accepted",
        "assigned",
        "disposition_proposed",
        "disposition_approved",
        "result_recorded",
        "transferred",
        "closed",
        "reopened",
    ],
    "clue.candidate": ["detected", "decided", "undone"],
    "clue.overlap_alert": ["detected", "acknowledged", "resolved"],
    "pool.unit": ["upserted"],
    "pool.cadre": ["entered", "exited"],
    "pool.secondment": ["requested", "approved", "refused", "activated", "recalled", "ended", "evaluated"],
    "inspection.team": ["proposed", "authorised", "entered", "closed"],
    "inspection.finding": ["recorded", "handed_over"],
    "notification.deadline": ["reminded", "overdue"],
    "notification.briefing": ["issued", "acknowledged"],
}
PROMISED_FAMILIES = (
    "clue.consultation.",
    "clue.advice.",
    "inspection.round.",
    "inspection.rectification.",
    "inspection.matter.",
)

# Parts of field names that smell of a person or of prose.
_SMELLS = re.compile(
    r"(^|_)(name|text|summary|title|phone|mobile|mail|email|address|contact|birth|gender|sex|id_number|identity|"
    r"reporter|relative|kinship|spouse|reason|note|comment|opinion|description|content|post|place|amount|alias\w*)(_|$)"
)
# Why each of these may be carried although its name smells, or although it is not limited to codes.
ALLOWED = {
    ("pool.unit.upserted.v1", "name"): "name of an organisation; every service must resolve it",
    ("pool.unit.upserted.v1", "aliases"): "other names of an organisation",
    ("pool.unit.upserted.v1", "former_names"): "names an organisation no longer bears",
    ("pool.unit.upserted.v1", "contact"): "office line of an organisation; blind hits show it",
}


def fields(event: type[Event]) -> dict[str, dict[str, Any]]:
    """Every field with its schema, nested ones under dotted names."""
    schema = schema_of(event)
    found: dict[str, dict[str, Any]] = {}

    def walk(part: dict[str, Any], path: str) -> None:
        part = schema["$defs"][part["$ref"].split("/")[-1]] if "$ref" in part else part
        for name, field in part.get("properties", {}).items():
            walk(field, f"{path}.{name}" if path else name)
        for inner in [part["items"]] if "items" in part else part.get("anyOf", []):
            walk(inner, path)
        if path and "properties" not in part and "items" not in part and "anyOf" not in part:
            found.setdefault(path, part if part.get("type") != "null" else {"type": "null"})
            if part.get("type") != "null":
                found[path] = part

    walk(schema, "")
    return found


def test_every_event_class_is_listed() -> None:
    defined = {
        value
        for module in (
            clocks,
            clue,
            deliberation,
            following_up,
            four_eyes,
            library,
            recusals,
            safeguards,
            settling,
            pool,
            inspection,
            notification,
        )
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Event) and "type" in vars(value)
    }
    assert defined == set(EVENTS)


def test_types_are_unique() -> None:
    assert len(BY_TYPE) == len(EVENTS)


@pytest.mark.parametrize("aggregate", PROMISED)
def test_promised_events_exist(aggregate: str) -> None:
    assert {f"{aggregate}.{name}.v1" for name in PROMISED[aggregate]} <= BY_TYPE.keys()


@pytest.mark.parametrize("family", PROMISED_FAMILIES)
def test_promised_family_has_events(family: str) -> None:
    assert any(event_type.startswith(family) for event_type in BY_TYPE)


@each_event
def test_event_says_its_producer_key_and_trigger(event: type[Event]) -> None:
    assert event.type.split(".")[0] in PRODUCERS
    assert event.key in event.model_fields
    assert (event.__doc__ or "").startswith(f"Key {event.key}. ")


@each_event
def test_event_class_is_frozen_and_tolerant(event: type[Event]) -> None:
    assert event.model_config.get("frozen")
    assert event.model_config.get("extra") == "ignore"


@each_event
def test_no_field_name_smells_of_personal_data(event: type[Event]) -> None:
    smelling = {path for path in fields(event) if _SMELLS.search(path.rsplit(".", 1)[-1])}
    assert smelling <= {field for event_type, field in ALLOWED if event_type == event.type}


@each_event
def test_no_field_can_hold_prose(event: type[Event]) -> None:
    loose = {
        path
        for path, schema in fields(event).items()
        if schema.get("type") == "string" and not schema.keys() & {"pattern", "format", "enum", "const"}
    }
    assert loose <= {field for event_type, field in ALLOWED if event_type == event.type}


@pytest.mark.parametrize("event", [event for event in EVENTS if "overlap_alert" in event.type], ids=lambda e: e.type)
def test_an_overlap_alert_names_no_clue(event: type[Event]) -> None:
    assert not [path for path in fields(event) if "clue" in path or "matter" in path]
