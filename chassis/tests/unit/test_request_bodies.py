"""Text and days of request bodies: what nobody sees is left out, and a number is no date."""

from datetime import date
from typing import Any

import pytest
from chassis.web import RequestModel
from pydantic import AwareDatetime, Field, ValidationError


class Letter(RequestModel):
    sender: str | None = Field(None, min_length=1)
    written_on: date | None = None
    seen_at: AwareDatetime | None = None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("测\u200b试\u202e人\ufeff", "测试人"),
        ("  测试人\u200b ", "测试人"),
        ("𠮷𪚥", "𠮷𪚥"),
        ("e\u0301", "e\u0301"),
        ("\u0646\u200c\u0627", "\u0646\u200c\u0627"),
        ("👩\u200d🔧", "👩\u200d🔧"),
    ],
    ids=["unseen", "unseen at the end", "beyond the first plane", "an accent of its own", "a non-joiner", "a joiner"],
)
def test_characters_that_nobody_sees_are_left_out(sent: str, kept: str) -> None:
    assert Letter(sender=sent).sender == kept


def test_a_text_of_nothing_but_such_characters_is_empty() -> None:
    with pytest.raises(ValidationError) as refused:
        Letter(sender="\u200b\u2060")
    assert [one["type"] for one in refused.value.errors()] == ["string_too_short"]


@pytest.mark.parametrize("field", ["written_on", "seen_at"])
@pytest.mark.parametrize("value", [0, 1763596800, 20261120, 1.5, True, "1763596800", "-86400", "20261120"])
def test_a_number_is_no_date(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Letter.model_validate({field: value})
    assert [one["loc"] for one in refused.value.errors()] == [(field,)]


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"])
def test_an_instant_that_another_zone_does_not_know_is_none(value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Letter.model_validate({"seen_at": value})
    assert [one["loc"] for one in refused.value.errors()] == [("seen_at",)]
    assert Letter.model_validate({"written_on": value[:10]}).written_on is not None


def test_days_and_instants_that_are_written_out_are_taken() -> None:
    letter = Letter.model_validate({"written_on": "2026-11-20", "seen_at": "2026-11-20T08:00:00Z"})
    assert letter.written_on == date(2026, 11, 20)
    assert letter.seen_at is not None
    assert letter.seen_at.isoformat() == "2026-11-20T08:00:00+00:00"
    assert Letter(written_on=date(2026, 11, 20), sender=None).written_on == date(2026, 11, 20)
