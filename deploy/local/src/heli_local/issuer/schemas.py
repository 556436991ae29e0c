"""Bodies of the issuer's routes."""

from enum import StrEnum
from typing import Annotated, Literal

from chassis.errors import Text
from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from contracts.envelope import Sub
from pydantic import AwareDatetime, Field, StringConstraints, field_validator, model_validator

TOKEN_LIFETIME_S = 8 * 3600
UNIT_CODE = r"^[A-Za-z0-9][A-Za-z0-9_-]{1,47}$"
SERVICE_PREFIX = "svc:"


class Role(StrEnum):
    """The roles a person may hold."""

    INTAKE_OFFICER = "intake_officer"
    CASE_SUPERVISOR = "case_supervisor"
    HANDLER = "handler"
    LEADER = "leader"
    PRINCIPAL_LEADER = "principal_leader"
    DEPUTY_LEADER = "deputy_leader"
    ORG_DEPARTMENT = "org_department"
    INSPECTION_OFFICE = "inspection_office"
    INSPECTOR = "inspector"
    POOL_MANAGER = "pool_manager"
    HOME_UNIT_APPROVER = "home_unit_approver"
    AUDITOR = "auditor"
    INTEGRATOR = "integrator"
    PLATFORM_ADMIN = "platform_admin"


class DevTokenIn(RequestModel):
    """Who the token is for. The principal is recorded in personnel-pool-service as well."""

    sub: Sub = Field(description="stable id of the person; the prefix `svc:` is kept for services")
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    unit: str | None = Field(None, pattern=UNIT_CODE, description="code of the unit; null only for those who need none")
    roles: list[Role] = Field(default_factory=list, max_length=len(Role))
    clearance: Literal["internal", "confidential", "secret"] = "internal"
    expires_in: int = Field(
        TOKEN_LIFETIME_S, ge=-86400, le=86400, description="seconds; negative gives a token that has expired"
    )

    @field_validator("sub")
    @classmethod
    def _not_a_service(cls, sub: str) -> str:
        if sub.startswith(SERVICE_PREFIX):
            raise FieldRefused("reserved", "前缀 svc: 仅供服务使用", "The prefix svc: is kept for services")
        return sub


class TokenOut(ResponseModel):
    """An access token, as OAuth 2.0 answers it."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6750's word, not a secret
    expires_in: int


class DevClockIn(RequestModel):
    """Exactly one of the two."""

    now: AwareDatetime | None = Field(None, description="set the business clock to this instant")
    advance_s: float | None = Field(None, description="move the business clock by so many seconds; 0 only reads it")

    @model_validator(mode="after")
    def _exactly_one(self) -> "DevClockIn":
        if (self.now is None) == (self.advance_s is None):
            raise FieldRefused("exactly_one", "请只给出 now 或 advance_s 之一", "Give either now or advance_s")
        return self


class DevClockOut(ResponseModel):
    """The business clock after the move."""

    now: AwareDatetime


TOO_FAR = Text("业务时钟只能移动到 1990–2200 年之间", "The business clock stays between the years 1990 and 2200")
