"""The envelope survives both CloudEvents modes and refuses what could not be routed."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from contracts.envelope import Envelope, decode_data
from contracts.pool import UnitUpserted
from pydantic import ValidationError

EVENT_ID = UUID("0198c0de-0000-7000-8000-000000000001")


def envelope(**changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "id": EVENT_ID,
        "type": "pool.unit.upserted.v1",
        "time": datetime(2026, 11, 23, 1, 2, 3, 4, tzinfo=UTC),
        "source": "personnel-pool-service",
        "aggregate_id": "unit-1",
        "version": 7,
        "actor": "sub-1",
        "correlation_id": "request-1",
    }
    return Envelope(**values | changes)


FULL = {
    "causation_id": "event-0",
    "commission": "cdi-a",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
}


@pytest.mark.parametrize("changes", [{}, FULL], ids=["required only", "everything"])
def test_envelope_survives_the_headers_of_binary_mode(changes: dict[str, str]) -> None:
    original = envelope(**changes)
    assert Envelope.from_headers(original.to_headers()) == original


@pytest.mark.parametrize("changes", [{}, FULL], ids=["required only", "everything"])
def test_envelope_survives_structured_mode(changes: dict[str, str]) -> None:
    original, event = envelope(**changes), UnitUpserted(code="unit-1", name="示例单位", unit_type="cdi", version=7)
    document = original.to_structured(event)
    assert Envelope.from_structured(document) == original
    assert UnitUpserted.model_validate(document["data"]) == event
    assert set(document) >= {"specversion", "id", "source", "type", "datacontenttype", "data"}
    assert all(name.isalnum() and name.islower() for name in document), "CloudEvents attribute names"


def test_message_id_is_the_event_id_so_that_the_stream_drops_repeats() -> None:
    assert envelope().to_headers()["Nats-Msg-Id"] == str(EVENT_ID)


@pytest.mark.parametrize("actor", ["部门-1", "a b", "100%", 'say "x"'])
def test_header_values_outside_printable_ascii_are_percent_encoded_and_read_back(actor: str) -> None:
    headers = envelope(actor=actor).to_headers()
    assert all(value.isascii() and value.isprintable() and " " not in value for value in headers.values())
    assert Envelope.from_headers(headers).actor == actor


@pytest.mark.parametrize("actor", ["a\r\nce-type: other", "", "\x00"])
def test_actor_that_could_forge_a_header_is_refused(actor: str) -> None:
    with pytest.raises(ValidationError):
        envelope(actor=actor)


@pytest.mark.parametrize("commission", ["a.b", "*", ">", "a b", "", "市纪委", "a" * 65])
def test_commission_that_is_no_subject_token_is_refused(commission: str) -> None:
    with pytest.raises(ValidationError):
        envelope(commission=commission)


@pytest.mark.parametrize(
    ("commission", "subject"),
    [
        (None, "evt.pool.unit.upserted.v1.-"),
        ("-", "evt.pool.unit.upserted.v1.-"),
        ("cdi-a", "evt.pool.unit.upserted.v1.cdi-a"),
    ],
)
def test_subject_is_type_and_commission(commission: str | None, subject: str) -> None:
    assert envelope(commission=commission).subject == subject


@pytest.mark.parametrize(
    "event_type", ["unit.upserted.v1", "pool.unit.upserted", "pool.unit.upserted.v0", "Pool.u.c.v1"]
)
def test_malformed_type_is_refused(event_type: str) -> None:
    with pytest.raises(ValidationError):
        envelope(type=event_type)


def test_instant_of_another_zone_is_written_in_utc() -> None:
    local = datetime(2026, 11, 23, 9, 2, 3, tzinfo=timezone(timedelta(hours=8)))
    assert envelope(time=local).to_headers()["ce-time"] == "2026-11-23T01:02:03Z"


def test_naive_instant_is_refused() -> None:
    with pytest.raises(ValidationError):
        envelope(time=datetime(2026, 11, 23, 9, 2, 3))  # noqa: DTZ001 - the refused value


def test_missing_attribute_is_refused() -> None:
    headers = envelope().to_headers()
    del headers["ce-id"]
    with pytest.raises(ValidationError):
        Envelope.from_headers(headers)


def test_unknown_fields_of_a_later_version_are_ignored() -> None:
    event = decode_data(UnitUpserted, b'{"code":"u1","name":"n","unit_type":"cdi","version":1,"added_later":{"a":1}}')
    assert event == UnitUpserted(code="u1", name="n", unit_type="cdi", version=1)
