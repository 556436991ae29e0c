"""One row of a unit file, once its cells are words of the API."""

from chassis.web import RequestModel
from pydantic import Field

from personnel_pool_service.vocabulary import (
    AuthoritySource,
    Label,
    Level,
    Sub,
    SupervisionType,
    UnitCode,
    UnitType,
)


class UnitCells(RequestModel):
    """The cells that hold something."""

    code: UnitCode
    name: Label = ""
    unit_type: UnitType | None = None
    level: Level | None = None
    parent_code: UnitCode | None = None
    aliases: list[Label] = Field(default_factory=list, max_length=50)
    linked_office: UnitCode | None = None
    host_units: list[UnitCode] = Field(default_factory=list, max_length=50)
    contact: Label | None = None
    supervision_type: SupervisionType | None = None
    in_charge: list[Sub] = Field(default_factory=list, max_length=20)
    cadre_authority: UnitCode | None = None
    authority_source: AuthoritySource | None = None
    former_names: list[Label] = Field(default_factory=list, max_length=50)
