"""Whom a caller acts for in proceedings. Pure."""

from collections.abc import Iterable

from chassis.identity import CLEARANCES

from clue_service.access.policy import Viewer
from clue_service.proceedings.domain import WORKERS


def represented_units(viewer: Viewer) -> frozenset[str]:
    """The units a caller acts for: their own line below the commission, and the commission from its offices and head.

    Services and whoever holds no working role act for nobody.
    """
    if viewer.service is not None or not viewer.has_any(*WORKERS):
        return frozenset()
    sits_for = {viewer.leads, viewer.office_of if viewer.has_any("case_supervisor") else None}
    return viewer.units | {code for code in sits_for if code is not None}


def highest(levels: Iterable[str]) -> str:
    """The highest of some levels of secrecy: what rests on a clue is at least as secret as the clue."""
    order: list[str] = list(CLEARANCES)
    return max(levels, key=order.index)
