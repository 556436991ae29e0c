"""Checking weights of preferences. No numpy, no solver."""

import math
from collections.abc import Mapping

from chassis.errors import FieldError

from inspection_service.assembly.built_in import DEFAULT_WEIGHTS
from inspection_service.assembly.errors import wrong

MOST_WEIGHT = 1_000
"""Beyond it points of preferences could pass for hard rules, and double arithmetic stops telling optima apart."""


def weight_faults(weights: Mapping[str, float]) -> list[FieldError]:
    """What is wrong with weights, by JSON pointer."""
    errors = []
    for name, value in weights.items():
        if name not in DEFAULT_WEIGHTS:
            errors.append(wrong(f"/weights/{name}", "unknown_weight", "没有该权重", "there is no such weight"))
        elif not math.isfinite(value) or not 0 <= value <= MOST_WEIGHT:
            message = (f"权重应在 0 至 {MOST_WEIGHT} 之间", f"a weight lies between 0 and {MOST_WEIGHT}")
            errors.append(wrong(f"/weights/{name}", "out_of_range", *message))
    return errors
