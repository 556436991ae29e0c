"""Whatever is sent, by whoever it is, is answered as the API document says: schemathesis as every role."""

import json
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from chassis.runtime import openapi_document
from chassis.service import Service
from chassis.testing.any_request import cases_of, check_answer, operations_of, sending_of
from schemathesis import Case

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
    return operations_of(json.loads(_PUBLISHED.read_text()), openapi_document(service)["paths"])


@pytest.fixture
def send(client: Any, headers: Any, city: None) -> Sending:
    async def go(case: Case, role: str, unit: str) -> None:
        __tracebackhide__ = True
        answer = await client.request(**sending_of(case, headers(f"{role}@{unit}", unit, role)))
        # No other service runs here: whoever may ask one is told so, and that is no failure of this one.
        is_alone = answer.status_code == 503 and answer.json()["code"] == "peer_unavailable"
        check_answer(case, answer, may_fail=is_alone)

    return go


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
