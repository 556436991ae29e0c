"""Events of clue-service about what takes two people: deleting a clue's content, taking clues out as a file."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, Sub, UnitCode


class ClueDeletionEvent(Event):
    """Somebody asked for a clue's content to be deleted. Names no clue; that it is gone is said of the clue itself."""

    key: ClassVar[str] = "deletion_id"
    egress: ClassVar[Egress] = Egress.NEVER

    deletion_id: UUID
    state: Code
    commission: UnitCode
    requester: Sub
    requester_unit: UnitCode


class ClueDeletionRequested(ClueDeletionEvent):
    """Key deletion_id. A principal leader of the commission who did not ask decides."""

    type: ClassVar[str] = "clue.clue_deletion.requested.v1"


class ClueDeletionApproved(ClueDeletionEvent):
    """Key deletion_id. The content is erased; ``clue.clue.deleted`` was said before."""

    type: ClassVar[str] = "clue.clue_deletion.approved.v1"


class ClueDeletionRefused(ClueDeletionEvent):
    """Key deletion_id. The clue stays as it is."""

    type: ClassVar[str] = "clue.clue_deletion.refused.v1"


class ClueDeletionWithdrawn(ClueDeletionEvent):
    """Key deletion_id. Whoever asked, or somebody of the same office, took it back."""

    type: ClassVar[str] = "clue.clue_deletion.withdrawn.v1"


class ClueExportEvent(Event):
    """Somebody asked to take clues out as a file. Names no clue."""

    key: ClassVar[str] = "export_id"
    egress: ClassVar[Egress] = Egress.NEVER

    export_id: UUID
    state: Code
    commission: UnitCode
    requester: Sub
    requester_unit: UnitCode
    expires_at: Instant | None = None
    """Until when the file can be made, or fetched once it was."""


class ClueExportRequested(ClueExportEvent):
    """Key export_id. A leader of the commission who did not ask decides."""

    type: ClassVar[str] = "clue.clue_export.requested.v1"


class ClueExportApproved(ClueExportEvent):
    """Key export_id. Whoever asked may make the file until ``expires_at``."""

    type: ClassVar[str] = "clue.clue_export.approved.v1"


class ClueExportRefused(ClueExportEvent):
    """Key export_id. Nothing is taken out."""

    type: ClassVar[str] = "clue.clue_export.refused.v1"


class ClueExportMade(ClueExportEvent):
    """Key export_id. The file waits for whoever asked, until ``expires_at``."""

    type: ClassVar[str] = "clue.clue_export.made.v1"


class ClueExportEnded(ClueExportEvent):
    """Key export_id. It was withdrawn, its time is over, or one of its clues is gone; there is no file any more."""

    type: ClassVar[str] = "clue.clue_export.ended.v1"


EVENTS: tuple[type[Event], ...] = (
    ClueDeletionRequested,
    ClueDeletionApproved,
    ClueDeletionRefused,
    ClueDeletionWithdrawn,
    ClueExportRequested,
    ClueExportApproved,
    ClueExportRefused,
    ClueExportMade,
    ClueExportEnded,
)
