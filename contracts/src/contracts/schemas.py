"""JSON Schema snapshot of every event, and the rule by which a change to one is a break.

``python -m contracts.schemas --check`` fails on a stale or broken snapshot, ``--write`` brings snapshots up to date
and refuses to write a break: that is a new ``v<major>`` next to the old.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.envelope import Event, schema_urn
from contracts.registry import BY_TYPE, EVENTS

SNAPSHOTS = Path(__file__).resolve().parents[2] / "schemas"
# Words about the schema, not constraints on the data.
_PROSE = frozenset({"title", "description", "default", "examples", "$defs", "$schema", "$id", "x-egress", "x-key"})


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema a reader of this event relies on."""
    schema = event.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_urn(event.type),
        **schema,
        "x-key": event.key,
        "x-egress": event.egress.value,
    }


def render(schema: Mapping[str, Any]) -> str:
    """A schema as the text that is committed."""
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def breaks(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What in ``new`` would break a reader of ``old`` data, or an old reader of ``new`` data; empty if nothing."""
    return list(_breaks(old, new, old.get("$defs", {}), new.get("$defs", {}), "data"))


def _breaks(
    old: Mapping[str, Any], new: Mapping[str, Any], old_defs: Mapping[str, Any], new_defs: Mapping[str, Any], at: str
) -> Iterator[str]:
    old, new = _resolve(old, old_defs), _resolve(new, new_defs)
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    for name in old_fields:
        if name not in new_fields:
            yield f"{at}.{name} was removed or renamed"
        else:
            yield from _breaks(old_fields[name], new_fields[name], old_defs, new_defs, f"{at}.{name}")
    for name in new.get("required", ()):
        if name not in old.get("required", ()):
            yield f"{at}.{name} is newly required"
    for part in ("items", "prefixItems", "anyOf", "additionalProperties"):
        yield from _part_breaks(old.get(part), new.get(part), old_defs, new_defs, f"{at}/{part}")
    if _constraints(old) != _constraints(new):
        yield f"{at} changed its type or limits"


def _part_breaks(
    old: Any, new: Any, old_defs: Mapping[str, Any], new_defs: Mapping[str, Any], at: str
) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _breaks(old, new, old_defs, new_defs, at)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (old_part, new_part) in enumerate(zip(old, new, strict=True)):
            yield from _breaks(old_part, new_part, old_defs, new_defs, f"{at}[{index}]")
    elif old != new:
        yield f"{at} changed its type or limits"


def _resolve(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    target: Mapping[str, Any] = defs[reference.removeprefix("#/$defs/")]
    return target


def _constraints(schema: Mapping[str, Any]) -> dict[str, Any]:
    structure = {"properties", "required", "items", "prefixItems", "anyOf", "additionalProperties"}
    return {name: value for name, value in schema.items() if name not in _PROSE | structure}


def problems(snapshots: Path = SNAPSHOTS) -> list[str]:
    """Everything wrong between the code and its snapshots: breaks, missing, stale and orphaned files."""
    found = broken(snapshots)
    for event in EVENTS:
        path = snapshots / f"{event.type}.json"
        if not path.exists():
            found.append(f"{event.type}: no snapshot; run with --write")
        elif path.read_text() != render(schema_of(event)):
            found.append(f"{event.type}: the snapshot is stale; run with --write")
    return found


def broken(snapshots: Path = SNAPSHOTS) -> list[str]:
    """The breaks between the code and its snapshots; a type that is gone is one."""
    found = []
    for path in sorted(snapshots.glob("*.json")):
        event = BY_TYPE.get(path.stem)
        if event is None:
            found.append(f"{path.stem}: the event type was removed")
        else:
            found += [f"{path.stem}: {break_}" for break_ in breaks(json.loads(path.read_text()), schema_of(event))]
    return found


def write(snapshots: Path = SNAPSHOTS) -> None:
    """Write every snapshot."""
    snapshots.mkdir(exist_ok=True)
    for event in EVENTS:
        (snapshots / f"{event.type}.json").write_text(render(schema_of(event)))


def main() -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m contracts.schemas", description=__doc__)
    mode = parser.add_mutually_exclusive_group(required=True)
    mode.add_argument("--write", action="store_true", help="bring the snapshots up to date, unless one would break")
    mode.add_argument("--check", action="store_true", help="fail if a snapshot is stale or broken")
    arguments = parser.parse_args()
    found = broken() if arguments.write else problems()
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    if arguments.write and not found:
        write()
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
