"""The engine without a database: clues are kept in memory and all of them are candidates."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from clue_service.matching.prepared import ClueText, Prepared, dump_features, dump_grams
from clue_service.matching.repository import StoredClue
from clue_service.matching.service import Matcher, ScoredCandidate
from clue_service.matching.units import DirectoryEntry, UnitDirectory

Clue = Callable[..., ClueText]


@pytest.fixture(scope="session")
def clue() -> Clue:
    """``clue(text, received_on=, name=, unit=, post=, **allegation)`` makes one with at most one subject."""

    def make(
        text: str,
        received_on: str = "2023-06-01",
        name: str | None = None,
        unit: str | None = None,
        post: str | None = None,
        **allegation: Any,
    ) -> ClueText:
        subject = {"name": name, "unit_name": unit, "post": post}
        subjects = [subject] if any(subject.values()) else []
        body = {"received_on": received_on, "subjects": subjects, "allegations": [{"text": text, **allegation}]}
        return ClueText.of_body(body)

    return make


@pytest.fixture(scope="session")
def directory() -> UnitDirectory:
    """Two cities' housing bureaus and a health commission."""
    return UnitDirectory.of(
        [
            DirectoryEntry("city", "夏宁市"),
            DirectoryEntry("housing", "夏宁市住房和城乡建设局", ("夏宁市住建局", "夏宁房管"), "city"),
            DirectoryEntry("health", "夏宁市卫生健康委员会", ("夏宁市卫健委",), "city"),
            DirectoryEntry("other-housing", "临川市住房和城乡建设局", ("临川市住建局",)),
        ]
    )


class Desk:
    """Takes in clues one after another and shows what the engine finds for each."""

    def __init__(self, directory: UnitDirectory) -> None:
        self.matcher = Matcher(directory=directory)
        self._stored: list[StoredClue] = []

    def take_in(self, text: ClueText) -> tuple[UUID, list[ScoredCandidate]]:
        """The new clue's id and its candidates, best first."""
        found = self.matcher.rank(self.matcher.prepare(text), self._stored)
        return self.remember(text), found

    def remember(self, text: ClueText) -> UUID:
        """Store a clue without looking for others; its id."""
        prepared: Prepared = self.matcher.prepare(text)
        clue_id = uuid4()
        stored = StoredClue(len(self._stored) + 1, clue_id, 0.0, dump_features(prepared), dump_grams(prepared))
        self._stored.append(stored)
        return clue_id


@pytest.fixture
def desk(directory: UnitDirectory) -> Desk:
    """An empty desk."""
    return Desk(directory)


@pytest.fixture(scope="session")
def on() -> Callable[[str], date]:
    """A day from its ISO form."""
    return date.fromisoformat
