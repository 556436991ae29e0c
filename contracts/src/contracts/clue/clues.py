"""What becomes of a clue. Its events go to people who may see it; nothing here tells what it says."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, Reference, Sub, UnitCode


class ClueEvent(Event):
    """What every event of a clue carries. ``status`` and ``closure`` are the state *after* the move.

    A clue with ``overlap_policy`` ``silent`` concerns its own commission only: receivers outside it leave it out.
    """

    key: ClassVar[str] = "clue_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    clue_id: UUID
    clue_no: Reference
    status: Code
    closure: Code | None = None
    commission: UnitCode
    receiving_unit: UnitCode
    lead_unit: UnitCode | None = None
    co_units: tuple[UnitCode, ...] = ()
    subject_units: tuple[UnitCode, ...] = ()
    """Units concerned: their linked office and resident group are told of the outcome."""
    matter_id: UUID | None = None
    source_code: Code
    origin_ref: Reference | None = None
    """Where the clue came from, such as ``finding:<id>``: the sender recognises its answer by it."""
    overlap_policy: Code = "announce"
    due_at: Instant | None = None
    """End of the clock that runs now, if one runs."""


class ClueRegistered(ClueEvent):
    """Key clue_id. A clue was taken in and has its number."""

    type: ClassVar[str] = "clue.clue.registered.v1"
    registered_by: Sub


class ClueAccepted(ClueEvent):
    """Key clue_id. The clue lies within the commission's competence and will be handled."""

    type: ClassVar[str] = "clue.clue.accepted.v1"


class ClueAssigned(ClueEvent):
    """Key clue_id. Lead and co units were named; ``members`` empty means all handlers of these units."""

    type: ClassVar[str] = "clue.clue.assigned.v1"
    members: tuple[Sub, ...] = ()


class ClueMembersChanged(ClueEvent):
    """Key clue_id. Others handle the clue from now on; ``members`` empty means all handlers of lead and co units."""

    type: ClassVar[str] = "clue.clue.members_changed.v1"
    members: tuple[Sub, ...] = ()


class ClueReturned(ClueEvent):
    """Key clue_id. The lead unit gave the clue back; ``from_unit`` is the unit that had it."""

    type: ClassVar[str] = "clue.clue.returned.v1"
    from_unit: UnitCode | None = None


class ClueDeclined(ClueEvent):
    """Key clue_id. The report is not accepted: litigation, another body's duty, or nothing in it; ``ground`` says."""

    type: ClassVar[str] = "clue.clue.declined.v1"
    ground: Code


class ClueForwarded(ClueEvent):
    """Key clue_id. The clue went to the competent body; no result is expected."""

    type: ClassVar[str] = "clue.clue.forwarded.v1"
    to_unit: UnitCode | None = None


class ClueAssignedDown(ClueEvent):
    """Key clue_id. The clue went to a lower body, which owes a result by ``due_at``."""

    type: ClassVar[str] = "clue.clue.assigned_down.v1"
    to_unit: UnitCode | None = None


class ClueTransferred(ClueEvent):
    """Key clue_id. The clue was handed over between bodies on one level; the result goes back to the sender."""

    type: ClassVar[str] = "clue.clue.transferred.v1"
    to_unit: UnitCode | None = None


class ClueRecalled(ClueEvent):
    """Key clue_id. What was forwarded, assigned down or transferred was taken back before anybody received it."""

    type: ClassVar[str] = "clue.clue.recalled.v1"


class ClueSplit(ClueEvent):
    """Key clue_id. Some allegations went into clues of their own."""

    type: ClassVar[str] = "clue.clue.split.v1"
    part_ids: tuple[UUID, ...] = ()


class ClueSealed(ClueEvent):
    """Key clue_id. Content, keys and candidates were erased; only the number is left."""

    type: ClassVar[str] = "clue.clue.sealed.v1"
    egress: ClassVar[Egress] = Egress.NEVER


class ClueDeleted(ClueEvent):
    """Key clue_id. Two people let the content go after its retention: forget what you hold; the number stays."""

    type: ClassVar[str] = "clue.clue.deleted.v1"
    basis: Code


class ClueRetainedAsRepeat(ClueEvent):
    """Key clue_id. A person confirmed that the clue repeats an earlier one; it starts no clock of its own."""

    type: ClassVar[str] = "clue.clue.retained_as_repeat.v1"
    first_clue_id: UUID | None = None


class ClueDispositionProposed(ClueEvent):
    """Key clue_id. The lead unit proposed how to go on; approvers of ``approver_roles`` are asked."""

    type: ClassVar[str] = "clue.clue.disposition_proposed.v1"
    method: Code
    approver_roles: tuple[Code, ...] = ()


class ClueDispositionApproved(ClueEvent):
    """Key clue_id. The proposed method was approved and is the clue's status now."""

    type: ClassVar[str] = "clue.clue.disposition_approved.v1"
    method: Code


class ClueDispositionRejected(ClueEvent):
    """Key clue_id. The proposal was refused; the lead unit proposes again."""

    type: ClassVar[str] = "clue.clue.disposition_rejected.v1"
    method: Code | None = None


class ClueResultRecorded(ClueEvent):
    """Key clue_id. The lead unit recorded an outcome; the units' linked office and resident group learn of it."""

    type: ClassVar[str] = "clue.clue.result_recorded.v1"
    outcome: Code
    four_forms: int | None = None


class ClueResultReceived(ClueEvent):
    """Key clue_id. The body the clue was handed over to reported what came of it; its own offices know already."""

    type: ClassVar[str] = "clue.clue.result_received.v1"
    outcome: Code | None = None
    four_forms: int | None = None


class ClueClosed(ClueEvent):
    """Key clue_id. The clue ended; ``closure`` says how."""

    type: ClassVar[str] = "clue.clue.closed.v1"


class ClueReopened(ClueEvent):
    """Key clue_id. New evidence reopened an ended clue."""

    type: ClassVar[str] = "clue.clue.reopened.v1"


class ClueArchived(ClueEvent):
    """Key clue_id. Feedback is given, the file is complete."""

    type: ClassVar[str] = "clue.clue.archived.v1"


class ClueExtended(ClueEvent):
    """Key clue_id. The running clock was extended; ``due_at`` is the new end."""

    type: ClassVar[str] = "clue.clue.extended.v1"
    previous_due_at: Instant | None = None


class CluePaused(ClueEvent):
    """Key clue_id. The clock stands still; ``ground`` says why, ``due_at`` is empty meanwhile."""

    type: ClassVar[str] = "clue.clue.paused.v1"
    ground: Code


class ClueResumed(ClueEvent):
    """Key clue_id. The clock goes on; ``due_at`` has moved by the days that were lost."""

    type: ClassVar[str] = "clue.clue.resumed.v1"


class ClueCompetenceDecided(ClueEvent):
    """Key clue_id. People decided whose the clue is; ``route`` says how its commission reaches whom it belongs to."""

    type: ClassVar[str] = "clue.clue.competence_decided.v1"
    route: Code


class ClueDueChanged(ClueEvent):
    """Key clue_id. ``due_at`` was counted anew: a rule or a calendar changed, a talk was held, or a reply came."""

    type: ClassVar[str] = "clue.clue.due_changed.v1"
    previous_due_at: Instant | None = None


class ClueAnnounced(ClueEvent):
    """Key clue_id. A silent clue is silent no more: it is matched anew and other commissions are told."""

    type: ClassVar[str] = "clue.clue.announced.v1"
