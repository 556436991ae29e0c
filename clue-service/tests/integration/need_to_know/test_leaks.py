"""Hidden content appears nowhere: no body, header, count, event, log line or metric; no way of answering tells it."""

import json
import logging
import re
from typing import Any

import pytest
from chassis.testing.harness import Harness

ROLES = (
    "intake_officer", "case_supervisor", "handler", "leader", "principal_leader", "deputy_leader", "org_department",
    "inspection_office", "inspector", "pool_manager", "home_unit_approver", "auditor", "integrator",
)  # fmt: skip
"""What people can be; ``platform_admin`` and ``service`` change what the others reach."""
OUTSIDE = ("cmo-lh", "cdi-lh", "inv1-lh", "su-health", "nowhere", None)
UNCONCERNED = ("inspector", "inspection_office", "integrator", "pool_manager", "org_department")
"""Roles that need not know of a clue that nobody was assigned to, wherever in the commission they sit."""
WITHIN = (
    (("platform_admin",), "cdi-dh"), (UNCONCERNED, "cmo-dh"), ((*UNCONCERNED, "handler"), "sup1-dh"),
    (("leader", "handler"), "inv1-dh"),
    (("intake_officer", "case_supervisor"), "inv1-dh"), (("intake_officer",), "sup1-dh"),
)  # fmt: skip
_VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z?|lh-2026-\d+|[A-Za-z0-9_-]{40,}")


@pytest.fixture
def ask(client: Any, headers: Any, city: None) -> Any:
    """``await ask(unit, role, …)(method, path, body)`` as somebody of the roles; clearance the highest there is."""

    def who(unit: str | None, *roles: str) -> Any:
        async def send(method: str, path: str, body: Any = None, **_: Any) -> Any:
            sent = headers(f"{'+'.join(roles)}@{unit}", unit, *roles, clearance="secret")
            if method == "POST" and body is None:
                body = {}
            return await client.request(method, path, headers=sent, json=body)

        return send

    return who


def _marks_in(text: str, marks: set[str]) -> list[str]:
    return [mark for mark in marks if mark in text]


async def test_no_answer_shows_a_hidden_matter_to_anybody_elsewhere(marked: Any, walk_as: Any, ask: Any) -> None:
    # Whoever holds every role meets whatever a holder of some would.
    for unit, roles in (("cmo-lh", ROLES), ("cdi-lh", ROLES), (None, ROLES), ("cmo-lh", ("service",))):
        await _meets_nothing(marked, walk_as, ask, unit, roles)


@pytest.mark.proof
@pytest.mark.parametrize("role", [*ROLES, "platform_admin", "service"])
async def test_no_answer_shows_a_hidden_matter_to_a_role_elsewhere(
    role: str, marked: Any, walk_as: Any, ask: Any
) -> None:
    for unit in OUTSIDE:
        await _meets_nothing(marked, walk_as, ask, unit, (role,))


async def test_no_answer_shows_it_to_whom_it_does_not_concern_within(marked: Any, walk_as: Any, ask: Any) -> None:
    for roles, unit in WITHIN:
        await _meets_nothing(marked, walk_as, ask, unit, roles)


async def _meets_nothing(marked: Any, walk_as: Any, ask: Any, unit: str | None, roles: tuple[str, ...]) -> None:
    for one in await walk_as(ask(unit, *roles), marked.ids):
        assert not _marks_in(one.said, marked.marks), (roles, unit, one.method, one.path, one.status)
        assert one.status < 500, (roles, unit, one)


async def test_nothing_counts_differently_elsewhere_for_a_hidden_matter(
    walk_as: Any, ask: Any, register: Any, mark: Any
) -> None:
    await register("officer@pet-lh")
    people = [("cmo-lh", "case_supervisor", "auditor"), ("cdi-lh", "leader")]
    before = {who: await walk_as(ask(*who), {}, only_reads=True) for who in people}
    await mark()
    for who in people:
        after = await walk_as(ask(*who), {}, only_reads=True)
        for one, other in zip(before[who], after, strict=True):
            if one.path in ("/v1/audit-entries", "/v1/audit-seals"):
                continue  # the walk's own reads stand there
            assert _steady(one.said) == _steady(other.said), (who, one.path)


def _steady(said: str) -> str:
    lines = [line for line in said.splitlines() if not line.lower().startswith(("x-request-id", "content-length"))]
    return _VARIES.sub("*", "\n".join(lines))


async def test_hidden_and_absent_are_answered_by_the_same_statements(
    marked: Any, ask: Any, statements: list[str], requests_of: Any
) -> None:
    for who in (("cmo-lh", "case_supervisor"), ("cdi-lh", "leader")):
        hidden = await _statements_of(requests_of(marked.ids), ask(*who), statements)
        absent = await _statements_of(requests_of({}), ask(*who), statements)
        assert len(hidden) > 30
        different = [(path, hidden[path], absent[path]) for path in hidden if hidden[path] != absent[path]]
        assert not different, "\n".join(map(str, different))


async def _statements_of(requests: Any, send: Any, statements: list[str]) -> dict[tuple[str, str], Any]:
    found = {}
    for method, path, target, body in requests:
        if "{" in path:
            statements.clear()
            answer = await send(method, target, body)
            # The directory is looked at by the clock, not by what is asked.
            asked = [_kind(one) for one in statements if "unit_copy" not in one]
            found[method, path] = answer.status_code, asked
    return found


def _kind(statement: str) -> str:
    return " ".join(statement.split()[:40])


async def test_no_event_log_line_or_metric_holds_content(
    caplog: pytest.LogCaptureFixture, mark: Any, walk_as: Any, ask: Any, harness: Harness, client: Any
) -> None:
    caplog.set_level(logging.DEBUG)  # of the libraries too: the database's statements would be among their lines
    marked = await mark()
    for who in (("cmo-dh", "case_supervisor", "auditor"), ("cmo-lh", "case_supervisor")):
        await walk_as(ask(*who), marked.ids)
    content = {mark for mark in marked.marks if re.search(r"[一-鿿]", mark)} | {"13000000000"}
    assert len(content) == 4
    events = json.dumps(
        [[one.type, one.data, one.headers] for one in await harness.staged_events()], ensure_ascii=False
    )
    metrics = (await client.get("/metrics")).text
    assert marked.clue["id"] in events
    assert "heli_http_requests_total" in metrics
    assert "/v1/clues/{clue_id}" in caplog.text
    for place, said in {"events": events, "metrics": metrics, "log": caplog.text}.items():
        assert not _marks_in(said, content), place
    assert not _marks_in(metrics, marked.marks)
