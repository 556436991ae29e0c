"""One OpenAPI document out of the services' own, built ahead of time, never merged at run time."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chassis import refusals
from gateway.routing import INSIDE, SERVICES, route_of

Document = dict[str, Any]

_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
_SCHEMA = "#/components/schemas/"


class DocumentConflict(Exception):
    """The documents cannot be one: says which path or operation stands in the way."""


def merge_documents(documents: Mapping[str, Document]) -> Document:
    """The services' documents (by short name) as one.

    Paths the gateway does not show are left out. Component and operation names keep their form unless two services
    use one name for different things; then each gets its service's name in front.

    Raises:
        DocumentConflict: a path is routed elsewhere, or belongs to two services.
    """
    missing = [name for name in SERVICES if name not in documents]
    if missing:
        raise DocumentConflict(f"no document of {', '.join(missing)}")
    renamed = {name: _renamed(documents[name], _taken(documents, name), name) for name in SERVICES}
    paths: Document = {}
    schemas: Document = {refusals.NAME: dict(refusals.SCHEMA)}
    for name, document in renamed.items():
        for path, item in _shown(document, name):
            if path in paths:
                raise DocumentConflict(f"{path} belongs to two services")
            paths[path] = item
        schemas.update(document.get("components", {}).get("schemas", {}))
    _name_operations(paths)
    schemas = _reachable(paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Heli API",
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "Coordinates discipline, supervisory, dispatched and inspection bodies.",
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def render(document: Document) -> str:
    """The text that is committed."""
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _taken(documents: Mapping[str, Document], name: str) -> dict[str, str]:
    """New names for the schemas of ``name`` that mean something else in another service."""
    own = documents[name].get("components", {}).get("schemas", {})
    changed: dict[str, str] = {}
    for schema, body in own.items():
        for other, document in documents.items():
            theirs = document.get("components", {}).get("schemas", {})
            if other != name and schema in theirs and theirs[schema] != body:
                changed[schema] = f"{name.capitalize()}{schema}"
    return changed


def _renamed(document: Document, names: Mapping[str, str], service: str) -> Document:
    moved: Document = _with_references(document, names)
    schemas = moved.get("components", {}).get("schemas", {})
    moved.setdefault("components", {})["schemas"] = {names.get(key, key): body for key, body in schemas.items()}
    for path, item in moved.get("paths", {}).items():
        for method in _METHODS & set(item):
            item[method]["x-service"] = service
            responses = item[method].setdefault("responses", {})
            responses.setdefault("default", dict(refusals.ANSWER))
            item[method].setdefault("tags", [path.split("/")[2] if path.count("/") > 1 else service])
    return moved


def _with_references(part: Any, names: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {
            key: _moved_reference(value, names) if key == "$ref" else _with_references(value, names)
            for key, value in part.items()
        }
    return [_with_references(one, names) for one in part] if isinstance(part, list) else part


def _moved_reference(reference: Any, names: Mapping[str, str]) -> Any:
    target = str(reference).removeprefix(_SCHEMA)
    return f"{_SCHEMA}{names[target]}" if target in names and target != reference else reference


def _shown(document: Document, service: str) -> Iterator[tuple[str, Document]]:
    for path, item in document.get("paths", {}).items():
        route = route_of(path)
        if route is None:
            if path.removeprefix("/v1/").split("/")[0] in INSIDE:
                continue
            raise DocumentConflict(f"{path} of {service} is not in the routing table")
        if route.service != service:
            raise DocumentConflict(f"{path} of {service} is routed to {route.service}")
        yield path, item


def _reachable(paths: Document, schemas: Document) -> Document:
    """The schemas that shown operations lead to: what only hidden ones use stays hidden."""
    wanted, found = _references(paths), set[str]()
    while wanted:
        name = wanted.pop()
        found.add(name)
        wanted |= _references(schemas[name]) - found
    return {name: body for name, body in schemas.items() if name in found}


def _references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {str(value).removeprefix(_SCHEMA) for key, value in part.items() if key == "$ref"}
        mapped = part.get("discriminator", {}).get("mapping", {}) if isinstance(part.get("discriminator"), dict) else {}
        own |= {str(value).removeprefix(_SCHEMA) for value in mapped.values()}
        return own.union(*(_references(value) for value in part.values()))
    return set[str]().union(*(_references(one) for one in part)) if isinstance(part, list) else set()


def _name_operations(paths: Document) -> None:
    operations = [
        (method, path, item[method]) for path, item in paths.items() for method in sorted(_METHODS & set(item))
    ]
    names = [operation.get("operationId", "") for _, _, operation in operations]
    for _, path, operation in operations:
        name = operation.get("operationId", "")
        if not name:
            raise DocumentConflict(f"an operation of {path} has no operationId")
        if names.count(name) > 1:
            operation["operationId"] = f"{operation['x-service']}_{name}"
    final = [operation["operationId"] for _, _, operation in operations]
    repeated = sorted({name for name in final if final.count(name) > 1})
    if repeated:
        raise DocumentConflict(f"operations of one service share a name: {', '.join(repeated)}")
