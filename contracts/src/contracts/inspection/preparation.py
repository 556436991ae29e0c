"""What a team reads before it enters: dossiers and briefings."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, UnitCode


class DossierFrozen(Event):
    """Key dossier_id. The entry dossier of a team is compiled and will not change any more."""

    type: ClassVar[str] = "inspection.dossier.frozen.v1"
    key: ClassVar[str] = "dossier_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    dossier_id: UUID
    team_id: UUID
    unit_code: UnitCode
    office_unit: UnitCode
    item_count: int = 0


class BriefingRequestEvent(Event):
    """An office is asked, before a team enters, what it knows of the unit."""

    key: ClassVar[str] = "briefing_request_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    briefing_request_id: UUID
    team_id: UUID
    office_unit: UnitCode
    from_unit: UnitCode
    target_unit: UnitCode
    state: Code
    due_at: Instant | None = None


class BriefingRequestIssued(BriefingRequestEvent):
    """Key briefing_request_id. The office owes an answer by ``due_at``."""

    type: ClassVar[str] = "inspection.briefing_request.issued.v1"


class BriefingRequestAcknowledged(BriefingRequestEvent):
    """Key briefing_request_id. The office has answered, if only that it knows nothing."""

    type: ClassVar[str] = "inspection.briefing_request.acknowledged.v1"


class BriefingRequestWithdrawn(BriefingRequestEvent):
    """Key briefing_request_id. Nothing is owed any more."""

    type: ClassVar[str] = "inspection.briefing_request.withdrawn.v1"
