"""Who is lent where."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Code, Egress, Event, Reference, UnitCode


class Seat(BaseModel):
    """One place of a secondment and who fills it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cadre_id: UUID
    role: Code
    home_unit: UnitCode
    state: Code


class SecondmentEvent(Event):
    """A group of cadres lent together. Both days of the period are included."""

    key: ClassVar[str] = "secondment_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    secondment_id: UUID
    request_ref: Reference
    """Whom it is for, such as ``team:<id>``: the asking service recognises its answer by it."""
    purpose: Code
    period_from: date
    period_to: date
    state: Code
    home_units: tuple[UnitCode, ...] = ()
    seats: tuple[Seat, ...] = ()


class SecondmentRequested(SecondmentEvent):
    """Key secondment_id. All seats are reserved; the home units are asked."""

    type: ClassVar[str] = "pool.secondment.requested.v1"


class SecondmentApproved(SecondmentEvent):
    """Key secondment_id. A home unit consented (``decided_by``); ``state`` is ``approved`` once all have."""

    type: ClassVar[str] = "pool.secondment.approved.v1"
    decided_by: UnitCode


class SecondmentRefused(SecondmentEvent):
    """Key secondment_id. A home unit refused (``decided_by``); the seats of the cadres in ``freed`` are open."""

    type: ClassVar[str] = "pool.secondment.refused.v1"
    decided_by: UnitCode
    freed: tuple[UUID, ...] = ()


class SecondmentActivated(SecondmentEvent):
    """Key secondment_id. The posting began."""

    type: ClassVar[str] = "pool.secondment.activated.v1"


class SecondmentRecalled(SecondmentEvent):
    """Key secondment_id. Called back before the end; ``freed`` lists the cadres concerned."""

    type: ClassVar[str] = "pool.secondment.recalled.v1"
    freed: tuple[UUID, ...] = ()


class SecondmentExtended(SecondmentEvent):
    """Key secondment_id. ``period_to`` is the new last day."""

    type: ClassVar[str] = "pool.secondment.extended.v1"


class SecondmentEnded(SecondmentEvent):
    """Key secondment_id. The posting is over; evaluations are due."""

    type: ClassVar[str] = "pool.secondment.ended.v1"


class SecondmentEvaluated(SecondmentEvent):
    """Key secondment_id. The using unit has evaluated the seats; the evaluations stay in the pool."""

    type: ClassVar[str] = "pool.secondment.evaluated.v1"
