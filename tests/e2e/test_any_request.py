"""Whatever is sent to any operation of the whole API, through the gateway, is answered as the merged document says.

The gate leaves out clue-service, which is asked in its own ``test_any_request``; ``make proof`` asks all of it here.
"""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import cycle
from typing import Any

import httpx2
import pytest
from chassis.runtime import openapi_document
from chassis.testing.any_request import cases_of, check_answer, operations_of, sending_of
from clue_service.main import SERVICE as CLUES
from heli_local.running import RunningStack
from schemathesis.core.failures import FailureGroup

pytestmark = pytest.mark.e2e

PEOPLE = (
    ("case_supervisor", "cmo-dh"), ("leader", "cdi-dh"), ("pool_manager", "cdi-dh"), ("inspection_office", "insp-xn"),
    ("handler", "inv1-dh"), ("integrator", "cdi-dh"), ("inspector", "insp-xn"), ("platform_admin", "cdi-dh"),
    ("principal_leader", "cdi-dh"), ("org_department", "org-xn"), ("intake_officer", "pet-dh"), ("auditor", "cmo-dh"),
    ("home_unit_approver", "inv1-dh"), ("deputy_leader", "cdi-dh"),
)  # fmt: skip
CLUE = {
    "source_code": "PETITION",
    "channel": "letter",
    "received_on": "2026-01-05",
    "subjects": [{"name": "方启航", "unit_name": "夏宁市水利局"}],
    "allegations": [{"text": "水利局方启航违规发放津贴。"}],
}
PARTS = 4
"""How many tests share the operations: one alone would take minutes, and a hanging one could not be told from it."""
Tokens = dict[tuple[str, str], dict[str, str]]


@pytest.fixture(scope="module")
def door(spare_stack: RunningStack) -> Iterator[httpx2.Client]:
    """Whoever may write anything does."""
    with httpx2.Client(base_url=spare_stack.url, timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def tokens(door: httpx2.Client) -> Tokens:
    found: Tokens = {}
    for role, unit in PEOPLE:
        who = {"sub": f"{role}@{unit}", "unit": unit, "roles": [role], "clearance": "confidential"}
        answer = door.post("/dev/token", json=who)
        assert answer.status_code == 200, answer.text
        found[role, unit] = {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept-Language": "en"}
    return found


@pytest.fixture(scope="module")
def document(door: httpx2.Client) -> dict[str, Any]:
    found: dict[str, Any] = door.get("/v1/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def ids(door: httpx2.Client, tokens: Tokens, document: dict[str, Any]) -> dict[str, str]:
    """Noun → something of that kind, as far as a new city has any, to be asked about."""
    assert door.post("/v1/clues", json=CLUE, headers=tokens["intake_officer", "pet-dh"]).status_code == 201
    found: dict[str, str] = {}
    for path in (path for path, methods in document["paths"].items() if "get" in methods and path.count("/") == 2):
        if any(
            "text/event-stream" in one.get("content", {})
            for one in document["paths"][path]["get"]["responses"].values()
        ):
            continue
        for headers in tokens.values():
            answer = door.get(path, headers=headers)
            items = answer.json().get("items") if answer.status_code == 200 else None
            if items and (name := next((items[0][key] for key in ("id", "code", "sub") if key in items[0]), None)):
                found[path.split("/")[2]] = str(name)
                break
    assert {"clues", "units", "principals"} <= found.keys()
    return found


def _ask(door: httpx2.Client, tokens: Tokens, operations: Sequence[Any], ids: dict[str, str], count: int) -> list[str]:
    """What was not answered as the document says, each with its request."""
    failed, asked, people = [], 0, cycle(PEOPLE)
    for operation in operations:
        for case in cases_of(operation, ids, count):
            role, unit = next(people)
            asked += 1
            try:
                with door.stream(**_within(door, sending_of(case, tokens[role, unit]))) as answer:
                    if answer.headers.get("content-type", "").startswith("text/event-stream"):
                        assert answer.status_code == 200  # and it goes on for as long as somebody listens
                        continue
                    answer.read()
                check_answer(case, answer)
            except (Exception, FailureGroup) as failure:  # noqa: BLE001 - all of them are told at the end
                failed.append(f"{role}: {operation.label}: {type(failure).__name__}: {_said(failure)}")
    assert asked > 2 * len(operations)
    return failed


def _said(failure: BaseException) -> str:
    """What went wrong, without the whole of a large request."""
    return str(failure)[:2_000]


def _within(door: httpx2.Client, sent: dict[str, Any]) -> dict[str, Any]:
    return {**sent, "url": sent["url"].replace("http://service.test", str(door.base_url).rstrip("/"))}


@pytest.mark.parametrize("part", range(PARTS))
def test_every_operation_answers_as_the_document_says(
    part: int, door: httpx2.Client, tokens: Tokens, document: dict[str, Any], ids: dict[str, str]
) -> None:
    paths = document["paths"].keys() - openapi_document(CLUES)["paths"].keys()
    operations = operations_of(deepcopy(document), paths)
    assert len(operations) > 250
    failed = _ask(door, tokens, operations[part::PARTS], ids, 1)
    assert not failed, f"{len(failed)} failures\n\n" + "\n\n".join(failed[:40])


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_many_requests_to_every_operation_are_answered_as_the_document_says(
    part: int, door: httpx2.Client, tokens: Tokens, document: dict[str, Any], ids: dict[str, str]
) -> None:
    operations = operations_of(deepcopy(document), set(document["paths"]))
    assert len(operations) > 500
    failed = _ask(door, tokens, operations[part::PARTS], ids, 8)
    assert not failed, f"{len(failed)} failures\n\n" + "\n\n".join(failed[:40])
