"""A walk along every route of the service with a valid request, and a matter that leaves a mark wherever it shows."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from chassis.runtime import openapi_document
from chassis.service import Service

Document = dict[str, Any]
NOWHERE = "00000000-0000-7000-8000-000000000000"
NAME, TEXT, REPORTER = "滕墨痕", "墨痕标记事项", "举报人墨痕"
"""Strings that appear nowhere but in the marked matter."""


@dataclass
class Marked:
    """A matter of two clues of commission dh, overlapping with one of xs, and everything it can be known by."""

    clue: Document
    other: Document
    ids: dict[str, str] = field(default_factory=dict)
    """Parameter of a path → what of the matter it names."""

    @property
    def marks(self) -> set[str]:
        """What must not be in an answer."""
        return {NAME, TEXT, REPORTER, self.clue["clue_no"], self.other["clue_no"], *self.ids.values()}


FORM: Document = {
    "source_code": "PETITION",
    "received_on": "2026-11-20",
    "subjects": [
        {
            "name": NAME,
            "unit_name": "夏宁市卫生健康委员会",
            "post": "副主任",
            "particulars": {"born": "1971-05", "delegate_of": NAME},
        }
    ],
    "proposed_opinion": TEXT,
    "allegations": [{"category_code": "D6", "text": f"{TEXT}：长期在上班时间打麻将，多次被群众看到。"}],
    "reporter": {"identity_type": "real_name", "name": REPORTER, "contact": "13000000000", "address": REPORTER},
}


_OFFICE = "supervisor1@cmo-dh"
_RESTING: dict[str, tuple[str, str, Document]] = {
    "unsealing_id": ("officer@pet-dh", "/v1/clues/{clue_id}/unsealings", {"reason": f"{TEXT}须核实"}),
    "clue-exports": (
        "officer@pet-dh", "/v1/clue-exports", {"basis": "meeting", "reason": TEXT, "clue_id": "THE CLUE"},
    ),
    "interference-records": (
        "officer@pet-dh", "/v1/interference-records",
        {"clue_id": "THE CLUE", "kind": "lobbied", "way": "phone", "standing": "leading_cadre",
         "happened_on": "2026-11-20", "intervener": {"name": TEXT}, "account": TEXT},
    ),
    "protection-requests": (
        "officer@pet-dh", "/v1/protection-requests",
        {"clue_id": "THE CLUE", "protected": "reporter", "threat": "threat", "account": TEXT, "wishes": TEXT},
    ),
    "consultations": (
        _OFFICE, "/v1/consultations",
        {"kind": "important_clue", "topic": TEXT, "participants": [{"unit": "inv1-dh"}], "clue_ids": ["THE CLUE"]},
    ),
    "advice": (
        _OFFICE, "/v1/advice",
        {"kind": "supervisory", "addressed_unit": "su-housing", "title": TEXT, "problem": TEXT, "demands": TEXT,
         "reply_due_on": "2026-12-23", "clue_id": "THE CLUE"},
    ),
    "supervised-handlings": (
        _OFFICE, "/v1/supervised-handlings",
        {"trigger": "overdue", "method": "letter", "target_unit": "inv1-dh", "demand": TEXT, "clue_id": "THE CLUE"},
    ),
}  # fmt: skip
"""What rests on the clue. Name → who draws it up, where, and with what; ``THE CLUE`` stands for its id."""


@pytest.fixture
def mark(register: Any, decide: Any, call: Any) -> Callable[..., Awaitable[Marked]]:
    """``await mark(secrecy_level="secret")`` → the marked matter, taken in and decided."""

    async def make(**changes: Any) -> Marked:
        clearance = changes.get("secrecy_level", "internal")
        clue = await register("officer@pet-dh", {**FORM, "origin_ref": "m:1", **changes})
        other = await register("officer@pet-dh", {**FORM, "origin_ref": "m:2", "reporter": None, **changes})
        elsewhere = await register("officer@pet-xs", {**FORM, "origin_ref": "m:3", "reporter": None})
        (pair,) = [one["id"] for one in other["candidates"] if one.get("clue_id") == clue["id"]]
        verdict = await decide(pair, clearance=clearance)
        (alert,) = (await call("supervisor@cmo-dh", "GET", "/v1/overlap-alerts")).json()["items"]
        assert elsewhere["commission"] != clue["commission"]
        ids = {"clue_id": clue["id"], "candidate_id": pair, "matter_id": verdict["matter_id"], "alert_id": alert["id"]}
        ids |= {"other clue": other["id"]}
        for name, (who, path, body) in _RESTING.items():
            about = json.loads(json.dumps(body).replace("THE CLUE", clue["id"]))
            answer = await call(who, "POST", path.format(**ids), about, clearance=clearance)
            assert answer.status_code == 201, answer.text
            ids[name] = answer.json()["id"]
        return Marked(clue, other, ids)

    return make


@pytest.fixture
async def marked(mark: Callable[..., Awaitable[Marked]]) -> Marked:
    return await mark()


@dataclass(frozen=True)
class Answer:
    """What one request of a walk came to."""

    method: str
    path: str
    """As in the API document."""
    status: int
    said: str
    """Headers and body."""


Request = tuple[str, str, str, Any]
Requests = Callable[[Mapping[str, str]], Iterator[Request]]
Walk = Callable[..., Awaitable[list[Answer]]]


_PARAMETER = re.compile(r"\{(\w+)\}")


def _id_for(ids: Mapping[str, str], noun: str, parameter: re.Match[str]) -> str:
    # An ``item_id`` is an id of what the path begins with.
    return ids.get(parameter[1]) or ids.get(noun, NOWHERE)


@pytest.fixture
def requests_of(service: Service) -> Requests:
    """``requests_of(ids)`` → (method, path of the document, path asked, body) of every route, about one matter."""
    document = openapi_document(service)

    def every(ids: Mapping[str, str]) -> Iterator[Request]:
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                target = _PARAMETER.sub(partial(_id_for, ids, path.split("/")[2]), path)
                content = operation.get("requestBody", {}).get("content", {})
                schema = content.get("application/json", {}).get("schema")
                yield method.upper(), path, target, sample(document, schema, ids) if schema else None

    return every


@pytest.fixture
def walk_as(requests_of: Requests) -> Walk:
    """``await walk_as(send, ids)`` → the answer of every route; with ``only_reads`` nothing is changed on the way."""

    async def go(send: Any, ids: Mapping[str, str], *, only_reads: bool = False, **more: Any) -> list[Answer]:
        answers = []
        for method, path, target, body in requests_of(ids):
            if only_reads and method != "GET" and not path.endswith("-searches"):
                continue
            sent = await send(method, target, body, **more)
            heads = "\n".join(f"{name}: {value}" for name, value in sent.headers.items())
            answers.append(Answer(method, path, sent.status_code, f"{heads}\n{_decoded(sent.text)}"))
        return answers

    return go


@pytest.fixture
def walk(walk_as: Walk, call: Any) -> Walk:
    """``await walk("supervisor@cmo-dh", ids)``: as ``walk_as``, as one of the city's people."""

    async def go(who: str, ids: Mapping[str, str], **more: Any) -> list[Answer]:
        return await walk_as(partial(call, who), ids, **more)

    return go


def _decoded(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return text


_KNOWN: Document = {
    "approved_by": "principal@cdi-dh", "lead_unit": "inv1-dh", "unit_code": "su-housing", "until": "2027-06-30",
    "reason": "理由",
    "received_on": "2026-11-20", "sent_on": "2026-11-21", "purpose": "entry", "matter": f"team:{NOWHERE}",
}  # fmt: skip


def sample(document: Document, schema: Document, ids: Mapping[str, str], name: str = "") -> Any:
    """A value that fits a schema: what is required, by the ids of one matter wherever an id is asked."""
    if "$ref" in schema:
        return sample(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], ids, name)
    if name in _KNOWN:
        return _KNOWN[name]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return sample(document, schema[choice][0], ids, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const") or schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: sample(document, properties[key], ids, key) for key in schema.get("required", [])}
    if kind == "array":
        return [sample(document, schema["items"], ids, name)] * max(schema.get("minItems", 1), 1)
    if kind == "string":
        return _text(schema, ids, name)
    return {"integer": schema.get("minimum", 1), "number": 1.0, "boolean": False}.get(str(kind), {})


def _text(schema: Document, ids: Mapping[str, str], name: str) -> str:
    if schema.get("format") == "uuid":
        return ids.get(name, ids.get("clue_id", NOWHERE))
    if schema.get("format") == "date":
        return "2026-11-20"
    if schema.get("format") == "date-time":
        return "2026-12-20T00:00:00Z"
    return "说明"[: schema.get("maxLength", 2)] * max(1, schema.get("minLength", 1) // 2)
