"""Whatever is sent, by whoever it is, is answered as the API document says: schemathesis as every role."""

import json
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from chassis.runtime import openapi_document
from chassis.service import Service
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PEOPLE = (
    ("case_supervisor", "cmo-dh"), ("intake_officer", "pet-dh"), ("handler", "inv1-dh"), ("leader", "cdi-dh"),
    ("principal_leader", "cdi-dh"), ("deputy_leader", "cdi-xn"), ("auditor", "cmo-dh"), ("service", "cmo-dh"),
    ("platform_admin", "cdi-dh"), ("integrator", "cdi-dh"), ("inspection_office", "cdi-xn"), ("inspector", "cdi-xn"),
    ("org_department", "pc-xn"), ("pool_manager", "cdi-dh"), ("home_unit_approver", "su-housing"),
)  # fmt: skip
"""Every role, where it works."""
_PUBLISHED = Path(__file__).parents[4] / "gateway/src/gateway/documents/openapi.json"
"""What callers are told."""
Sending = Callable[[Case, str, str], Any]


@pytest.fixture
def operations(service: Service) -> list[Any]:
    document = json.loads(_PUBLISHED.read_text())
    own = openapi_document(service)["paths"]
    document["paths"] = {path: methods for path, methods in document["paths"].items() if path in own}
    # The token is the test's own: schemathesis would send forged ones and wonder why they are let in.
    document["components"].pop("securitySchemes", None)
    for one in (document, *(operation for methods in document["paths"].values() for operation in methods.values())):
        one.pop("security", None)
    schema = schemathesis.openapi.from_dict(document)
    return [found.ok() for found in schema.get_all_operations()]


@pytest.fixture
def send(client: Any, headers: Any, city: None) -> Sending:
    async def go(case: Case, role: str, unit: str) -> None:
        __tracebackhide__ = True
        sent = case.as_transport_kwargs(base_url="http://service.test")
        given_headers = {name: value for name, value in sent["headers"].items() if name.lower() != "user-agent"}
        body = {"json": sent["json"]} if "json" in sent else {"content": sent.get("data")}
        answer = await client.request(
            sent["method"],
            sent["url"],
            params=sent.get("params"),
            headers={**given_headers, **headers(f"{role}@{unit}", unit, role)},
            **body,
        )
        is_negative = case.meta is not None and case.meta.generation.mode is GenerationMode.NEGATIVE
        # 412 refuses as well; schemathesis does not count it.
        refusal = [negative_data_rejection] if is_negative and answer.status_code != 412 else []
        # No other service runs here: whoever may ask one is told so, and that is no failure of this one.
        is_alone = answer.status_code == 503 and answer.json()["code"] == "peer_unavailable"
        checks = [one for one in CHECKS if one is not not_a_server_error or not is_alone]
        case.validate_response(answer, checks=[*checks, *refusal])

    return go


def cases_of(operation: Any, ids: dict[str, str], count: int) -> list[Case]:
    """Requests that fit the document, about a matter that is there and about anything; and requests that do not."""
    noun = operation.path.split("/")[2]
    names = {one.name for one in operation.path_parameters}
    known = {name: found for name in names if (found := ids.get(name) or ids.get(noun)) is not None}
    found = _drawn(operation.as_strategy(path_parameters=known), count) if known else []
    found += _drawn(operation.as_strategy(), count)
    try:
        return found + _drawn(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), count)
    except Unsatisfiable:  # it takes nothing, so nothing can be wrong
        return found


def _drawn(strategy: Any, count: int) -> list[Case]:
    found: list[Case] = []

    @settings(
        max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate], derandomize=True,
    )  # fmt: skip
    @given(strategy)
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found


async def _ask(send: Sending, operations: Iterable[Any], ids: dict[str, str], who: Iterable[Any], count: int) -> int:
    asked, people = 0, cycle(who)
    for operation in operations:
        for case in cases_of(operation, ids, count):
            await send(case, *next(people))
            asked += 1
    return asked


async def test_every_operation_answers_as_the_document_says(operations: list[Any], send: Sending, marked: Any) -> None:
    assert await _ask(send, operations, marked.ids, PEOPLE, 1) > 2 * len(operations) > 300


@pytest.mark.proof
@pytest.mark.parametrize(("role", "unit"), PEOPLE)
async def test_every_operation_answers_every_role_as_the_document_says(
    role: str, unit: str, operations: list[Any], send: Sending, marked: Any
) -> None:
    assert await _ask(send, operations, marked.ids, [(role, unit)], 4) > 1_000
