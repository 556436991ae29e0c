"""Fairness figures as callers read them: ids and codes, no names."""

from datetime import datetime
from uuid import UUID

from chassis.web import ResponseModel
from pydantic import Field

from personnel_pool_service.fairness.service import Figures
from personnel_pool_service.secondments.schemas import PeriodOut

_MOST_SHOWN = 50


class PersonDaysOut(ResponseModel):
    """A pool member and the days lent."""

    cadre_id: UUID
    home_unit: str
    days: int


class HomeDaysOut(ResponseModel):
    """A home unit and what it lent."""

    home_unit: str
    members: int
    lent: int = Field(description="Members lent on at least one day")
    days: int
    days_per_member: float


class FairnessOut(ResponseModel):
    """How evenly people and home units were called upon. 0 is even, near 1 is one for all."""

    period: PeriodOut
    known_at: datetime
    members: int
    members_lent: int
    days: int
    gini_people: float
    gini_home_units: float
    most_lent: list[PersonDaysOut] = Field(description=f"The {_MOST_SHOWN} most lent; all are in the CSV")
    home_units: list[HomeDaysOut]


def out_of(figures: Figures) -> FairnessOut:
    """Figures for an answer."""
    return FairnessOut(
        period=PeriodOut(first=figures.period.first, last=figures.period.last),
        known_at=figures.known_at,
        members=len(figures.people),
        members_lent=sum(1 for one in figures.people if one.days),
        days=sum(one.days for one in figures.people),
        gini_people=figures.gini_people,
        gini_home_units=figures.gini_homes,
        most_lent=[PersonDaysOut.model_validate(one) for one in figures.people[:_MOST_SHOWN] if one.days],
        home_units=[HomeDaysOut.model_validate(one) for one in figures.homes],
    )
