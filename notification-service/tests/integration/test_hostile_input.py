"""What only somebody with bad intentions sends: refused as a problem, in little time, and nobody else is harmed."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from chassis.testing.harness import Harness
from notification_service.outgoing_messages.planning import plan_messages
from notification_service.streams.domain import Position, resume_from
from notification_service.webhooks.errors import WebhookUrlUnknown
from notification_service.webhooks.posting import Poster

from contracts import clue

Headers = Callable[..., dict[str, str]]
SOON_S = 60
"""A bomb that went off would take hours, or all memory."""


@pytest.fixture
def mine(headers: Headers) -> dict[str, str]:
    return headers("handler-inv", "inv-a", "handler")


@pytest.fixture
def admin(headers: Headers) -> dict[str, str]:
    return headers("admin", "cdi-a", "platform_admin")


def _is_refused(answer: httpx2.Response, *statuses: int) -> None:
    assert answer.status_code in (statuses or (422,)), (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"


URLS = [
    "https://169.254.169.254/latest/meta-data", "https://10.0.0.1/", "https://[::1]/", "https://[::7f00:1]/",
    "https://[::ffff:10.0.0.1]/", "https://[fec0::1]/", "https://[fe80::1%25lo]/", "https://[64:ff9b::a00:1]/",
    "https://[5f00::1]/", "https://2130706433.example.invalid/", "https://0x0a000001/", "https://012.0.0.1/",
    "https://user:secret@example.org/", "https://example.org:0/", "https://example.org:99999/", "https://[::1",
    "gopher://example.org/", "https://exa\u0000mple.org/", "https://example.org/\r\nX-Evil:1", "https:///path",
    "https://" + "a" * 300 + ".example/", "https://例子.example/", "http://example.org/", "https://.../",
]  # fmt: skip


@pytest.mark.parametrize("url", URLS)
async def test_no_webhook_is_taken_that_could_turn_inward(client: httpx2.AsyncClient, mine: Any, url: str) -> None:
    _is_refused(await client.post("/v1/webhooks", json={"url": url, "event_types": ["*"]}, headers=mine))


async def test_a_name_server_that_does_not_answer_is_no_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("notification_service.webhooks.posting.resolve", never)
    with pytest.raises(WebhookUrlUnknown):
        await Poster([], 0.01).check("https://example.org/")


WISHES: list[dict[str, Any]] = [
    {"digest_at": "09:00:00+08:00"}, {"quiet_from": "22:00Z", "quiet_to": "07:00"}, {"digest_at": "25:00"},
    {"quiet_from": "22:00"}, {"timezone": "../../etc/passwd"}, {"timezone": "localtime"}, {"timezone": "UTC\u0000"},
    {"timezone": ""}, {"muted_kinds": ["x" * 65]}, {"muted_kinds": ["clue_assigned"] * 201}, {"language": "xx"},
    {"muted_kinds": ["no_such_kind"]}, {"email": "a@b\r\nBcc: c@d"}, {"email": "a" * 65 + "@b"}, {"chat": "file:///etc"},
    {"chat": "json://127.0.0.1/"}, {"chat": "x" * 1001}, {"unknown": 1}, {"digest_at": 1e300}, {"digest_at": "NaN"},
]  # fmt: skip


@pytest.mark.parametrize("wishes", WISHES)
async def test_no_wish_is_taken_that_would_stop_the_sending(
    client: httpx2.AsyncClient, city: Harness, clue_event: Any, mine: Any, wishes: dict[str, Any]
) -> None:
    await plan_messages(city.resources)  # from here on
    _is_refused(await client.put("/v1/preferences", json=wishes, headers=mine), 409, 422)
    await city.deliver(clue_event(clue.ClueAssigned, lead_unit="inv-a"))
    assert await plan_messages(city.resources) > 0, "messages are still planned"


BOMBS = [
    "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    "{{ 10 ** 10 ** 9 }}", "{{ 'x' * 10 ** 9 }}", "{{ 'x'.ljust(999999999) }}", "{{ notices|join('x')|center(10**8) }}",
    "{{ '%9999999999d' % 1 }}", "{{ '{:9999999999}'.format(1) }}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for a in notices %}{% for b in notices %}{% for c in notices %}x{% endfor %}{% endfor %}{% endfor %}",
    "{{ cycler.__init__.__globals__ }}", "{% include 'x' %}", "{% import 'x' as x %}", "{{ lipsum(9999) }}",
    "{% set x = namespace() %}", "{{ ''.__class__.__mro__ }}", "{{ notices|map('upper')|list }}",
    "{% for a in [1]|batch(10)  recursive %}{{ loop([a]) }}{% endfor %}", "{{ notices[0].title|indent(99999999) }}",
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
async def test_no_template_takes_long_grows_large_or_reaches_beyond_its_words(
    client: httpx2.AsyncClient, admin: Any, bomb: str
) -> None:
    words = {"name": "notices", "language": "en", "subject": "s", "body": bomb}
    async with asyncio.timeout(SOON_S):
        _is_refused(await client.post("/v1/message-templates/preview", json=words, headers=admin))
        _is_refused(await client.post("/v1/message-templates", json=words, headers=admin))


async def test_a_template_made_of_words_is_taken(client: httpx2.AsyncClient, admin: Any) -> None:
    body = (
        "{% for one in notices %}{{ loop.index }}. {{ one.title|trim }}{% if one.due and one.kind != 'x' %}"
        " ({{ one.due|default('-') }}){% else %}{{ ' ' ~ one['link'] }}{% endif %}{% endfor %}"
    )
    words = {"name": "notices", "language": "en", "subject": "{{ notices|length }} notices", "body": body}
    shown = await client.post("/v1/message-templates/preview", json=words, headers=admin)
    assert (shown.status_code, shown.json()["subject"]) == (200, "2 notices")


POSITIONS = [
    "",
    "nonsense",
    ":",
    "0" * 64,
    "ffffffff:1",
    "00000000:999999999999999999",
    "-1",
    "%00",
    "é",
    "1;drop table",
]


@pytest.mark.parametrize("position", POSITIONS)
async def test_no_position_breaks_a_stream(position: str) -> None:
    present = Position("0badcafe", 7)
    assert resume_from(position, present)[0] == present


async def test_a_position_that_is_too_long_is_refused(client: httpx2.AsyncClient, mine: Any) -> None:
    for path in ("/v1/notifications/stream", "/v1/events"):
        began = time.monotonic()
        _is_refused(await client.get(path, headers={**mine, "Last-Event-ID": "0" * 65}))
        _is_refused(await client.get(f"{path}?after={'0' * 65}", headers=mine))
        assert time.monotonic() - began < SOON_S


RECIPIENTS: list[dict[str, Any]] = [
    {"person": "a\u0001b"}, {"person": "x" * 256}, {"unit": "a b"}, {"unit": "no-such-unit"}, {"unit": "su-1\u001f"},
    {"unit": "su-1", "role": "handler", "person": "x"}, {"role": "handler"}, {},
]  # fmt: skip


@pytest.mark.parametrize("recipient", RECIPIENTS)
async def test_no_briefing_is_taken_for_nobody(
    client: httpx2.AsyncClient, city: Harness, headers: Headers, recipient: dict[str, Any]
) -> None:
    assert city
    draft = {"kind": "petition_situation", "title": "t", "text": "t", "recipients": [recipient]}
    _is_refused(
        await client.post("/v1/briefings", json=draft, headers=headers("petition-a", "pet-a", "intake_officer"))
    )


@pytest.mark.parametrize("scope", [["a b"], ["\u0007"], ["x" * 65], ["su-1"] * 101])
async def test_no_briefing_is_taken_about_no_unit(
    client: httpx2.AsyncClient, city: Harness, headers: Headers, scope: list[str]
) -> None:
    assert city
    draft = {
        "kind": "petition_situation", "title": "t", "text": "t", "recipients": [{"person": "handler-inv"}],
        "scope_units": scope,
    }  # fmt: skip
    _is_refused(
        await client.post("/v1/briefings", json=draft, headers=headers("petition-a", "pet-a", "intake_officer"))
    )
