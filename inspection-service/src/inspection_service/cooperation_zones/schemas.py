"""What callers send and get about cooperation zones."""

from typing import Self

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, model_validator

from inspection_service.rounds.schemas import UnitCode


class PutZoneIn(RequestModel):
    """A zone; ``lead_unit`` is one of its units."""

    name: str = Field(min_length=1, max_length=100)
    lead_unit: UnitCode
    unit_codes: list[UnitCode] = Field(min_length=2, max_length=50)
    is_active: bool = True

    @model_validator(mode="after")
    def _led_from_within(self) -> Self:
        if self.lead_unit not in self.unit_codes:
            raise FieldRefused("lead_outside", "牵头单位须在协作区内", "The leading unit must belong to the zone")
        if len(set(self.unit_codes)) != len(self.unit_codes):
            raise FieldRefused("duplicate_unit", "同一单位出现两次", "One unit is listed twice")
        return self


class ZoneOut(ResponseModel):
    code: str
    name: str
    lead_unit: str
    unit_codes: list[str]
    is_active: bool
    version: int


class ZonesOut(ResponseModel):
    """All zones the caller may see, by code."""

    items: list[ZoneOut]
