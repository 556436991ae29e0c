"""Units as callers write and read them."""

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from personnel_pool_service.units.domain import UnitDraft
from personnel_pool_service.vocabulary import Label, Level, Sub, SupervisionType, UnitCode, UnitType


class UnitIn(RequestModel):
    """The whole unit; what is left out is empty."""

    name: Label
    unit_type: UnitType
    level: Level
    parent_code: UnitCode | None = None
    aliases: list[Label] = Field(default_factory=list, max_length=50, description="Other names, used by matching")
    linked_office: UnitCode | None = Field(None, description="The supervision office that watches this unit daily")
    host_units: list[UnitCode] = Field(
        default_factory=list, max_length=50, description="The units a dispatched group or inner body resides in"
    )
    contact: Label | None = Field(None, description="The unit's office line; never a person's")
    supervision_type: SupervisionType | None = None
    in_charge: list[Sub] = Field(default_factory=list, max_length=20, description="Subs of the leaders in charge")

    def to_draft(self, code: str) -> UnitDraft:
        """The unit under its code; repeated list entries count once."""
        return UnitDraft(
            code=code,
            name=self.name,
            unit_type=self.unit_type.value,
            level=self.level.value,
            parent_code=self.parent_code,
            aliases=tuple(dict.fromkeys(self.aliases)),
            linked_office=self.linked_office,
            host_units=tuple(dict.fromkeys(self.host_units)),
            contact=self.contact,
            supervision_type=self.supervision_type.value if self.supervision_type else None,
            in_charge=tuple(dict.fromkeys(self.in_charge)),
        )


class UnitOut(ResponseModel):
    """One unit of the directory."""

    code: str
    name: str
    unit_type: str
    level: str
    parent_code: str | None
    aliases: list[str]
    linked_office: str | None
    host_units: list[str]
    contact: str | None
    supervision_type: str | None
    in_charge: list[str]
    version: int
