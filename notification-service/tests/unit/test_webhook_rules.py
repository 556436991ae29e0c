"""When a webhook is tried again and given up; where it may go; what its messages are signed with."""

import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from chassis.errors import MoveRefused
from chassis.moves import MoveTable
from contracts.envelope import Egress
from contracts.registry import BY_TYPE
from notification_service.outward_events.domain import SUBJECTS, matches, outward_types, unknown_patterns
from notification_service.webhooks.domain import (
    DELIVERY_MOVES,
    RETRIES,
    WEBHOOK_MOVES,
    Outcome,
    is_given_up,
    new_secret,
    next_attempt,
    rest_after,
    signed_headers,
)
from notification_service.webhooks.errors import WebhookUrlRefused
from notification_service.webhooks.targets import Target, is_permitted, parse, resolve
from standardwebhooks import Webhook, WebhookVerificationError

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def test_eight_retries_take_at_least_28_hours_and_then_end() -> None:
    at = NOW
    for attempts in range(1, len(RETRIES) + 1):
        again = next_attempt(attempts, at, None)
        assert again is not None
        assert RETRIES[attempts - 1] <= again - at <= RETRIES[attempts - 1] * 1.2
        at = again
    assert len(RETRIES) == 8
    assert at - NOW >= timedelta(hours=28)
    assert next_attempt(len(RETRIES) + 1, at, None) is None


def test_a_receiver_may_ask_for_more_time_but_not_for_ever() -> None:
    asked = next_attempt(1, NOW, timedelta(minutes=20))
    assert asked == NOW + timedelta(minutes=20)
    assert next_attempt(1, NOW, timedelta(days=400)) == NOW + timedelta(hours=1)


def test_rest_grows_to_ten_minutes() -> None:
    rests = [rest_after(failures) for failures in range(1, 30)]
    assert rests[0] == timedelta(seconds=5)
    assert rests[-1] == timedelta(minutes=10)
    assert rests == sorted(rests)


@pytest.mark.parametrize(
    ("hours", "failures", "expected"), [(28, 8, True), (27, 80, False), (200, 7, False), (28, 9, True)]
)
def test_a_receiver_is_given_up_after_28_hours_and_eight_failures(hours: int, failures: int, expected: bool) -> None:
    assert is_given_up(NOW, failures, NOW + timedelta(hours=hours)) is expected


@pytest.mark.parametrize(
    ("table", "state", "allowed"),
    [
        (WEBHOOK_MOVES, "enabled", ["disable", "give_up"]),
        (WEBHOOK_MOVES, "disabled", ["enable"]),
        (DELIVERY_MOVES, "pending", ["deliver", "withhold", "exhaust"]),
        (DELIVERY_MOVES, "delivered", ["redeliver"]),
        (DELIVERY_MOVES, "exhausted", ["redeliver"]),
        (DELIVERY_MOVES, "withheld", []),
    ],
)
def test_every_move_that_is_not_in_the_table_is_refused(table: MoveTable, state: str, allowed: list[str]) -> None:
    assert table.allowed(state) == allowed
    for move in table:
        if move.verb not in allowed:
            with pytest.raises(MoveRefused):
                table.take(move.verb, state)


@pytest.mark.parametrize(
    ("status", "of_this_message"), [(400, True), (404, True), (422, True), (408, False), (410, False), (429, False)]
)
def test_some_refusals_are_of_one_message_only(status: int, of_this_message: bool) -> None:
    assert Outcome("answered", status).is_of_this_message is of_this_message
    assert not Outcome("answered", 500).is_of_this_message
    assert not Outcome("timed_out").is_of_this_message


def test_a_message_verifies_under_each_secret_in_use_and_under_no_other() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers("m-1", datetime.now(UTC), '{"a":"会商"}', [new, old])  # noqa: TID251 - the library compares with the real clock
    for secret in (old, new):
        assert Webhook(secret).verify('{"a":"会商"}', headers) == {"a": "会商"}
    for secret, body in ((new_secret(), '{"a":"会商"}'), (new, '{"a":"会谈"}')):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers)


REFUSED = [
    "ftp://example.org/x", "https://user:secret@example.org/", "https://example.org/#part", "https:///x", "nonsense",
    "https://example.org:0/", "https://example.org:99999/", "https://exa mple.org/", "https://例子.中国/", "https://[::1",
    "javascript:alert(1)", "https://example.org/\n", "//example.org/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(WebhookUrlRefused):
        parse(url)


INWARD = [
    "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.8",
    "64:ff9b::7f00:1", "64:ff9b::a00:8", "2002:7f00:1::1", "2001:0:53aa:64c::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INWARD)
def test_nothing_turns_inward(address: str) -> None:
    assert not is_permitted(ip_address(address), [], "https")


def test_a_permitted_network_is_reached_also_without_tls_and_the_rest_never_without() -> None:
    inside = [ip_network("10.20.0.0/16")]
    assert is_permitted(ip_address("10.20.3.4"), inside, "http")
    assert is_permitted(ip_address("::ffff:10.20.3.4"), inside, "http")
    assert not is_permitted(ip_address("10.21.3.4"), inside, "https")
    assert is_permitted(ip_address("93.184.216.34"), inside, "https")
    assert not is_permitted(ip_address("93.184.216.34"), inside, "http")


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "localhost", "[::1]", "[::ffff:7f00:1]"])
async def test_other_spellings_of_an_inward_address_are_seen_through(host: str) -> None:
    with pytest.raises(WebhookUrlRefused):
        await resolve(f"https://{host}/hook", [])


async def test_the_address_is_pinned_and_the_name_kept() -> None:
    target = await resolve("http://127.0.0.1:8123/hook?a=1", [ip_network("127.0.0.0/8")])
    assert target == Target("http", "127.0.0.1", 8123, ip_address("127.0.0.1"), "/hook?a=1")
    named = Target("https", "example.org", 443, ip_address("2606:2800::1"), "/hook")
    assert (named.pinned_url, named.host_header) == ("https://[2606:2800::1]:443/hook", "example.org")


@pytest.mark.parametrize(
    ("patterns", "event_type", "expected"),
    [
        (["*"], "clue.clue.registered.v1", True),
        (["clue.*"], "pool.unit.upserted.v1", False),
        (["clue.clue.*"], "clue.clue.closed.v1", True),
        (["clue.clue.registered.v1"], "clue.clue.registered.v10", False),
        (["clue.clue.registered.v1"], "clue.clue.registered.v1", True),
    ],
)
def test_patterns_are_types_or_beginnings(patterns: list[str], event_type: str, expected: bool) -> None:
    assert matches(patterns, event_type) is expected


def test_types_that_never_leave_cannot_be_asked_for() -> None:
    hidden = [name for name, one in BY_TYPE.items() if one.egress is Egress.NEVER]
    assert hidden
    assert unknown_patterns(hidden) == list(range(len(hidden)))
    assert unknown_patterns(["clue.*", "clue.nothing.*", "pool.recusal.*"]) == [1, 2]


ABOUT_OTHERS = {"notification.deadline"}
"""Lights are about an item of another service, which is asked instead."""


def test_every_leaving_event_is_about_something_that_can_be_read(repository_root: Path) -> None:
    """So that rights are asked of the owner: an aggregate without an address would never leave, unnoticed."""
    document = json.loads((repository_root / "gateway/src/gateway/documents/openapi.json").read_text())
    readable = {path.partition("{")[0] for path, verbs in document["paths"].items() if "get" in verbs and "{" in path}
    for event_type in outward_types():
        row = ".".join(event_type.split(".")[:2])
        if row not in ABOUT_OTHERS:
            assert SUBJECTS[row].partition("{")[0] in readable, event_type
