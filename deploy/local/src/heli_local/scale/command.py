"""`heli scale`: from what was typed to what is printed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from heli_local.scale.demand import PRESETS, Demand, DemandRefused, Figures, read_figures
from heli_local.scale.page import document, picture, table


@dataclass(frozen=True)
class ScaleAsked:
    """A preset (all where none is named), what of it is changed, figures as `name=value`, the simulation's seed."""

    preset: str
    changes: Mapping[str, Any]
    figures: list[str]
    seed: int


def plans_told(asked: ScaleAsked, *, as_json: bool = False) -> tuple[str, str]:
    """The plans as text, and as an SVG. Raises DemandRefused."""
    figures = _figures(asked.figures)
    demands = _demands(asked)
    if as_json:
        if len(demands) != 1:
            raise DemandRefused("--json wants one --preset")
        return json.dumps(document(demands[0], figures, asked.seed), indent=1), picture(demands, figures)
    return table(demands, figures, asked.seed), picture(demands, figures)


def _demands(asked: ScaleAsked) -> list[Demand]:
    if not asked.preset and not asked.changes:
        return list(PRESETS.values())
    name = asked.preset or "city"
    if name not in PRESETS:
        raise DemandRefused(f"no preset {name}; there are {', '.join(PRESETS)}")
    return [replace(PRESETS[name], name=f"{name}, changed" if asked.changes else name, **asked.changes)]


def _figures(changes: list[str]) -> Figures:
    figures = read_figures()
    for change in changes:
        name, equals, value = change.partition("=")
        try:
            figures = figures.with_value(name, float(value))
        except ValueError as error:
            raise DemandRefused(f"{change}: name=number is wanted") from error
        if not equals:
            raise DemandRefused(f"{change}: name=number is wanted")
    return figures
