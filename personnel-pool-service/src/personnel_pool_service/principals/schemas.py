"""Principals as callers write and read them."""

from uuid import UUID

from chassis.identity import Clearance
from chassis.web import RequestModel, ResponseModel
from contracts.envelope import Code
from contracts.envelope import UnitCode as TokenUnit
from pydantic import Field

from personnel_pool_service.principals.domain import PrincipalDraft
from personnel_pool_service.vocabulary import Label, Sub

_OPTIONAL = ("name", "contact", "cadre_id")


class PrincipalIn(RequestModel):
    """Unit, roles and clearance replace what was there; name, contact and cadre stay unless they are sent."""

    sub: Sub | None = Field(None, description="May be repeated from the address")
    unit: TokenUnit | None = Field(None, description="As in the token; may be unknown to the directory")
    roles: list[Code] = Field(max_length=50)
    clearance: Clearance = "internal"
    cadre_id: UUID | None = None
    contact: Label | None = Field(None, description="Only notification-service is told; kept encrypted")
    name: Label | None = Field(None, description="Stays in this service")

    def to_draft(self, sub: str) -> PrincipalDraft:
        """The principal under its sub."""
        return PrincipalDraft(
            sub=sub,
            unit=self.unit,
            roles=tuple(sorted(set(self.roles))),
            clearance=self.clearance,
            given={name: getattr(self, name) for name in _OPTIONAL if name in self.model_fields_set},
        )


class PrincipalItem(ResponseModel):
    """A principal in a list: what the other services copy."""

    sub: str
    unit: str | None
    roles: list[str]
    clearance: str
    cadre_id: UUID | None
    version: int


class PrincipalOut(PrincipalItem):
    """One principal. Name and contact are for services and for the person."""

    name: str | None
    contact: str | None
