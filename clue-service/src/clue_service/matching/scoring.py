"""The explained score: additive weights of agreement levels, calibrated to a probability, cut into bands."""

import json
import math
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, NamedTuple, Self

from clue_service.matching.compare import Combination, Levels
from clue_service.matching.lexicon import read_data
from clue_service.matching.likeliness import may_be_likely
from clue_service.matching.mates import ALONE, mates_verdict, support

WeightOf = Callable[[str, float], float]
MODEL_FORMAT = 1
_PIVOT = "naming"


class Band(StrEnum):
    """What people are shown of a pair. ``none`` is never shown."""

    LIKELY = "likely"
    REVIEW = "review"
    NONE = "none"


class Reason(NamedTuple):
    """One field's share of a score. ``verdict``: agree, partly, unknown or conflict; ``detail``: a code, never text."""

    field: str
    verdict: str
    weight: float
    detail: str


@dataclass(frozen=True)
class MatchModel:
    """Weights by field and level and by pairs of levels, in log-odds; a calibration; the bands' limits."""

    version: str
    intercept: float
    weights: dict[str, dict[str, float]]
    calibration: tuple[tuple[float, float], ...] = ()  # (log-odds, probability), both ascending
    first_calibration: tuple[tuple[float, float], ...] = ()  # the same, before other candidates are asked
    # The same by what other candidates say (``mates.support``), and by whether something speaks against ``likely``
    # (``curves_of``): an equal score is worth less where others disagree or something is left to be weighed.
    supported: dict[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    likely: float = 0.95
    review: float = 0.10
    background: dict[int, float] = field(default_factory=dict)  # hash of a gram → share of clues that have it
    origin: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: str) -> Self:
        """A stored model.

        Raises:
            ValueError: the format is another version's.
        """
        document = json.loads(raw)
        if document.pop("format") != MODEL_FORMAT:
            raise ValueError("this model was written in another format")
        for name in ("calibration", "first_calibration"):
            document[name] = tuple((x, y) for x, y in document.get(name, ()))
        document["supported"] = {
            name: tuple((x, y) for x, y in knots) for name, knots in document.get("supported", {}).items()
        }
        document["background"] = {int(gram): share for gram, share in document["background"].items()}
        return cls(**document)

    def dump(self) -> str:
        """The model as JSON, weights rounded to a ten-thousandth."""
        document = {
            "format": MODEL_FORMAT,
            "version": self.version,
            "origin": self.origin,
            "likely": self.likely,
            "review": self.review,
            "intercept": round(self.intercept, 4),
            "weights": {
                name: {level: round(weight, 4) for level, weight in sorted(levels.items())}
                for name, levels in sorted(self.weights.items())
            },
            "calibration": _rounded(self.calibration),
            "first_calibration": _rounded(self.first_calibration),
            "supported": {name: _rounded(knots) for name, knots in sorted(self.supported.items())},
            "background": {str(gram): round(share, 5) for gram, share in sorted(self.background.items())},
        }
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"

    def log_odds(self, levels: Levels) -> float:
        """The uncalibrated score of one combination of levels."""
        total, level_of = self.intercept, levels.get
        for name, weight_of in self._by_naming.get(levels.get(_PIVOT, ""), self._single):
            total += weight_of(level_of(name, ""), 0.0)
        for one, two, table in self._joint_without_naming:
            if one in levels and levels[one] in table:
                total += table[levels[one]].get(levels.get(two, ""), 0.0)
        return total

    def worth_of_mates(self, levels: Levels) -> float:
        """What the level of ``mates`` adds to the score that the same levels had without it."""
        total = self.weights.get("mates", {}).get(levels["mates"], 0.0)
        for one, two, table in self._joint_with_mates:
            total += table.get(levels.get(one, ""), {}).get(levels.get(two, ""), 0.0)
        return total

    @cached_property
    def _single(self) -> list[tuple[str, WeightOf]]:
        return [(name, weights.get) for name, weights in self.weights.items() if "*" not in name]

    @cached_property
    def _by_naming(self) -> dict[str, list[tuple[str, WeightOf]]]:
        """Single weights by the level of ``naming``, with the joint weights that it is one of added: fewer look-ups."""
        pivots = {level for _, two, table in self._joint if two == _PIVOT for row in table.values() for level in row}
        return {
            pivot: [(name, self._with_naming(name, self.weights[name], pivot).get) for name, _ in self._single]
            for pivot in pivots
        }

    def _with_naming(self, name: str, weights: dict[str, float], pivot: str) -> dict[str, float]:
        tables = [table for one, two, table in self._joint if (one, two) == (name, _PIVOT)]
        levels = weights.keys() | {level for table in tables for level in table}
        return {
            level: weights.get(level, 0.0) + sum(table.get(level, {}).get(pivot, 0.0) for table in tables)
            for level in levels
        }

    @cached_property
    def _joint_without_naming(self) -> list[tuple[str, str, dict[str, dict[str, float]]]]:
        return [(one, two, table) for one, two, table in self._joint if two != _PIVOT]

    @cached_property
    def _joint_with_mates(self) -> list[tuple[str, str, dict[str, dict[str, float]]]]:
        return [(one, two, table) for one, two, table in self._joint if "mates" in (one, two)]

    @cached_property
    def _joint_in_order(self) -> list[tuple[str, str, dict[str, dict[str, float]]]]:
        return [found for pair in JOINT for found in self._joint if found[:2] == pair]

    @cached_property
    def _joint(self) -> list[tuple[str, str, dict[str, dict[str, float]]]]:
        found: list[tuple[str, str, dict[str, dict[str, float]]]] = []
        for name, weights in self.weights.items():
            one, star, two = name.partition("*")
            table: dict[str, dict[str, float]] = {}
            for pair, weight in weights.items():
                level, _, other = pair.partition("*")
                table.setdefault(level, {})[other] = weight
            if star:
                found.append((one, two, table))
        return found

    def probability(self, log_odds: float, levels: Levels) -> float:
        """The calibrated probability that two clues with this score and these levels report the same matter."""
        for name in curves_of(levels):
            if name in self.supported:
                return _calibrated(self.supported[name], log_odds)
        return _calibrated(self.calibration, log_odds)

    def first_probability(self, log_odds: float) -> float:
        """The same before other candidates are asked: of levels without ``mates``."""
        return _calibrated(self.first_calibration or self.calibration, log_odds)

    def band(self, probability: float, levels: Levels) -> Band:
        """``likely`` only where nothing speaks against it that people have to weigh (``likeliness.may_be_likely``)."""
        if probability >= self.likely and may_be_likely(levels):
            return Band.LIKELY
        return Band.REVIEW if probability >= self.review else Band.NONE

    def best(self, combinations: Iterable[tuple[Combination, Levels]]) -> tuple[float, Combination, Levels]:
        """The best of all combinations of subject and matter."""
        scored = [(self.log_odds(levels), combination, levels) for combination, levels in combinations]
        return scored[0] if len(scored) == 1 else max(scored, key=lambda one: one[0])

    def reasons(self, levels: Levels) -> list[Reason]:
        """Every field's share, the weightiest first; joint weights count for their first field."""
        shares = {name: self.weights.get(name, {}).get(level, 0.0) for name, level in levels.items()}
        for one, two, table in self._joint_in_order:
            if one in levels and two in levels:
                shares[one] += table.get(levels[one], {}).get(levels[two], 0.0)
        reasons = [
            Reason(name, verdict(name, level), round(share, 3), level)
            for (name, level), share in zip(levels.items(), shares.values(), strict=True)
        ]
        return sorted(reasons, key=_weight, reverse=True)


def _weight(reason: Reason) -> float:
    return abs(reason.weight)


def curves_of(levels: Levels) -> tuple[str, str]:
    """Which curves of ``MatchModel.supported`` a pair goes by: the first that the model has."""
    said = support(levels.get("mates", ALONE))
    return f"{said}/{'clear' if may_be_likely(levels) else 'doubted'}", said


def _rounded(knots: tuple[tuple[float, float], ...]) -> list[list[float]]:
    return [[round(x, 4), round(y, 6)] for x, y in knots]


def _calibrated(knots: tuple[tuple[float, float], ...], log_odds: float) -> float:
    if not knots:
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, log_odds))))
    place = bisect_left(knots, (log_odds,))
    if place == 0 or place == len(knots):
        return knots[min(place, len(knots) - 1)][1]
    (x0, y0), (x1, y1) = knots[place - 1], knots[place]
    return y0 + (y1 - y0) * (log_odds - x0) / (x1 - x0) if x1 > x0 else y1


JOINT = (
    ("name", "unit"), ("name", "topic"), ("third_person", "topic"),
    # What words are worth depends on whether names decide.
    ("wording", "naming"), ("rare_words", "naming"), ("content", "naming"), ("name", "naming"), ("unit", "naming"),
    # Mates of another kind of allegation speak for another matter of the same person.
    ("mates", "topic"),
)  # fmt: skip


def expand(levels: Levels) -> Levels:
    """The levels with the joint ones added."""
    return levels | {
        f"{one}*{two}": f"{levels[one]}*{levels[two]}" for one, two in JOINT if one in levels and two in levels
    }


_UNKNOWN = frozenset({"other_village", "brief", "missing", "unknown", "one_side", "cannot_tell", "maybe_given_name"})
_CONFLICT = frozenset(
    {"different", "differ", "given_name_differs", "contradict", "other_mark", "same_kind_other_area",
     "other_kind_same_area", "c0", "c1", "r0", "other"}
)  # fmt: skip
_PARTLY = frozenset(
    {"same_given_name", "one_character", "look_alike", "masked_both_ends", "same_surname_masked",
     "surname_sound_masked", "partly", "near", "digits", "year", "similar", "masked", "same_kind_area_unknown",
     "area_same_kind_unknown", "same_village_named", "c2", "c3", "c4", "r1", "r2"}
)  # fmt: skip


@cache
def verdict(name: str, level: str) -> str:
    """How people should read a level."""
    if name in {"gap", "naming"}:
        return "unknown"
    if name == "mates":
        return mates_verdict(level)
    if level in _UNKNOWN:
        return "unknown"
    if level in _CONFLICT:
        return "conflict"
    return "partly" if level in _PARTLY else "agree"


@cache
def packaged_model() -> MatchModel:
    """The model that ships with the service, fitted on its own generator."""
    return MatchModel.parse(read_data("model.json"))
