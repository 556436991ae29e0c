"""Requests that fit an API document and requests that do not: each must be answered as the document says.

Needs schemathesis, which only tests install.
"""

from collections.abc import Collection, Mapping
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

_CHECKS: tuple[Any, ...] = (
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)

_REFUSING_TOO = frozenset({412, 413, 431})
"""Schemathesis does not count these: a version nobody has, and a body or a head that grew too large."""


def operations_of(document: dict[str, Any], paths: Collection[str]) -> list[Any]:
    """The operations of these paths; ``document`` is changed.

    What it says of tokens is taken out: the test sends its own, and schemathesis would send forged ones and wonder why
    they are let in.
    """
    document["paths"] = {path: methods for path, methods in document["paths"].items() if path in paths}
    document["components"].pop("securitySchemes", None)
    for one in (document, *(operation for methods in document["paths"].values() for operation in methods.values())):
        one.pop("security", None)
    found: list[Any] = list(openapi.from_dict(document).get_all_operations())
    return [one.ok() for one in found]


def cases_of(operation: Any, ids: Mapping[str, str], count: int) -> list[Case[Any]]:
    """Requests that fit, about a thing that is there (``ids`` by parameter or noun) and about any; and some that do
    not; ``count`` of each."""
    noun = operation.path.split("/")[2]
    names = {one.name for one in operation.path_parameters}
    known = {name: one for name in names if (one := ids.get(name) or ids.get(noun)) is not None}
    found = _drawn(operation.as_strategy(path_parameters=known), count) if known else []
    found += _drawn(operation.as_strategy(), count)
    try:
        return found + _drawn(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), count)
    except Unsatisfiable:  # it takes nothing, so nothing can be wrong
        return found


def _drawn(strategy: Any, count: int) -> list[Case[Any]]:
    found: list[Case[Any]] = []

    @settings(
        max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate], derandomize=True,
    )  # fmt: skip
    @given(strategy)
    def collect(case: Case[Any]) -> None:
        found.append(case)

    collect()
    return found


def sending_of(case: Case[Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """A case as keyword arguments of ``httpx2``'s ``request``; ``headers`` come on top of its own."""
    sent = case.as_transport_kwargs(base_url="http://service.test")
    own = {name: value for name, value in sent["headers"].items() if name.lower() != "user-agent"}
    body = {"json": sent["json"]} if "json" in sent else {"content": sent.get("data")}
    shared = {"method": sent["method"], "url": sent["url"], "params": sent.get("params")}
    return {**shared, "headers": {**own, **headers}, **body}


def check_answer(case: Case[Any], answer: Any, *, may_fail: bool = False) -> None:
    """Raise unless a case was answered as the document says; ``may_fail``: an error of the server is no failure."""
    is_negative = case.meta is not None and case.meta.generation.mode is GenerationMode.NEGATIVE
    refusal = [negative_data_rejection] if is_negative and answer.status_code not in _REFUSING_TOO else []
    failing = [] if may_fail else [not_a_server_error]
    case.validate_response(answer, checks=[*failing, *_CHECKS, *refusal])
