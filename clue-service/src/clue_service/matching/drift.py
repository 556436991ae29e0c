"""How far the pairs that are met have moved from those a model was fitted on: shares of levels, and their distance."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

Shares = dict[str, dict[str, float]]
"""Field → level → share of pairs, 0–1."""

_LEAST_SHARE = 1e-3  # a level that one side never shows must not make the distance infinite


def level_shares(levels: Iterable[Mapping[str, str]]) -> Shares:
    """How often each field shows each level."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in levels:
        for field, level in one.items():
            counts[field][level] += 1
    return {
        field: {level: round(count / total, 4) for level, count in sorted(seen.items())}
        for field, seen in sorted(counts.items())
        if (total := sum(seen.values()))
    }


def stability_index(reference: Mapping[str, float], present: Mapping[str, float]) -> float:
    """Population stability index of one field: below .1 unmoved, from .25 another population (Siddiqi 2006)."""
    total = 0.0
    for level in reference.keys() | present.keys():
        old, new = (max(shares.get(level, 0.0), _LEAST_SHARE) for shares in (reference, present))
        total += (new - old) * math.log(new / old)
    return total


def drift(reference: Shares, present: Shares) -> dict[str, float]:
    """The index of every field that both know."""
    return {field: stability_index(reference[field], present[field]) for field in sorted(reference.keys() & present)}
