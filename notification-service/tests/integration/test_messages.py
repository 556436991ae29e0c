"""From the inbox to a mailbox: a real mail server takes what a person wants, when they want it, once."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from chassis.testing.harness import Harness
from fastapi import FastAPI
from notification_service.outgoing_messages.planning import plan_messages
from notification_service.outgoing_messages.sending import send_messages
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from contracts import clue

from .conftest import Mailbox, Receiver, serving

Headers = Callable[..., dict[str, str]]
Sending = Callable[[], Awaitable[None]]


@pytest.fixture
def sending(app: FastAPI, city: Harness) -> Sending:
    async def run() -> None:
        await send_messages(app.state.resources)

    return run


@pytest.fixture
def mine(headers: Headers) -> dict[str, str]:
    return headers("handler-inv", "inv-a", "handler")


async def wish(client: httpx2.AsyncClient, who: dict[str, str], **wishes: Any) -> httpx2.Response:
    return await client.put("/v1/preferences", json=wishes, headers=who)


@pytest.fixture
def by_mail(client: httpx2.AsyncClient, city: Harness, mailbox: Mailbox, mine: dict[str, str], sending: Sending) -> Any:
    """``await by_mail(digest_at="08:30")``: the person's confirmed wishes."""

    async def set_up(**wishes: Any) -> None:
        await sending()
        answer = await wish(client, mine, language="en", email="handler@unit.test", **wishes)
        assert (answer.status_code, answer.json()["email_state"]) == (200, "unconfirmed"), answer.text
        await city.run_jobs()
        code = re.search(r"[0-9]{8}", mailbox.text())
        assert code is not None
        confirmed = await client.post("/v1/preferences/confirm-email", json={"code": code[0]}, headers=mine)
        assert confirmed.json()["email_state"] == "confirmed"
        mailbox.got.clear()

    return set_up


@contextmanager
def nothing_more(mailbox: Mailbox) -> Iterator[None]:
    before = len(mailbox.got)
    yield
    assert len(mailbox.got) == before


async def test_a_notice_is_mailed_once_without_content(
    by_mail: Any, mailbox: Mailbox, city: Harness, sending: Sending, clue_event: Any
) -> None:
    await by_mail()
    event = clue_event(clue.ClueAssigned, lead_unit="inv-a")
    await city.deliver(event)
    await sending()
    (letter,) = mailbox.got
    assert letter["Subject"] == "[Heli] Clue A-2026-00001 was assigned to your office"
    assert (letter["To"], letter["From"]) == ("handler@unit.test", "heli@platform.test")
    assert f"http://gateway.test/v1/clues/{event.clue_id}" in mailbox.text()
    with nothing_more(mailbox):
        await sending()


async def test_an_address_is_used_only_after_it_was_confirmed(
    client: httpx2.AsyncClient,
    mailbox: Mailbox,
    city: Harness,
    sending: Sending,
    mine: dict[str, str],
    clue_event: Any,
    clock: Any,
) -> None:
    await sending()
    await wish(client, mine, email="handler@unit.test")
    await city.run_jobs()
    code = re.search(r"[0-9]{8}", mailbox.text())
    assert code is not None
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    with nothing_more(mailbox):
        await sending()
    wrong = "00000000" if code[0] != "00000000" else "11111111"
    for _ in range(5):
        answer = await client.post("/v1/preferences/confirm-email", json={"code": wrong}, headers=mine)
        assert (answer.status_code, answer.json()["code"]) == (422, "confirmation_invalid")
    worn_out = await client.post("/v1/preferences/confirm-email", json={"code": code[0]}, headers=mine)
    assert worn_out.status_code == 422, "after five wrong codes the right one is refused too"
    await wish(client, mine, email="handler@unit.test")
    await city.run_jobs()
    fresh = re.search(r"[0-9]{8}", mailbox.text())
    assert fresh is not None
    clock.advance(hours=25)
    late = await client.post("/v1/preferences/confirm-email", json={"code": fresh[0]}, headers=mine)
    assert late.status_code == 422


async def test_quiet_hours_hold_messages_back_and_send_them_together(
    by_mail: Any, mailbox: Mailbox, city: Harness, sending: Sending, clue_event: Any, clock: Any
) -> None:
    await by_mail(quiet_from="09:00", quiet_to="12:00")
    for version in range(1, 4):
        await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=version)
    with nothing_more(mailbox):
        await sending()
    clock.advance(hours=2)
    await sending()
    (letter,) = mailbox.got
    assert letter["Subject"] == "[Heli] 3 notices"
    assert mailbox.text().count("http://gateway.test/v1/clues/") == 3


def _evening(hour: int, minute: int = 0) -> datetime:
    """An instant of 23 November 2026 by the clocks of Shanghai."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


NIGHT = {"quiet_from": "22:00", "quiet_to": "07:00"}


async def test_a_retry_waits_for_the_morning(
    by_mail: Any, mailbox: Mailbox, city: Harness, sending: Sending, clue_event: Any, clock: Any
) -> None:
    clock.instant = _evening(21, 50)
    await by_mail(**NIGHT)
    mailbox.answers = ["451 try later", "451 try later", "250 OK"]
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    for minute in (55, 57):  # the second wait, five minutes, would end in the night
        clock.instant = _evening(21, minute)
        await sending()
    assert mailbox.answers == ["250 OK"]
    for hours in (0.2, 4, 9 - 0.02):
        clock.instant = _evening(22) + timedelta(hours=hours)
        await sending()
        assert (mailbox.got, mailbox.answers) == ([], ["250 OK"]), f"{hours} hours into the night"
    clock.instant = _evening(22) + timedelta(hours=9)
    await sending()
    assert len(mailbox.got) == 1


async def test_what_an_outage_held_up_is_not_sent_at_night(
    by_mail: Any, mailbox: Mailbox, city: Harness, sending: Sending, clue_event: Any, clock: Any
) -> None:
    clock.instant = _evening(20)
    await by_mail(digest_at="21:00", **NIGHT)
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await plan_messages(city.resources)
    clock.instant = _evening(23)
    with nothing_more(mailbox):
        await sending()
        await sending()
    clock.instant = _evening(23) + timedelta(hours=8)
    await sending()
    assert len(mailbox.got) == 1


async def test_quiet_asked_for_after_planning_is_kept(
    client: httpx2.AsyncClient,
    by_mail: Any,
    mailbox: Mailbox,
    city: Harness,
    sending: Sending,
    mine: dict[str, str],
    clue_event: Any,
    clock: Any,
) -> None:
    clock.instant = _evening(22, 30)
    await by_mail()
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await plan_messages(city.resources)
    await wish(client, mine, language="en", email="handler@unit.test", **NIGHT)
    with nothing_more(mailbox):
        await sending()
    clock.instant = _evening(22) + timedelta(hours=9)
    await sending()
    assert len(mailbox.got) == 1


async def test_a_digest_leaves_out_what_was_read_meanwhile(
    client: httpx2.AsyncClient,
    by_mail: Any,
    mailbox: Mailbox,
    city: Harness,
    sending: Sending,
    mine: dict[str, str],
    clue_event: Any,
    clock: Any,
) -> None:
    await by_mail(digest_at="18:00")
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=2)
    await sending()
    newest = (await client.get("/v1/notifications", headers=mine)).json()["items"][0]
    await client.post(f"/v1/notifications/{newest['id']}/read", headers=mine)
    clock.advance(hours=9)
    await sending()
    (letter,) = mailbox.got
    assert letter["Subject"] == "[Heli] Clue A-2026-00001 was assigned to your office"


async def test_muted_kinds_stay_in_the_inbox(
    by_mail: Any, mailbox: Mailbox, city: Harness, sending: Sending, clue_event: Any, inbox: Any
) -> None:
    await by_mail(muted_kinds=["clue_assigned"])
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    with nothing_more(mailbox):
        await sending()
    assert [one["kind"] for one in await inbox("handler-inv")] == ["clue_assigned"]


async def test_a_server_that_is_busy_is_tried_again_with_the_same_message_id(
    by_mail: Any, mailbox: Mailbox, city: Harness, sending: Sending, clue_event: Any, clock: Any
) -> None:
    await by_mail()
    mailbox.answers = ["451 try later", "250 OK", "250 OK"]
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await sending()
    assert mailbox.got == []
    clock.advance(minutes=2)
    await sending()
    assert len(mailbox.got) == 1
    async with city.resources.database.sessions() as session:
        (row,) = (await session.execute(text("select id, state from outgoing_message"))).all()
    assert (mailbox.got[0]["Message-ID"], row.state) == (f"<{row.id}@platform.test>", "sent")


async def test_a_server_that_is_away_loses_nothing(
    by_mail: Any,
    mailbox: Mailbox,
    city: Harness,
    sending: Sending,
    clue_event: Any,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await by_mail()
    monkeypatch.setenv("HELI_SMTP_PORT", "1")
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await sending()
    monkeypatch.setenv("HELI_SMTP_PORT", str(mailbox.port))
    clock.advance(minutes=2)
    await sending()
    assert len(mailbox.got) == 1


async def test_an_address_that_is_refused_for_good_is_given_up_and_its_owner_told(
    client: httpx2.AsyncClient, mailbox: Mailbox, city: Harness, sending: Sending, mine: dict[str, str], inbox: Any
) -> None:
    await sending()
    await wish(client, mine, email="nobody@unit.test")
    await city.run_jobs()
    state = (await client.get("/v1/preferences", headers=mine)).json()["email_state"]
    assert (state, [one["kind"] for one in await inbox("handler-inv")]) == ("failing", ["email_failing"])


async def test_several_planners_and_senders_send_once(
    by_mail: Any, mailbox: Mailbox, app: FastAPI, city: Harness, clue_event: Any
) -> None:
    await by_mail()
    for version in range(1, 6):
        await city.deliver(clue_event(clue.ClueExtended, lead_unit="inv-a"), version=version)
    resources = app.state.resources
    await asyncio.gather(*(send_messages(resources) for _ in range(5)), *(plan_messages(resources) for _ in range(3)))
    assert sum(mailbox.text(number).count("/v1/clues/") for number in range(len(mailbox.got))) == 5


async def test_a_chat_gets_the_same_words(
    client: httpx2.AsyncClient,
    mailbox: Mailbox,
    receiver: Receiver,
    city: Harness,
    sending: Sending,
    mine: dict[str, str],
    clue_event: Any,
) -> None:
    await sending()
    address = receiver.url.replace("http://", "json://")
    answer = await wish(client, mine, language="en", chat=address)
    assert (answer.json()["has_chat"], address in answer.text) == (True, False)
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await sending()
    (got,) = receiver.got
    assert got.event["title"] == "[Heli] Clue A-2026-00001 was assigned to your office"


INSIDE = [
    "json://127.0.0.2/x",
    "json://10.0.0.1",
    "json://localhost6.test@[::1]:8080/",
    "json://169.254.169.254/latest",
]


@pytest.mark.parametrize("address", [*INSIDE, "json://:8080"])
async def test_a_chat_inside_is_refused_when_it_is_named(
    client: httpx2.AsyncClient, mailbox: Mailbox, mine: dict[str, str], address: str
) -> None:
    answer = await wish(client, mine, chat=address)
    assert (answer.status_code, answer.json()["code"]) == (422, "chat_address_refused")


@pytest.fixture
async def by_chat(
    client: httpx2.AsyncClient, mailbox: Mailbox, city: Harness, mine: dict[str, str], sending: Sending, clue_event: Any
) -> Any:
    """``await by_chat(address)``: a notice for somebody who wants it there; what became of it and of the attempt."""

    async def send(address: str, **environment: str) -> tuple[str, int]:
        await sending()
        answer = await wish(client, mine, language="en", chat=address)
        assert answer.status_code == 200, answer.text
        await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
        with pytest.MonkeyPatch.context() as later:
            for name, value in environment.items():
                later.setenv(name, value)
            await sending()
        async with city.resources.database.sessions() as session:
            (row,) = (await session.execute(text("select state, attempts from outgoing_message"))).all()
        return row.state, row.attempts

    return send


async def test_a_chat_whose_name_turned_inward_since_gets_nothing(by_chat: Any, receiver: Receiver) -> None:
    address = receiver.url.replace("http://", "json://")
    assert await by_chat(address, HELI_CHAT_NETWORKS="[]") == ("failed", 0)
    assert receiver.got == []


async def test_a_chat_cannot_send_on_to_the_inside(by_chat: Any, receiver: Receiver) -> None:
    inside = Receiver()
    app = Starlette(routes=[Route("/hook", inside.take, methods=["POST", "GET"])])
    async with serving(app, host="127.0.0.2") as address:
        receiver.answers = [Response(status_code=307, headers={"location": f"{address}/hook"})]
        state, _ = await by_chat(receiver.url.replace("http://", "json://") + "?redirect=yes")
    assert len(receiver.got) == 1
    assert (state, inside.got) == ("failed", [])


async def test_one_address_is_one_chat(by_chat: Any, receiver: Receiver) -> None:
    address = receiver.url.replace("http://", "json://")
    await by_chat(f"{address}, {address}")
    assert len(receiver.got) <= 1


async def test_addresses_are_stored_sealed(
    client: httpx2.AsyncClient, by_mail: Any, city: Harness, sending: Sending, mine: dict[str, str]
) -> None:
    await by_mail()
    async with city.resources.database.sessions() as session:
        rows = list(await session.scalars(text("select t::text from preference t")))
        rows += list(await session.scalars(text("select t::text from job t")))
        rows += list(await session.scalars(text("select t::text from audit_entry t")))
    assert not any("unit.test" in row or b"unit.test".hex() in row for row in rows)


BAD = [
    ({"email": "a b@c.d"}, "invalid_request"),
    ({"email": "a@b.c\r\nBcc: x@y.z"}, "invalid_request"),
    ({"timezone": "Mars/Base"}, "invalid_request"),
    ({"quiet_from": "22:00"}, "invalid_request"),
    ({"quiet_from": "22:00", "quiet_to": "22:00"}, "invalid_request"),
    ({"digest_at": "25:00"}, "invalid_request"),
    ({"muted_kinds": ["no_such_kind"]}, "invalid_request"),
    ({"chat": "file:///etc/passwd"}, "channel_not_offered"),
    ({"chat": "syslog://localhost"}, "channel_not_offered"),
    ({"language": "de"}, "invalid_request"),
]


@pytest.mark.parametrize(("wishes", "code"), BAD)
async def test_bad_wishes_are_refused(
    client: httpx2.AsyncClient, mailbox: Mailbox, mine: dict[str, str], wishes: dict[str, Any], code: str
) -> None:
    answer = await wish(client, mine, **wishes)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_without_a_mail_server_none_is_offered(client: httpx2.AsyncClient, mine: dict[str, str]) -> None:
    assert (await client.get("/v1/preferences", headers=mine)).json()["channels"] == []
    answer = await wish(client, mine, email="handler@unit.test")
    assert (answer.status_code, answer.json()["code"]) == (422, "channel_not_offered")


async def test_words_are_versions_that_are_previewed_and_activated(
    client: httpx2.AsyncClient,
    by_mail: Any,
    mailbox: Mailbox,
    city: Harness,
    sending: Sending,
    headers: Headers,
    mine: dict[str, str],
    clue_event: Any,
) -> None:
    admin = headers("admin", "cdi-a", "platform_admin")
    words = {
        "name": "notices",
        "language": "en",
        "subject": "New: {{ notices|length }}",
        "body": "{{ notices[0].link }}",
    }
    assert (await client.post("/v1/message-templates", json=words, headers=mine)).status_code == 403
    shown = (await client.post("/v1/message-templates/preview", json=words, headers=admin)).json()
    assert shown == {"subject": "New: 2", "body": "https://example.org/1"}
    wrong = await client.post("/v1/message-templates", json={**words, "body": "{{ nothing }}"}, headers=admin)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "template_wrong")
    made = await client.post("/v1/message-templates", json=words, headers=admin)
    assert (made.status_code, made.json()["number"], made.json()["is_active"]) == (201, 1, False)
    await by_mail()
    used = await client.post(f"/v1/message-templates/{made.json()['id']}/activate", headers=admin)
    assert used.json()["is_active"] is True
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    await sending()
    assert mailbox.got[0]["Subject"] == "New: 1"
    listed = (await client.get("/v1/message-templates", headers=admin)).json()["items"]
    in_use = {(one["name"], one["language"]): one["number"] for one in listed if one["is_active"]}
    assert in_use[("notices", "en")] == 1
    assert len(in_use) == 4
