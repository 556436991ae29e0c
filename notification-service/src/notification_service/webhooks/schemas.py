"""Webhooks over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from chassis.problems import FieldRefused
from chassis.web import RequestModel, ResponseModel
from pydantic import Field, StringConstraints, field_validator

from notification_service.outward_events.domain import unknown_patterns

Pattern = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,99}\*?$|^\*$")]
Url = Annotated[str, StringConstraints(min_length=8, max_length=2_000)]


def _known(patterns: list[str]) -> list[str]:
    if unknown_patterns(patterns):
        raise FieldRefused(
            "unknown_event_type",
            "含有不存在或不对外的事件类型；见 /v1/asyncapi.json",
            "Holds an event type that does not exist or never leaves the platform; see /v1/asyncapi.json",
        )
    return list(dict.fromkeys(patterns))


class WebhookIn(RequestModel):
    """A receiver to be told of events."""

    url: Url = Field(description="https address that takes POST; answers 2xx when it has the message")
    event_types: list[Pattern] = Field(
        min_length=1,
        max_length=100,
        description="types such as `clue.clue.registered.v1`, or beginnings such as `clue.*`; `*` is every type",
    )
    description: str | None = Field(None, max_length=500)

    _types = field_validator("event_types")(_known)


class WebhookPatch(RequestModel):
    """What is to change; what is left out stays."""

    url: Url | None = None
    event_types: list[Pattern] | None = Field(None, min_length=1, max_length=100)
    description: str | None = Field(None, max_length=500)

    @field_validator("event_types")
    @classmethod
    def _types(cls, patterns: list[str] | None) -> list[str] | None:
        return None if patterns is None else _known(patterns)


class WebhookOut(ResponseModel):
    """One of your webhooks. It hears only of what you may read, checked for each event when it is sent."""

    id: UUID
    url: str
    event_types: list[str]
    description: str | None
    state: Literal["enabled", "disabled"]
    disabled_because: str | None = Field(description="`owner`, `failing` for 28 hours, or `gone` (it answered 410)")
    failing_since: datetime | None
    old_secret_until: datetime | None = Field(description="until then messages are signed with the old secret as well")
    created_at: datetime


class WebhookWithSecretOut(WebhookOut):
    """The answer that shows the signing secret, this once."""

    secret: str = Field(description="for a Standard Webhooks library; shown in this answer only")


class DeliveryOut(ResponseModel):
    """One message to a webhook."""

    id: UUID
    message_id: UUID = Field(description="header `webhook-id`: the event's id, the same at every attempt")
    event_type: str
    state: Literal["pending", "delivered", "exhausted"]
    attempts: int
    next_attempt_at: datetime | None
    last_code: str | None = Field(
        description="delivered, answered (with last_status), timed_out, unreachable, address_refused"
    )
    last_status: int | None
    created_at: datetime
    settled_at: datetime | None


class AttemptOut(ResponseModel):
    """One attempt."""

    at: datetime
    code: str
    status: int | None
    took_ms: int


class DeliveryWithAttemptsOut(DeliveryOut):
    """A delivery and every attempt."""

    log: list[AttemptOut]
