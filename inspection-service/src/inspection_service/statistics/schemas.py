"""Statistics as callers see them."""

from datetime import date
from typing import Literal
from uuid import UUID

from chassis.web import ResponseModel

Format = Literal["json", "csv", "svg", "html"]


class StatisticsOut(ResponseModel):
    """The figures of a round, a unit or a period on a day; asked again for that day they are the same.

    ``round_title`` is told with one round. A year is that in which a round begins. Overdue and in-time are by each
    item's first date, which nobody moves.
    """

    as_of: date
    round_id: UUID | None
    round_title: str | None
    unit_code: str | None
    starts_from: date | None
    starts_to: date | None
    figures: dict[str, dict[str, int] | int]
