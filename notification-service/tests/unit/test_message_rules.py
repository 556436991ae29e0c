"""When messages suit a person, which words they carry, and how often they are tried."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time
from ipaddress import ip_network

import pytest
from chassis.errors import MoveRefused
from notification_service.message_templates.domain import BUILT_IN, SAMPLES, Unrenderable, Words, render
from notification_service.outgoing_messages.domain import MESSAGE_MOVES, RETRIES, next_attempt
from notification_service.outgoing_messages.guarding import InnerAddress, guarded, is_chat_address
from notification_service.preferences.domain import Rhythm, after_quiet, new_code, send_after


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


SHANGHAI, BERLIN, NEW_YORK = "Asia/Shanghai", "Europe/Berlin", "America/New_York"
NIGHT = {"quiet_from": time(22), "quiet_to": time(7)}

RHYTHMS = [
    (Rhythm(SHANGHAI), at(23, 2), at(23, 2)),
    (Rhythm(SHANGHAI, **NIGHT), at(23, 13, 59), at(23, 13, 59)),
    (Rhythm(SHANGHAI, **NIGHT), at(23, 14), at(23, 23)),
    (Rhythm(SHANGHAI, **NIGHT), at(23, 22, 59), at(23, 23)),
    (Rhythm(SHANGHAI, **NIGHT), at(23, 23), at(23, 23)),
    (Rhythm(SHANGHAI, quiet_from=time(12), quiet_to=time(14)), at(23, 4, 30), at(23, 6)),
    (Rhythm(SHANGHAI, quiet_from=time(12), quiet_to=time(14)), at(23, 6), at(23, 6)),
    (Rhythm(SHANGHAI, digest_at=time(8, 30)), at(23, 2), at(24, 0, 30)),
    (Rhythm(SHANGHAI, digest_at=time(8, 30)), at(23, 0, 30), at(23, 0, 30)),
    (Rhythm(SHANGHAI, digest_at=time(8, 30), **NIGHT), at(23, 0), at(23, 0, 30)),
    (Rhythm(SHANGHAI, digest_at=time(23, 30), **NIGHT), at(23, 2), at(23, 23)),
    (Rhythm(NEW_YORK, **NIGHT), at(23, 5), at(23, 12)),
    # Clocks go back in Berlin on 25 October 2026 at 03:00 and forward on 28 March 2027 at 02:00.
    (Rhythm(BERLIN, digest_at=time(8)), at(24, 12, month=10), at(25, 7, month=10)),
    (Rhythm(BERLIN, digest_at=time(8)), datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 28, 6, tzinfo=UTC)),
    (
        Rhythm(BERLIN, digest_at=time(2, 30)),
        datetime(2027, 3, 28, 0, 50, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
    ),
]


@pytest.mark.parametrize(("rhythm", "now", "expected"), RHYTHMS)
def test_messages_wait_for_the_persons_own_day(rhythm: Rhythm, now: datetime, expected: datetime) -> None:
    assert send_after(rhythm, now) == expected


ATTEMPTS = [
    (Rhythm(SHANGHAI), at(23, 15), at(23, 15)),
    (Rhythm(SHANGHAI, **NIGHT), at(23, 13, 59), at(23, 13, 59)),
    (Rhythm(SHANGHAI, **NIGHT), at(23, 14), at(23, 23)),
    (Rhythm(SHANGHAI, **NIGHT), at(23, 23), at(23, 23)),
    (Rhythm(SHANGHAI, quiet_from=time(0), quiet_to=time(6)), at(23, 16, 1), at(23, 22)),
    # A retry of a digest does not wait for the next one, only for the morning.
    (Rhythm(SHANGHAI, digest_at=time(21), **NIGHT), at(23, 13, 30), at(23, 13, 30)),
    (Rhythm(SHANGHAI, digest_at=time(21), **NIGHT), at(23, 14, 30), at(23, 23)),
    (Rhythm(NEW_YORK, **NIGHT), at(23, 14), at(23, 14)),
    (Rhythm(BERLIN, **NIGHT), at(24, 23, month=10), at(25, 6, month=10)),  # the night on which clocks go back
]


@pytest.mark.parametrize(("rhythm", "planned", "expected"), ATTEMPTS)
def test_no_attempt_falls_into_quiet_hours(rhythm: Rhythm, planned: datetime, expected: datetime) -> None:
    assert after_quiet(rhythm, planned) == expected


@pytest.mark.parametrize(("state", "allowed"), [("pending", ["send", "drop", "give_up"]), ("sent", []), ("failed", [])])
def test_a_settled_message_stays_settled(state: str, allowed: list[str]) -> None:
    assert MESSAGE_MOVES.allowed(state) == allowed
    for move in MESSAGE_MOVES:
        if move.verb not in allowed:
            with pytest.raises(MoveRefused):
                MESSAGE_MOVES.take(move.verb, state)


def test_a_message_is_tried_eight_times() -> None:
    assert [next_attempt(attempts, at(23, 2)) is None for attempts in range(1, 9)] == [False] * len(RETRIES) + [True]


@pytest.mark.parametrize(("name", "language"), list(BUILT_IN))
def test_built_in_words_render(name: str, language: str) -> None:
    subject, body = render(BUILT_IN[name, language], SAMPLES[name])
    assert subject.isascii() is False or language == "en"
    assert "\n" not in subject
    assert body.endswith("\n")


WRONG = [
    "{{ nothing }}",
    "{{ notices[0].nothing }}",
    "{% for x in notices %}",
    "{{ notices.__class__.__mro__ }}",
    "{{ ''.__class__.__base__.__subclasses__() }}",
    "{{ notices.append(1) }}",
    "{{ 'x' * 10**9 }}",
    "{{ 1 / 0 }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
]


@pytest.mark.parametrize("body", WRONG)
def test_wrong_and_hostile_templates_are_refused(body: str) -> None:
    with pytest.raises(Unrenderable):
        render(Words("s", body), SAMPLES["notices"])


@pytest.mark.parametrize(
    ("subject", "body", "reason"),
    [
        ("s", "{{ nothing }} {{ nowhere }} {{ notices[0].title }}", "UndefinedError (nothing, nowhere)"),
        ("{{ nothing }}", "{% for %}", "TemplateSyntaxError"),
        ("{{ nothing }}", "{{ notices|first }}", "UndefinedError (nothing)"),
        ("s", "{{ notices[0].nothing }}", "UndefinedError"),
        ("s", "{% set x = 1 %}", "NotAllowed"),
        ("s", "{{ 'x' * 9 }}", "NotAllowed"),
        ("s", "{% if %}", "TemplateSyntaxError"),
    ],
)
def test_a_wrong_template_says_what_is_wrong_with_it(subject: str, body: str, reason: str) -> None:
    with pytest.raises(Unrenderable) as refused:
        render(Words(subject, body), SAMPLES["notices"])
    assert refused.value.reason == reason


PLACES = [
    (("93.184.216.34", 443), True),
    (("2606:2800:220:1::1", 443, 0, 0), True),
    (("10.1.2.3", 443), True),  # permitted by the operator
    (("10.2.0.1", 443), False),
    (("127.0.0.1", 80), False),
    (("169.254.169.254", 80), False),
    (("0.0.0.0", 80), False),
    (("224.0.0.1", 80), False),
    (("::1", 80, 0, 0), False),
    (("::ffff:127.0.0.1", 80, 0, 0), False),
    (("64:ff9b::7f00:1", 80, 0, 0), False),
    (("fe80::1%eth0", 80, 0, 2), False),
    (("localhost", 80), False),  # a name would be looked up later
    (("", 80), False),
    ("/run/postgresql/.s.PGSQL.5432", False),
    (b"\0abstract", False),
    ((16, 0), False),
    ((), False),
]


@pytest.mark.parametrize(("address", "expected"), PLACES)
def test_a_chat_may_be_outside_or_where_the_operator_says(address: object, expected: bool) -> None:
    assert is_chat_address(address, [ip_network("10.1.0.0/16")]) is expected


def test_the_guard_holds_for_its_own_thread_and_time_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = server.getsockname()
        with guarded([]) as guard:
            with pytest.raises(InnerAddress):
                socket.create_connection(place)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, pytest.raises(InnerAddress):
                datagrams.sendto(b"x", place)
            assert guard.has_refused
            with ThreadPoolExecutor(1) as others:
                others.submit(socket.create_connection, place).result().close()
        with guarded([ip_network("127.0.0.0/8")]) as permitted:
            socket.create_connection(place).close()
            assert not permitted.has_refused
        socket.create_connection(place).close()


def test_codes_are_eight_digits() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) > 190
    assert all(len(code) == 8 and code.isdigit() for code in codes)
