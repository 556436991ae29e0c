"""When messages suit a person, which words they carry, and how often they are tried."""

from datetime import UTC, datetime, time

import pytest
from chassis.errors import MoveRefused
from notification_service.message_templates.domain import BUILT_IN, SAMPLES, Unrenderable, Words, render
from notification_service.outgoing_messages.domain import MESSAGE_MOVES, RETRIES, next_attempt
from notification_service.preferences.domain import Rhythm, new_code, send_after


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


def test_codes_are_eight_digits() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) > 190
    assert all(len(code) == 8 and code.isdigit() for code in codes)
