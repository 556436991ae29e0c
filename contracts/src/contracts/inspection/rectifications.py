"""What the inspected unit puts right."""

from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, Instant, UnitCode


class RectificationEvent(Event):
    """One problem that a unit has to put right."""

    key: ClassVar[str] = "item_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    item_id: UUID
    round_id: UUID
    unit_code: UnitCode
    office_unit: UnitCode
    state: Code
    due_at: Instant | None = None


class RectificationAssigned(RectificationEvent):
    """Key item_id. The unit got the problem and a date."""

    type: ClassVar[str] = "inspection.rectification.assigned.v1"


class RectificationSubmitted(RectificationEvent):
    """Key item_id. The unit reports it put right."""

    type: ClassVar[str] = "inspection.rectification.submitted.v1"


class RectificationReturned(RectificationEvent):
    """Key item_id. The check found it not put right."""

    type: ClassVar[str] = "inspection.rectification.returned.v1"


class RectificationSignedOff(RectificationEvent):
    """Key item_id. Checked and struck off the list."""

    type: ClassVar[str] = "inspection.rectification.signed_off.v1"


class RectificationVerified(RectificationEvent):
    """Key item_id. The check found it put right; the sign-off by somebody else is due."""

    type: ClassVar[str] = "inspection.rectification.verified.v1"


class RectificationExtended(RectificationEvent):
    """Key item_id. A leader gave it a later date."""

    type: ClassVar[str] = "inspection.rectification.extended.v1"


class RectificationPostponed(RectificationEvent):
    """Key item_id. It takes long: looked at again on the new date."""

    type: ClassVar[str] = "inspection.rectification.postponed.v1"


class RectificationFalselyReported(RectificationEvent):
    """Key item_id. The unit reported it put right and it was not; somebody is to answer for that."""

    type: ClassVar[str] = "inspection.rectification.falsely_reported.v1"


class RectificationReopened(RectificationEvent):
    """Key item_id. It came back, or was never put right: the unit owes it anew."""

    type: ClassVar[str] = "inspection.rectification.reopened.v1"
