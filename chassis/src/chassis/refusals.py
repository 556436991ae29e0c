"""How the API documents describe every answer of 400 and above: as the problem document it is."""

from collections.abc import Mapping
from typing import Any

from chassis.problems import PROBLEM_TYPE

NAME = "Problem"
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem document; title and detail follow Accept-Language (zh-CN or en).",
    "required": ["type", "title", "status", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "stable; one registry per service"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
ANSWER: Mapping[str, Any] = {
    "description": "Refused",
    "content": {PROBLEM_TYPE: {"schema": {"$ref": f"#/components/schemas/{NAME}"}}},
}
"""Stands under ``default`` at each operation: FastAPI then describes no validation answer of its own."""
