"""Events of personnel-pool-service: the directory that others copy, and who is lent where."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Code, Egress, Event, Reference, Sub, UnitCode


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


class CadreEvent(Event):
    """A cadre of the talent pool, by id and qualifications."""

    key: ClassVar[str] = "cadre_id"

    cadre_id: UUID
    home_unit: UnitCode
    state: Code
    pool_kinds: tuple[Code, ...] = ()


class CadreEntered(CadreEvent):
    """Key cadre_id. The cadre is active and can be lent."""

    type: ClassVar[str] = "pool.cadre.entered.v1"


class CadreExited(CadreEvent):
    """Key cadre_id. The cadre left the pool; the reason stays in the pool."""

    type: ClassVar[str] = "pool.cadre.exited.v1"


class CadreSuspended(CadreEvent):
    """Key cadre_id. The cadre cannot be lent for the time being; the reason stays in the pool."""

    type: ClassVar[str] = "pool.cadre.suspended.v1"


class CadreResumed(CadreEvent):
    """Key cadre_id. The cadre can be lent again."""

    type: ClassVar[str] = "pool.cadre.resumed.v1"


class CadreChanged(CadreEvent):
    """Key cadre_id. Facts, home unit or pools changed: whoever needs them reads them anew."""

    type: ClassVar[str] = "pool.cadre.changed.v1"


class EntryEvent(Event):
    """A cadre's place in one pool."""

    key: ClassVar[str] = "entry_id"
    egress: ClassVar[Egress] = Egress.NEVER

    entry_id: UUID
    cadre_id: UUID
    home_unit: UnitCode
    pool_kind: Code
    state: Code


class EntryNominated(EntryEvent):
    """Key entry_id. The home unit nominated the cadre; the qualification check is due."""

    type: ClassVar[str] = "pool.entry.nominated.v1"


class EntryChecked(EntryEvent):
    """Key entry_id. The qualification check was made; ``state`` is ``checked`` whatever came of it."""

    type: ClassVar[str] = "pool.entry.checked.v1"


class EntryAdmitted(EntryEvent):
    """Key entry_id. The cadre belongs to the pool."""

    type: ClassVar[str] = "pool.entry.admitted.v1"


class EntryRefused(EntryEvent):
    """Key entry_id. The nomination was rejected or withdrawn; ``state`` says which."""

    type: ClassVar[str] = "pool.entry.refused.v1"


class EntrySuspended(EntryEvent):
    """Key entry_id. Out of the pool for the time being."""

    type: ClassVar[str] = "pool.entry.suspended.v1"


class EntryResumed(EntryEvent):
    """Key entry_id. Back in the pool."""

    type: ClassVar[str] = "pool.entry.resumed.v1"


class EntryExitProposed(EntryEvent):
    """Key entry_id. Somebody else must decide whether the cadre leaves the pool."""

    type: ClassVar[str] = "pool.entry.exit_proposed.v1"


class EntryExited(EntryEvent):
    """Key entry_id. The cadre left the pool; the ground stays there."""

    type: ClassVar[str] = "pool.entry.exited.v1"


class EntryReviewDue(EntryEvent):
    """Key entry_id. The yearly review is due."""

    type: ClassVar[str] = "pool.entry.review_due.v1"
    due_on: date


class EntryReviewed(EntryEvent):
    """Key entry_id. The yearly review is concluded; ``state`` is what came of it, ``next_due_on`` the next one."""

    type: ClassVar[str] = "pool.entry.reviewed.v1"
    next_due_on: date | None = None


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


class RecusalTurned(Event):
    """Key watch_id. A verdict somebody relies on (``ref``) has turned: ask again. Neither direction nor ground."""

    type: ClassVar[str] = "pool.recusal.turned.v1"
    key: ClassVar[str] = "watch_id"
    egress: ClassVar[Egress] = Egress.NEVER

    watch_id: UUID
    ref: Reference
    """Who relies on it, such as ``team:<id>``."""
    cadre_id: UUID
    unit_code: UnitCode


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


EVENTS: tuple[type[Event], ...] = (
    UnitUpserted,
    PrincipalUpserted,
    CadreEntered,
    CadreExited,
    CadreSuspended,
    CadreResumed,
    CadreChanged,
    EntryNominated,
    EntryChecked,
    EntryAdmitted,
    EntryRefused,
    EntrySuspended,
    EntryResumed,
    EntryExitProposed,
    EntryExited,
    EntryReviewDue,
    EntryReviewed,
    SecondmentRequested,
    SecondmentApproved,
    SecondmentRefused,
    SecondmentActivated,
    SecondmentRecalled,
    SecondmentExtended,
    SecondmentEnded,
    SecondmentEvaluated,
    RecusalTurned,
    SupportRequestSubmitted,
    SupportRequestReviewed,
    SupportRequestRejected,
    SupportRequestWithdrawn,
    SupportRequestPlaced,
    SupportRequestCompleted,
    DirectedSupportRequested,
    DirectedSupportMoved,
    DirectedSupportRejected,
    DirectedSupportCompleted,
    DirectedSupportEvaluated,
)
