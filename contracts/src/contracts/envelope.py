"""What every event is wrapped in: CloudEvents 1.0, binary mode in NATS headers, structured mode at the edge."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self
from urllib.parse import quote, unquote
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

NO_COMMISSION = "-"
"""Last subject token of events that belong to no commission."""
EVENT_PREFIX = "evt."
_TYPE = re.compile(r"^[a-z]+\.[a-z_]+\.[a-z_]+\.v[1-9][0-9]*$")
# Percent-encoding as in the CloudEvents HTTP binding: printable ASCII but space, double quote and percent stays.
_HEADER_SAFE = "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_STAYS = re.compile(r"[!#$&-~]*")

# Patterns, not prose: a field of these types cannot hold a sentence or a name with a space.
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]
"""A value of a vocabulary: a state, a kind, a category. Vocabularies grow, so readers meet values they do not know."""
UnitCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""Code of a unit in the directory."""
Sub = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,255}$")]
"""Subject identifier given by the identity provider; an id, not a name."""
Reference = Annotated[str, StringConstraints(pattern=r"^\S{1,200}$")]
"""A number or reference made by a machine: a clue number, ``finding:<id>``."""


def rfc3339(instant: datetime) -> str:
    """An aware instant as RFC 3339 UTC with a trailing ``Z``."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[AwareDatetime, PlainSerializer(rfc3339, return_type=str, when_used="json")]
"""An instant, written as RFC 3339 in UTC."""


class Egress(StrEnum):
    """How an event may leave the platform by stream or webhook."""

    OPEN = "open"
    """To any integrator of the commission concerned."""
    CHECKED = "checked"
    """Only after checking this very event against the receiver's rights."""
    NEVER = "never"
    """Not at all: it exists for the services' own copies."""


class Event(BaseModel):
    """A fact in the past tense: ids, codes, states, dates and counts. One subclass per type and major version."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    key: ClassVar[str]
    """The field that holds the aggregate's id; events of one aggregate arrive in order."""
    egress: ClassVar[Egress] = Egress.OPEN

    @classmethod
    def aggregate(cls) -> str:
        """What the event is about: the second part of its type."""
        return cls.type.split(".")[1]

    def to_data(self) -> bytes:
        """The message body."""
        return self.model_dump_json().encode()


def _absent_commission(value: Any) -> Any:
    return None if value == NO_COMMISSION else value


class Envelope(BaseModel):
    """The attributes around an event. None of them holds personal data; ``actor`` is a subject identifier."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    type: Annotated[str, StringConstraints(pattern=_TYPE.pattern)]
    time: Instant
    source: Code
    aggregate_id: Sub
    version: int = Field(ge=0)
    actor: Sub
    correlation_id: Sub
    causation_id: Sub | None = None
    # A token of the NATS subject, so dots, wildcards and blanks are out of the question.
    commission: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None, BeforeValidator(_absent_commission)
    ] = None
    traceparent: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{55}$")] | None = None

    @property
    def aggregate_type(self) -> str:
        """What the event is about: the second part of its type."""
        return self.type.split(".")[1]

    @property
    def subject(self) -> str:
        """The NATS subject: ``evt.<type>.<commission or ->``."""
        return f"{EVENT_PREFIX}{self.type}.{self.commission or NO_COMMISSION}"

    def to_headers(self) -> dict[str, str]:
        """NATS headers in CloudEvents binary mode; ``Nats-Msg-Id`` lets the stream drop a repeated publish."""
        headers = {
            "Nats-Msg-Id": str(self.id),
            "content-type": "application/json",
            "ce-specversion": "1.0",
            "ce-id": str(self.id),
            "ce-source": self.source,
            "ce-type": self.type,
            "ce-subject": self.aggregate_id,
            "ce-time": rfc3339(self.time),
            "ce-sequence": str(self.version),
            "ce-dataschema": schema_urn(self.type),
            "heli-actor": self.actor,
            "heli-correlation": self.correlation_id,
        }
        optional = {
            "heli-causation": self.causation_id,
            "heli-commission": self.commission,
            "traceparent": self.traceparent,
        }
        headers.update({name: value for name, value in optional.items() if value is not None})
        if _STAYS.fullmatch("".join(headers.values())):  # nearly always, and all of them are asked at once
            return headers
        return {name: quote(value, safe=_HEADER_SAFE) for name, value in headers.items()}

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> Self:
        """Read what ``to_headers`` wrote; unknown headers are ignored.

        Raises:
            pydantic.ValidationError: an attribute is missing or malformed.
        """
        plain = {name.lower(): unquote(value) for name, value in headers.items()}
        found = {field: plain[name] for field, name in _HEADER_OF_FIELD.items() if name in plain}
        return cls.model_validate(found)

    def to_structured(self, event: Event) -> dict[str, Any]:
        """The whole event as one CloudEvents JSON object, for server-sent events and webhooks."""
        attributes = {attribute: getattr(self, field) for field, attribute in _ATTRIBUTE_OF_FIELD.items()}
        document = {
            "specversion": "1.0",
            **attributes,
            "id": str(self.id),
            "time": rfc3339(self.time),
            "sequence": str(self.version),
            "dataschema": schema_urn(self.type),
            "datacontenttype": "application/json",
            "data": event.model_dump(mode="json"),
        }
        return {name: value for name, value in document.items() if value is not None}

    @classmethod
    def from_structured(cls, document: Mapping[str, Any]) -> Self:
        """The envelope of a CloudEvents JSON object.

        Raises:
            pydantic.ValidationError: an attribute is missing or malformed.
        """
        found = {
            field: document[attribute] for field, attribute in _ATTRIBUTE_OF_FIELD.items() if attribute in document
        }
        return cls.model_validate(found)


def schema_urn(event_type: str) -> str:
    """The ``dataschema`` of a type; its JSON Schema is ``schemas/<type>.json``."""
    return f"urn:heli:event:{event_type}"


def decode_data(event_class: type[Event], data: bytes) -> Event:
    """A message body as a typed event; unknown fields are ignored.

    Raises:
        pydantic.ValidationError: not JSON, or not of this type.
    """
    return event_class.model_validate_json(data)


def to_structured_bytes(envelope: Envelope, event: Event) -> bytes:
    """``Envelope.to_structured`` as compact JSON."""
    return json.dumps(envelope.to_structured(event), ensure_ascii=False, separators=(",", ":")).encode()


_HEADER_OF_FIELD = {
    "id": "ce-id",
    "type": "ce-type",
    "time": "ce-time",
    "source": "ce-source",
    "aggregate_id": "ce-subject",
    "version": "ce-sequence",
    "actor": "heli-actor",
    "correlation_id": "heli-correlation",
    "causation_id": "heli-causation",
    "commission": "heli-commission",
    "traceparent": "traceparent",
}
# Names of extension attributes are lower-case letters and digits only (CloudEvents 1.0, section 3.1).
_ATTRIBUTE_OF_FIELD = {
    "id": "id",
    "type": "type",
    "time": "time",
    "source": "source",
    "aggregate_id": "subject",
    "version": "sequence",
    "actor": "heliactor",
    "correlation_id": "helicorrelation",
    "causation_id": "helicausation",
    "commission": "helicommission",
    "traceparent": "traceparent",
}
