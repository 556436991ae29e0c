"""Only clues that searches meet again are kept as read."""

from datetime import date
from uuid import uuid4

from clue_service.matching.domain import prepare
from clue_service.matching.prepared import AllegationText, ClueText, dump_features, dump_grams
from clue_service.matching.remembered import Remembered
from clue_service.matching.repository import StoredClue


def stored(number: int) -> StoredClue:
    clue = prepare(ClueText(date(2026, 3, 2), allegations=(AllegationText(f"某局长第{number}次收受现金五万元。"),)))
    return StoredClue(number, uuid4(), 1.0, dump_features(clue), dump_grams(clue))


def test_what_is_met_again_is_kept_as_read() -> None:
    remembered, met_again, others = Remembered(), stored(1), [stored(number) for number in (2, 3)]
    first = remembered.features(met_again)
    assert [remembered.features(one) for one in others] != [None, None]
    second = remembered.features(met_again)
    assert first is not None
    assert first == second
    assert second is not first
    assert remembered.features(met_again) is second
