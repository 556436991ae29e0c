"""The AsyncAPI 3.0 document of all events; ``python -m contracts.asyncapi`` prints it."""

import json
import sys
from typing import Any

from contracts.envelope import EVENT_PREFIX, Event
from contracts.registry import EVENTS, PRODUCERS
from contracts.schemas import schema_of

_HEADERS: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0 binary mode. Values are percent-encoded outside printable ASCII.",
    "required": [
        "Nats-Msg-Id", "content-type", "ce-specversion", "ce-id", "ce-source", "ce-type", "ce-subject", "ce-time",
        "ce-sequence", "ce-dataschema", "heli-actor", "heli-correlation",
    ],
    "properties": {
        "Nats-Msg-Id": {"type": "string", "format": "uuid", "description": "same as ce-id"},
        "content-type": {"const": "application/json"},
        "ce-specversion": {"const": "1.0"},
        "ce-id": {"type": "string", "format": "uuid", "description": "id of the event; handle each id once"},
        "ce-source": {"type": "string", "description": "the service that emitted the event"},
        "ce-type": {"type": "string"},
        "ce-subject": {"type": "string", "description": "id of the aggregate"},
        "ce-time": {"type": "string", "format": "date-time"},
        "ce-sequence": {"type": "string", "pattern": "^[0-9]+$", "description": "version of the aggregate"},
        "ce-dataschema": {"type": "string", "format": "uri"},
        "heli-actor": {"type": "string", "description": "subject identifier of whoever caused the event"},
        "heli-correlation": {"type": "string", "description": "shared by everything one request set going"},
        "heli-causation": {"type": "string", "description": "id of the event or request that caused this one"},
        "heli-commission": {"type": "string", "description": "code of the commission concerned"},
        "traceparent": {"type": "string", "description": "W3C trace context"},
    },
}  # fmt: skip


def document() -> dict[str, Any]:
    """The whole document, the same for the same code."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Heli events",
            "version": "1.0.0",
            "license": {"name": "Apache-2.0"},
            "description": (
                "Events are postcards: ids, unit codes, states, due dates and counts. Delivery is at least once and in "
                "order per aggregate; unknown fields, and unknown values of vocabularies, must be ignored. "
                "`x-egress` says how an event may leave the platform: `open`, `checked` per event against the "
                "receiver's rights, or `never`."
            ),
        },
        "defaultContentType": "application/json",
        "channels": {event.type: _channel(event) for event in EVENTS},
        "operations": {f"emit:{event.type}": _operation(event) for event in EVENTS},
        "components": {
            "messages": {event.type: _message(event) for event in EVENTS},
            "schemas": {"headers": _HEADERS, **_schemas()},
            "parameters": {
                "commission": {"description": "code of the commission concerned, or `-` where there is none"}
            },
        },
    }


def _channel(event: type[Event]) -> dict[str, Any]:
    return {
        "address": f"{EVENT_PREFIX}{event.type}.{{commission}}",
        "description": _description(event),
        "parameters": {"commission": {"$ref": "#/components/parameters/commission"}},
        "messages": {"event": {"$ref": f"#/components/messages/{event.type}"}},
        "bindings": {"nats": {}},
    }


def _operation(event: type[Event]) -> dict[str, Any]:
    channel = f"#/channels/{event.type}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/event"}],
        "tags": [{"name": PRODUCERS[event.type.split(".")[0]]}],
        "bindings": {"nats": {}},
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": _description(event),
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {"$ref": f"#/components/schemas/{event.type}"},
        "x-egress": event.egress.value,
    }


def _schemas() -> dict[str, Any]:
    """Payload schemas by type; nested definitions become components of their own, as references are document-wide."""
    schemas: dict[str, Any] = {}
    for event in EVENTS:
        schema = schema_of(event)
        for name, definition in schema.pop("$defs", {}).items():
            schemas[name] = _moved(definition)
        schemas[event.type] = _moved({name: part for name, part in schema.items() if name not in {"$schema", "$id"}})
    return schemas


def _moved(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: value.replace("#/$defs/", "#/components/schemas/") if name == "$ref" else _moved(value)
            for name, value in part.items()
        }
    return [_moved(one) for one in part] if isinstance(part, list) else part


def _description(event: type[Event]) -> str:
    return " ".join((event.__doc__ or "").split())


def render() -> str:
    """The document as the text that is committed in ``contracts/asyncapi.json``."""
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render())
