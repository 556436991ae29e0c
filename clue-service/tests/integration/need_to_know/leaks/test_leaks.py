"""Hidden content appears nowhere: no body, header, count, event, log line or metric; no way of answering tells it."""

import json
import logging
import re
from functools import partial
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
TEXT = "墨痕标记事项"
_VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.]+Z?|lh-2026-\d+|[A-Za-z0-9_-]{40,}")


@pytest.fixture
def ask(client: Any, headers: Any, city: None) -> Any:
    """``await ask(unit, role, …)(method, path, body)`` as somebody of the roles; clearance the highest there is."""

    def who(unit: str | None, *roles: str, sub: str | None = None, clearance: str = "secret") -> Any:
        async def send(method: str, path: str, body: Any = None, **_: Any) -> Any:
            sent = headers(sub or f"{'+'.join(roles)}@{unit}", unit, *roles, clearance=clearance)
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


async def test_whoever_may_meets_all_that_is_hidden_from_the_others(marked: Any, walk_as: Any, ask: Any) -> None:
    # The other tests are worth something only where there is something to be seen.
    met = set()
    for unit in ("cmo-dh", "cdi-dh"):
        for one in await walk_as(ask(unit, *ROLES), marked.ids, only_reads=True):
            met |= {name for name, found in marked.ids.items() if found in one.said and one.status == 200}
    assert met == set(marked.ids), set(marked.ids) - met


async def test_whoever_asked_for_a_file_or_recorded_something_reads_it(marked: Any, call: Any) -> None:
    for path in ("clue-exports/{}/file", "interference-records/{}/content", "protection-requests/{}/content"):
        target = f"/v1/{path.format(marked.ids[path.partition('/')[0]])}"
        assert TEXT in (await call("officer@pet-dh", "GET", target)).text, path
    timeline = f"/v1/clues/{marked.clue['id']}/timeline"
    assert TEXT in (await call("officer@pet-dh", "GET", timeline)).text, "what was said with a step"


async def test_no_answer_shows_a_matter_to_whoever_is_recused_from_it(
    marked: Any, walk_as: Any, ask: Any, call: Any
) -> None:
    await _recuse(call, marked, "someone")
    for unit in ("cmo-dh", "cdi-dh", "pet-dh"):
        await _meets_nothing(marked, walk_as, partial(ask, sub="someone"), unit, ROLES)


async def test_no_answer_shows_a_matter_to_whoever_is_not_cleared_for_it(mark: Any, walk_as: Any, ask: Any) -> None:
    marked = await mark(secrecy_level="secret")
    for unit in ("cmo-dh", "cdi-dh", "inv1-dh"):
        await _meets_nothing(marked, walk_as, partial(ask, clearance="internal"), unit, ROLES, _KNOWN_TO_THE_UNCLEARED)


_KNOWN_TO_THE_UNCLEARED = frozenset({"alert_id"})
"""An overlap is told to those as well who may not know with what: the same as other commissions are told."""


@pytest.mark.proof
@pytest.mark.parametrize("role", ROLES)
async def test_no_answer_shows_a_matter_to_a_role_that_is_kept_away_from_it(
    role: str, mark: Any, walk_as: Any, ask: Any, call: Any
) -> None:
    marked = await mark(secrecy_level="confidential")
    await _recuse(call, marked, "someone", clearance="confidential")
    for unit in ("cmo-dh", "cdi-dh", "pet-dh", "inv1-dh", "sup1-dh"):
        await _meets_nothing(marked, walk_as, partial(ask, sub="someone"), unit, (role,))
        await _meets_nothing(
            marked, walk_as, partial(ask, clearance="internal"), unit, (role,), _KNOWN_TO_THE_UNCLEARED
        )


async def _recuse(call: Any, marked: Any, sub: str, **more: Any) -> None:
    for clue in (marked.clue, marked.other):
        answer = await call("officer@pet-dh", "POST", f"/v1/clues/{clue['id']}/recusals", {"sub": sub}, **more)
        assert answer.status_code == 201, answer.text


async def test_nothing_is_left_of_a_sealed_clue_for_anybody(marked: Any, walk_as: Any, ask: Any, call: Any) -> None:
    for clue in (marked.clue, marked.other):
        for who in ("officer@pet-dh", "supervisor@cmo-dh"):
            answer = await call(who, "POST", f"/v1/clues/{clue['id']}/seal", {"reason": "above level"})
            assert answer.status_code == 200, answer.text
    # What others wrote about it, such as the topic of a consultation, is theirs.
    content = {marked.clue["subjects"][0]["name"], "举报人墨痕", "长期在上班时间打麻将", "13000000000"}
    for unit in ("cmo-dh", "cdi-dh", "pet-dh"):
        for one in await walk_as(ask(unit, *ROLES, sub="supervisor1@cmo-dh"), marked.ids):
            assert not _marks_in(one.said, content), (unit, one.method, one.path, one.status)


async def test_a_refusal_does_not_repeat_what_was_sent(walk_as: Any, ask: Any, requests_of: Any) -> None:
    send, told = ask("cmo-dh", *ROLES), "墨痕错误内容"
    for method, path, target, body in requests_of({}):
        for wrong in (dict.fromkeys(body, told) if isinstance(body, dict) else told, [told]):
            if body is not None:
                answer = await send(method, target, wrong)
                assert answer.status_code < 500, (method, path)
                if answer.status_code >= 400:
                    said = json.dumps([answer.json(), dict(answer.headers)], ensure_ascii=False)
                    assert told not in said, (method, path, said)


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


async def _meets_nothing(
    marked: Any, walk_as: Any, ask: Any, unit: str | None, roles: tuple[str, ...], but: frozenset[str] = frozenset()
) -> None:
    hidden = marked.marks - {marked.ids[name] for name in but}
    for one in await walk_as(ask(unit, *roles), marked.ids):
        if but and one.path == "/v1/audit-entries":
            continue  # whoever audits a commission reads ids and codes of all its clues
        assert not _marks_in(one.said, hidden), (roles, unit, one.method, one.path, one.status)
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


async def test_a_silent_clue_shows_nowhere_where_the_same_letter_is_handled(
    walk_as: Any, ask: Any, register: Any, decide: Any, bring: Any, harness: Harness
) -> None:
    own = await register("officer@pet-lh", LETTER)
    await bring(own, "assigned")
    send = ask("cmo-lh", *ROLES)  # whoever holds every role meets whatever a holder of some would
    before = await walk_as(send, {"clue_id": own["id"]}, only_reads=True)
    told_before = len(await harness.staged_events())
    hidden = await _hold_in_silence(register, decide, bring)
    after = await walk_as(send, {"clue_id": own["id"]}, only_reads=True)
    for one, other in zip(before, after, strict=True):
        if one.path not in ("/v1/audit-entries", "/v1/audit-seals"):  # the walk's own reads stand there
            assert _steady(one.said) == _steady(other.said), one.path
    for one in await walk_as(send, hidden):
        assert not _marks_in(one.said, set(hidden.values())), (one.method, one.path)
    for event in (await harness.staged_events())[told_before:]:
        said = json.dumps(event.data)
        assert not (_marks_in(said, set(hidden.values())) and own["id"] in said), event.type


LETTER = {
    "source_code": "PETITION",
    "received_on": "2026-11-20",
    "subjects": [{"name": "钟国梁", "unit_name": "夏宁市住房和城乡建设局", "post": "局长"}],
    "allegations": [
        {"category_code": "C1", "text": "局长钟国梁2024年3月收受宏远建筑公司现金20万元，滨河路的标给了它。"}
    ],
}


async def _hold_in_silence(register: Any, decide: Any, bring: Any) -> dict[str, str]:
    """The same letter twice in another commission, silent, worked on: what to look for."""
    first, other = [
        await register("officer@pet-dh", {**LETTER, "overlap_policy": "silent", "origin_ref": f"s:{number}"})
        for number in range(2)
    ]
    (pair,) = [one["id"] for one in other["candidates"] if one.get("clue_id") == first["id"]]
    verdict = await decide(pair)
    await bring(first, "proposed")
    found = {"clue_id": first["id"], "other": other["id"], "candidate_id": pair, "matter_id": verdict["matter_id"]}
    return {**found, "number": first["clue_no"]}


def _steady(said: str) -> str:
    lines = [line for line in said.splitlines() if not line.lower().startswith(("x-request-id", "content-length"))]
    return _VARIES.sub("*", "\n".join(lines))


@pytest.fixture
async def dissolved(unlike: Any, pair_up: Any, decide: Any, undo: Any) -> str:
    """A matter of commission dh that has no clues any more."""
    pair = await pair_up(await unlike(0), await unlike(1))
    matter_id = (await decide(pair))["matter_id"]
    await undo(pair)
    return str(matter_id)


async def test_a_dissolved_matter_is_met_by_those_who_met_it(dissolved: str, ask: Any) -> None:
    met = await ask("cmo-dh", "case_supervisor")("GET", f"/v1/matters/{dissolved}")
    assert (met.status_code, met.json()["state"]) == (200, "dissolved")
    assert (await ask("cmo-lh", "case_supervisor")("GET", f"/v1/matters/{dissolved}")).status_code == 404


async def test_hidden_and_absent_are_answered_alike_by_the_same_statements(
    marked: Any, dissolved: str, ask: Any, statements: list[str], requests_of: Any
) -> None:
    for who in (("cmo-lh", "case_supervisor"), ("cdi-lh", "leader")):
        absent = await _statements_of(requests_of({}), ask(*who), statements)
        gone = {"matter_id": dissolved}
        of_gone = await _statements_of(requests_of(gone), ask(*who), statements)
        assert {one: found for one, found in of_gone.items() if "matter_id" in one[1]} == {
            one: found for one, found in absent.items() if "matter_id" in one[1]
        }
        hidden = await _statements_of(requests_of(marked.ids), ask(*who), statements)
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
            heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
            found[method, path] = answer.status_code, _steady(f"{heads}\n{answer.text}"), asked
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
