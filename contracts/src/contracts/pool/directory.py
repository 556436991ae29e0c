"""The directory that every service copies: units and principals."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Sub, UnitCode


class UnitUpserted(Event):
    """Key code. A unit was created or changed; the whole directory row, which every service copies."""

    type: ClassVar[str] = "pool.unit.upserted.v1"
    key: ClassVar[str] = "code"

    code: UnitCode
    name: str
    """Name of an organisation, not of a person."""
    unit_type: Code
    parent_code: UnitCode | None = None
    level: Code | None = None
    aliases: tuple[str, ...] = ()
    """Other names of the organisation."""
    linked_office: UnitCode | None = None
    host_units: tuple[UnitCode, ...] = ()
    contact: str | None = None
    """The unit's office line, never a person's."""
    supervision_type: Code | None = None
    in_charge: tuple[Sub, ...] = ()
    cadre_authority: UnitCode | None = None
    """The Party committee that manages this unit's cadres."""
    authority_source: Code | None = None
    former_names: tuple[str, ...] = ()
    """Names it no longer bears; they are among the aliases too."""
    status: Code = "active"
    """active, merged or dissolved."""
    merged_into: UnitCode | None = None
    version: int


class PrincipalUpserted(Event):
    """Key sub. Who holds which roles where; without name and contact. ``cadre_id`` if the person is in the pool."""

    type: ClassVar[str] = "pool.principal.upserted.v1"
    key: ClassVar[str] = "sub"
    egress: ClassVar[Egress] = Egress.NEVER

    sub: Sub
    unit: UnitCode | None = None
    roles: tuple[Code, ...] = ()
    clearance: Code = "internal"
    cadre_id: UUID | None = None
    version: int
