"""What a fitted model may become, and what speaks against activating one. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

PACKAGED = 0
"""The number of the model that ships with the service: it is in effect while no other one is."""

LIKELY_FLOOR = 0.995
"""No model whose ``likely`` is less precise than this on held-back data is activated: people trust that band."""


class Status(StrEnum):
    """Where a model stands."""

    FITTED = "fitted"
    REFUSED = "refused"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    RETIRED = "retired"


ACTIVATE, RETIRE = "activate", "retire"
MOVES: dict[tuple[Status, str], Status] = {
    (Status.FITTED, ACTIVATE): Status.ACTIVE,
    (Status.SUPERSEDED, ACTIVATE): Status.ACTIVE,  # back to an earlier version
    (Status.FITTED, RETIRE): Status.RETIRED,
    (Status.REFUSED, RETIRE): Status.RETIRED,
    (Status.ACTIVE, RETIRE): Status.RETIRED,  # the packaged model takes over
    (Status.SUPERSEDED, RETIRE): Status.RETIRED,
}


def moves_from(status: str) -> list[str]:
    """What can be done with a model in a state."""
    return sorted(verb for known, verb in MOVES if known == status)


def objections(part: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What speaks against the new model on one held-back part, as codes ``<part>:<what>``; nothing if it is no worse.

    F1 may not fall, ``likely`` may be neither less precise than before nor than ``LIKELY_FLOOR``. A measure that the
    part is too small to give does not object.
    """
    found = []
    f1, likely = after.get("pair_f1"), after.get("likely_precision")
    if before.get("pair_f1") is not None and (f1 is None or f1 < before["pair_f1"]):
        found.append("f1_lower")
    if before.get("likely_precision") is not None and (likely is None or likely < before["likely_precision"]):
        found.append("likely_less_precise")
    if likely is not None and likely < LIKELY_FLOOR:
        found.append("likely_below_floor")
    return [f"{part}:{what}" for what in found]
