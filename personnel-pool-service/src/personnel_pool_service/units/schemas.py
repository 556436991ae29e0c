"""Units as callers write and read them."""

from datetime import date, datetime

from chassis.web import RequestModel, ResponseModel
from pydantic import Field

from personnel_pool_service.units.domain import UnitDraft
from personnel_pool_service.vocabulary import (
    AuthoritySource,
    Day,
    Label,
    Level,
    Sub,
    SupervisionType,
    UnitCode,
    UnitType,
)


class UnitIn(RequestModel):
    """The whole unit; what is left out is empty, but for ``former_names``."""

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
    cadre_authority: UnitCode | None = Field(
        None, description="The Party committee that manages this unit's cadres; below it the same unless said"
    )
    authority_source: AuthoritySource | None = Field(
        None, description="From whom a discipline body has its powers, such as a university's"
    )
    former_names: list[Label] | None = Field(
        None, max_length=50, description="Left out: what is known stays, and a name given up is added"
    )
    effective_on: Day | None = Field(
        None, description="The day the change took effect; today if left out, never before the unit's last change"
    )
    status: str | None = Field(None, description="As read; ignored: units end by merge-into and dissolve")
    merged_into: str | None = Field(None, description="As read; ignored")

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
            cadre_authority=self.cadre_authority,
            authority_source=self.authority_source.value if self.authority_source else None,
            former_names=None if self.former_names is None else tuple(dict.fromkeys(self.former_names)),
        )


class UnitOut(ResponseModel):
    """One unit of the directory."""

    code: str
    name: str
    unit_type: str
    level: str
    parent_code: str | None
    aliases: list[str] = Field(description="Other names, former ones included: what matching goes by")
    linked_office: str | None
    host_units: list[str]
    contact: str | None
    supervision_type: str | None
    in_charge: list[str]
    cadre_authority: str | None
    authority_source: str | None
    former_names: list[str]
    status: str = Field(description="active, merged or dissolved")
    merged_into: str | None
    version: int


class UnitVersionOut(ResponseModel):
    """What a unit became on a day."""

    version: int
    valid_from: date
    changes: list[str] = Field(
        description="created, renamed, moved, linked, changed, merged, absorbed, dissolved, restored"
    )
    reason: str | None
    recorded_at: datetime
    recorded_by: str
    unit: UnitOut


class UnitRelationsOut(ResponseModel):
    """Where a unit stands in the tree and beside it."""

    code: str
    superiors: list[str] = Field(description="The units above it, nearest first")
    commission: str
    linked_office: str | None = Field(description="Its own or that of the nearest unit above that has one")
    dispatched_groups: list[str] = Field(description="Resident in it or in a unit above it")
    cadre_authority: str | None = Field(description="Its own or that of the nearest unit above that has one")
    in_charge: list[str] = Field(description="Subs of its leaders; two offices with one leader are led jointly")
    led_jointly_with: list[str] = Field(description="Other active units with a leader in common")
    below: list[str] = Field(description="Active units whose parent it is")
