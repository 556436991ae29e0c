"""Inspection teams and who sits in them."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.envelope import Code, Egress, Event, UnitCode


class TeamMember(BaseModel):
    """One member of a team and whether the home unit has consented."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    cadre_id: UUID
    role: Code


class TeamEvent(Event):
    """A temporary team for one target of one round."""

    key: ClassVar[str] = "team_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    team_id: UUID
    round_id: UUID
    state: Code
    office_unit: UnitCode
    target_unit: UnitCode
    members: tuple[TeamMember, ...] = ()
    starts_on: date
    ends_on: date


class TeamProposed(TeamEvent):
    """Key team_id. An assembly was adopted: the members are reserved and the home units asked."""

    type: ClassVar[str] = "inspection.team.proposed.v1"


class TeamSubmitted(TeamEvent):
    """Key team_id. The round's authorisation is asked for it: a leader is to decide."""

    type: ClassVar[str] = "inspection.team.submitted.v1"


class TeamAuthorised(TeamEvent):
    """Key team_id. Authorised for this task only; briefings of the target are asked for before entry."""

    type: ClassVar[str] = "inspection.team.authorised.v1"


class TeamRefused(TeamEvent):
    """Key team_id. Authorisation was refused, or a seat cannot be filled; reservations are given back."""

    type: ClassVar[str] = "inspection.team.refused.v1"


class TeamEntered(TeamEvent):
    """Key team_id. The team is at its unit; ``briefings_overridden`` if it entered with briefings still open."""

    type: ClassVar[str] = "inspection.team.entered.v1"
    briefings_overridden: bool = False


class TeamClosed(TeamEvent):
    """Key team_id. The team is dissolved; its authorisation has ended."""

    type: ClassVar[str] = "inspection.team.closed.v1"


class TeamMemberRecused(TeamEvent):
    """Key team_id. A verdict turned, or a request was granted: somebody must be replaced. Says not who, nor why."""

    type: ClassVar[str] = "inspection.team.member_recused.v1"
    egress: ClassVar[Egress] = Egress.NEVER


class TeamMemberReplaced(TeamEvent):
    """Key team_id. A drop-out's seat was given to somebody else; ``members`` are those who sit now."""

    type: ClassVar[str] = "inspection.team.member_replaced.v1"


class ReplacementPlanDrawnUp(Event):
    """Key replacement_plan_id. Somebody must be replaced and who could be asked is drawn up. ``cause`` is a code."""

    type: ClassVar[str] = "inspection.replacement_plan.drawn_up.v1"
    key: ClassVar[str] = "replacement_plan_id"
    egress: ClassVar[Egress] = Egress.NEVER

    replacement_plan_id: UUID
    team_id: UUID
    office_unit: UnitCode
    cause: Code
    options: int = 0
