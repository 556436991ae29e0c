"""Verdicts as truth: decided pairs, compared anew as the engine compares today, apart by matter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from clue_service.candidates.domain import Decision
from clue_service.matching.compare import Levels
from clue_service.matching.fitting import LabelledPair
from clue_service.matching.prepared import Prepared, load_features, load_grams
from clue_service.matching.repository import Session, StoredClue, stored_clues
from clue_service.matching.service import Matcher
from clue_service.matching_models import repository
from clue_service.matters.domain import components

_AT_ONCE = 500
_BY_OTHERS = frozenset({"mates"})


@dataclass(frozen=True)
class VerdictPair:
    """A decided pair with the levels it has today. Sides 0 and 1 are fitted on, 2 calibrates, 3 judges."""

    levels: LabelledPair
    side: int


@dataclass(frozen=True)
class Verdicts:
    """All pairs that can be learnt from, and how many cannot: their clues are erased or indexed by another version."""

    pairs: list[VerdictPair]
    unreadable: int

    def on(self, *sides: int) -> list[LabelledPair]:
        """The pairs of some parts."""
        return [pair.levels for pair in self.pairs if pair.side in sides]

    def count(self, *, same: bool) -> int:
        """How many were decided so."""
        return sum(pair.levels.same is same for pair in self.pairs)


async def read_verdicts(session: Session, matcher: Matcher) -> Verdicts:
    """The pairs people decided as same or different, votes on overlaps among them; levels from the stored features."""
    decided = await repository.list_decided(session)
    sides = sides_of((one.clue_a, one.clue_b, one.decision == Decision.SAME) for one in decided)
    pairs: list[VerdictPair] = []
    for start in range(0, len(decided), _AT_ONCE):
        batch = decided[start : start + _AT_ONCE]
        stored = await stored_clues(session, {clue for one in batch for clue in (one.clue_a, one.clue_b)})
        for one in batch:
            earlier, later = stored.get(one.clue_a), stored.get(one.clue_b)
            prepared = whole(later) if later else None
            scored = matcher.rank(prepared, [earlier]) if prepared and earlier else []
            if scored:
                same = one.decision == Decision.SAME
                levels = scored[0].levels | _as_found(scored[0].levels, one.reasons)
                pairs.append(VerdictPair(LabelledPair(levels, same), sides[one.clue_b]))
    return Verdicts(pairs, len(decided) - len(pairs))


def _as_found(levels: Levels, reasons: Iterable[Mapping[str, Any]]) -> Levels:
    """What other candidates said of the pair when it was found: that cannot be compared anew from two clues."""
    return {why["field"]: why["detail"] for why in reasons if why["field"] in _BY_OTHERS and why["field"] in levels}


def whole(stored: StoredClue) -> Prepared | None:
    """A stored clue as it was prepared, but for its keys; None where another version wrote it."""
    features, grams = load_features(stored.features), load_grams(stored.grams)
    if features is None or grams is None:
        return None
    text, contents = grams
    parts = tuple(replace(part, content=content) for part, content in zip(features.parts, contents, strict=False))
    return replace(features, grams=text, parts=parts)


def sides_of(decided: Iterable[tuple[UUID, UUID, bool]]) -> dict[UUID, int]:
    """Clue → part, so that no matter is on two sides; the same whatever is decided later about other matters.

    A pair of two matters goes where its later clue's matter goes.
    """
    known = list(decided)
    clues = [clue for pair in known for clue in pair[:2]]
    joined = [pair[:2] for pair in known if pair[2]]
    return {clue: min(group).int % 4 for group in components(dict.fromkeys(clues), joined) for clue in group}


def verdict_world(pairs: Sequence[LabelledPair]) -> list[tuple[str, str, frozenset[str], frozenset[str]]]:
    """Pairs as the measures want them: each a little world of two clues with their matters."""
    return [
        (f"{n}b", f"{n}a", frozenset({str(n)}), frozenset({str(n) if pair.same else f"{n}-other"}))
        for n, pair in enumerate(pairs)
    ]
