"""Markers are planted in everything a briefing says; then every other place is searched for them."""

import json
import logging
from typing import Any

import httpx2
import pytest
from chassis.identity import SYSTEM
from chassis.telemetry import REGISTRY
from chassis.testing.harness import Harness
from notification_service.briefings.telling import escalate_briefings, open_recipients
from notification_service.deadlines.service import show_lights
from notification_service.outgoing_messages.sending import send_messages
from prometheus_client import generate_latest
from sqlalchemy import text

from .conftest import Mailbox, Owners, Receiver

MARKERS = ("暗记甲七", "暗记乙八", "暗记丙九", "暗记丁十", "暗记戊一")
"""Title, text, corrected title and text, reasons: none of them is a word of anything else."""
OFFICER, CHIEF = ("petition-a", "pet-a", "intake_officer"), ("chief-a", "cdi-a", "principal_leader")
READER = ("handler-inv", "inv-a", "handler")
STRANGERS = (
    ("handler-other", "sup2-a", "handler"),
    ("cmo-b", "cmo-b", "case_supervisor"),
    ("head-inv", "inv-a", "leader"),
)


def traces(haystack: str) -> list[str]:
    """Markers in a text, plain or escaped as JSON or hexadecimal digits do."""
    return [
        one
        for one in MARKERS
        if any(form in haystack for form in (one, json.dumps(one)[1:-1], one.encode().hex(), ascii(one)[1:-1]))
    ]


def test_the_search_finds_every_form() -> None:
    one = MARKERS[0]
    for form in (one, json.dumps({"a": one}), one.encode().hex(), repr(one), ascii(one)):
        assert traces(f"x{form}y") == [one]


async def test_what_a_briefing_says_is_nowhere_but_with_its_readers(
    outside: httpx2.AsyncClient,
    city: Harness,
    owners: Owners,
    receiver: Receiver,
    sending: Any,
    headers: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    mailbox: Mailbox,
    clock: Any,
) -> None:
    caplog.set_level(logging.DEBUG)
    answers: list[str] = []

    async def call(who: tuple[str, str, str], method: str, path: str, body: Any = None) -> Any:
        answer = await outside.request(method, path, json=body, headers=headers(*who))
        if who in STRANGERS or answer.status_code >= 400:
            answers.append(answer.text + repr(dict(answer.headers)))
        return answer.json()

    await city.add_principal("head-inv", "inv-a", "leader")
    await send_messages(city.resources)
    wishes = {"language": "zh-CN", "email": "reader@unit.test"}
    await outside.put("/v1/preferences", json=wishes, headers=headers(*READER))
    async with city.resources.database.sessions.begin() as session:
        await session.execute(text("update preference set email_state = 'confirmed', code = null"))
    hook = {"url": receiver.url, "event_types": ["notification.*"]}
    await outside.post("/v1/webhooks", json=hook, headers=headers(*READER))

    draft = {
        "kind": "petition_situation",
        "title": MARKERS[0],
        "text": f"{MARKERS[1]}。",
        "recipients": [{"person": "handler-inv"}],
        "ack_due_on": "2026-11-30",
    }
    made = await call(OFFICER, "POST", "/v1/briefings", draft)
    path = f"/v1/briefings/{made['id']}"
    owners.allow("handler-inv", path)
    await call(OFFICER, "POST", "/v1/briefings", {**draft, "recipients": [{"person": "nobody"}]})
    await call(OFFICER, "POST", "/v1/briefings", {**draft, "kind": MARKERS[2], "secrecy_level": MARKERS[3]})
    await call(CHIEF, "POST", f"{path}/review")
    await call(OFFICER, "POST", f"{path}/issue")
    await call(READER, "POST", f"{path}/acknowledge", {"edition": 9})
    correction = {"title": MARKERS[2], "text": MARKERS[3], "reason": MARKERS[4]}
    await call(CHIEF, "POST", f"{path}/correct", correction)
    clock.advance(days=14)
    await show_lights(city.resources, {"briefing": open_recipients})
    await escalate_briefings(city.resources)
    for stranger in STRANGERS:
        for query in (path, f"{path}/recipients", "/v1/briefings", "/v1/notifications"):
            await call(stranger, "GET", query)
        await call(stranger, "POST", f"{path}/acknowledge", {"edition": 2})
    seen = await call(READER, "GET", path)
    assert (seen["title"], seen["text"], seen["correction_reason"]) == MARKERS[2:], "its reader does read it"
    await call(CHIEF, "POST", f"{path}/withdraw", {"reason": MARKERS[4]})
    await _publish_to_webhooks(city)
    await sending()
    await send_messages(city.resources)

    assert len(receiver.got) >= 3, "events left, so that there was something to search"
    assert len(mailbox.got) >= 1
    assert len(answers) > 12
    places = {
        "answers": "".join(answers),
        "webhooks": "".join(one.body + repr(one.headers) for one in receiver.got),
        "mail": "".join(one.as_string() + str(one.get_content()) for one in mailbox.got),
        "logs": caplog.text + repr([one.__dict__ for one in caplog.records]) + "".join(capfd.readouterr()),
        "metrics": generate_latest(REGISTRY).decode(),
        **await _tables(city),
    }
    assert {name: found for name, place in places.items() if (found := traces(place))} == {}
    assert "briefing" in places["outbox"]
    assert "briefing" in places["audit_entry"]


async def _publish_to_webhooks(city: Harness) -> None:
    """What the consumer does with the service's own events."""
    from contracts.envelope import Envelope
    from contracts.registry import BY_TYPE

    for staged in await city.staged_events():
        envelope = Envelope.from_headers(staged.headers)
        event = BY_TYPE[staged.type].model_validate(staged.data)
        async with city.resources.transactions(SYSTEM) as uow:
            await city.handlers[staged.type](uow, envelope, event)


async def _tables(city: Harness) -> dict[str, str]:
    """Table → all its rows as text; bytes are hexadecimal there, and the outbox's bodies are read as what they are."""
    found: dict[str, str] = {}
    async with city.resources.database.sessions() as session:
        names = await session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
        for name in list(names):
            rows = await session.scalars(text(f'select t::text from "{name}" t'))
            found[name] = "\n".join(rows)
    found["outbox"] += "".join(json.dumps(one.data) for one in await city.staged_events())
    return found
