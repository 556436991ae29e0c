"""Letters told by hand, of which no fit has seen a word: the floor under the model that ships."""

from collections.abc import AsyncIterator

import pytest
from chassis.db import Database
from chassis.embedded import EmbeddedPostgres
from clue_service.corpus.told import told_clues
from clue_service.matching.cli import matching_database
from clue_service.matching.evaluation import replay
from clue_service.matching.service import Matcher
from clue_service.matching.training import judge


@pytest.fixture
async def database(postgres_server: EmbeddedPostgres) -> AsyncIterator[Database]:
    """Empty matching tables."""
    async with matching_database(postgres_server.create_service_database("matching").owner) as made:
        yield made


async def test_letters_told_by_hand_meet_and_none_is_wrongly_called_likely(database: Database) -> None:
    outcomes = [outcome async for outcome in replay(told_clues("judge"), Matcher(), database.sessions)]
    measures = judge(outcomes)
    assert measures["retrieval_recall"] >= 0.98
    assert measures["pair_f1"] >= 0.85
    assert measures["false_alarm"] <= 0.1
    assert measures["likely_precision"] == 1.0


def test_no_matter_told_by_hand_is_both_fitted_on_and_judged_by() -> None:
    parts = [{text["text"] for clue in told_clues(part) for text in clue["allegations"]} for part in ("fit", "judge")]
    assert parts[0]
    assert parts[1]
    assert not parts[0] & parts[1]
