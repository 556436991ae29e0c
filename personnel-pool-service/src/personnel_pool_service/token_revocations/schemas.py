"""Token revocations over HTTP."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import AwareDatetime, Field, StringConstraints, model_validator


class RevokeTokenIn(RequestModel):
    """The token itself, by whoever holds it, or its id, by the platform's administrators; one of the two."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=16_384, pattern=r"^[\x21-\x7e]+$")] | None = Field(
        None, description="the whole access token; it is not kept"
    )
    jti: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")] | None = Field(
        None, description="the id the token carries"
    )
    expires_at: AwareDatetime | None = Field(
        None, description="with `jti`: when the token ends; without it, HELI_TOKEN_LIFETIME_H from now on is assumed"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.token is None) == (self.jti is None):
            message = "send either token or jti"
            raise ValueError(message)
        if self.token is not None and self.expires_at is not None:
            message = "the token itself says when it ends"
            raise ValueError(message)
        return self


class TokenRevocationOut(ResponseModel):
    """One token that is refused from now on until it would have expired."""

    id: UUID
    jti: str
    sub: str | None = Field(description="whose token it is, where that is known")
    revoked_by: str
    revoked_at: datetime
    expires_at: datetime
