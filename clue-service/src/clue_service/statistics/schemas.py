"""Figures as they are answered. A number that is null is too small to be shown."""

from datetime import date
from typing import Any

from chassis.web import ResponseModel
from pydantic import Field

Shown = dict[str, int | None]


class EarlierOut(ResponseModel):
    """The period of equal length right before."""

    clues: int | None
    by_category: Shown


class HotspotOut(ResponseModel):
    """A category with more clues than in the period before."""

    category: str
    now: int
    before: int
    more: int


class FiguresOut(ResponseModel):
    """Figures of a commission. Clues are unverified: a number says nothing about whether they are true."""

    commission: str
    units: list[str] | None
    levels: list[str]
    period_from: date
    period_to: date
    as_of: date
    smallest_cell: int = Field(description="smaller numbers are null, and those they could be worked out from")
    clues: int | None
    by_source: Shown
    by_channel: Shown
    by_category: Shown
    by_month: Shown
    by_unit: Shown
    dispositions: Shown
    outcomes: Shown
    forms: Shown
    advice_served: int | None
    library_items: dict[str, int]
    before: EarlierOut | None = None
    hotspots: list[HotspotOut] | None = None


def figures_out(document: dict[str, Any]) -> FiguresOut:
    """A document as it is answered."""
    return FiguresOut.model_validate({**document, "period_from": document["from"], "period_to": document["to"]})
