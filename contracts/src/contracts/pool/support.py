"""What units ask of the pool, and support that is directed from above."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, UnitCode


class SupportRequestEvent(Event):
    """A unit's wish for people by qualification. Who comes is told by the secondments ``support:<id>``."""

    key: ClassVar[str] = "support_request_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    support_request_id: UUID
    requesting_unit: UnitCode
    purpose: Code
    period_from: date
    period_to: date
    state: Code
    wanted: int
    """Seats asked for."""
    placed: int = 0
    """Seats that secondments hold or held for it."""


class SupportRequestSubmitted(SupportRequestEvent):
    """Key support_request_id. The request awaits its review."""

    type: ClassVar[str] = "pool.support_request.submitted.v1"


class SupportRequestReviewed(SupportRequestEvent):
    """Key support_request_id. The organisation department agreed; people can be placed."""

    type: ClassVar[str] = "pool.support_request.reviewed.v1"


class SupportRequestRejected(SupportRequestEvent):
    """Key support_request_id. Not agreed; the reason stays in the pool."""

    type: ClassVar[str] = "pool.support_request.rejected.v1"


class SupportRequestWithdrawn(SupportRequestEvent):
    """Key support_request_id. The unit needs nobody any more."""

    type: ClassVar[str] = "pool.support_request.withdrawn.v1"


class SupportRequestPlaced(SupportRequestEvent):
    """Key support_request_id. People were proposed; their home units are asked next."""

    type: ClassVar[str] = "pool.support_request.placed.v1"


class SupportRequestCompleted(SupportRequestEvent):
    """Key support_request_id. Everybody who came for it has returned."""

    type: ClassVar[str] = "pool.support_request.completed.v1"


class DirectedSupportEvent(Event):
    """Help of one of seven kinds for a unit in difficulty. The difficulty itself stays in the pool."""

    key: ClassVar[str] = "directed_support_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    directed_support_id: UUID
    kind: Code
    requesting_unit: UnitCode
    provider_unit: UnitCode | None = None
    period_from: date
    period_to: date
    state: Code
    support_request_id: UUID | None = None


class DirectedSupportRequested(DirectedSupportEvent):
    """Key directed_support_id. A unit asked for help."""

    type: ClassVar[str] = "pool.directed_support.requested.v1"


class DirectedSupportMoved(DirectedSupportEvent):
    """Key directed_support_id. It is triaged, approved, matched, active or withdrawn: see ``state``."""

    type: ClassVar[str] = "pool.directed_support.moved.v1"


class DirectedSupportRejected(DirectedSupportEvent):
    """Key directed_support_id. Not given; the reason stays in the pool."""

    type: ClassVar[str] = "pool.directed_support.rejected.v1"


class DirectedSupportCompleted(DirectedSupportEvent):
    """Key directed_support_id. The help was given; the unit's evaluation is due."""

    type: ClassVar[str] = "pool.directed_support.completed.v1"


class DirectedSupportEvaluated(DirectedSupportEvent):
    """Key directed_support_id. The unit said how it was; the words stay in the pool."""

    type: ClassVar[str] = "pool.directed_support.evaluated.v1"
