"""Joint case teams."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from contracts.envelope import Code, Egress, Event, UnitCode
from contracts.inspection.teams import TeamMember


class JointCaseTeamEvent(Event):
    """Several bodies work one matter together; the lead office answers for it."""

    key: ClassVar[str] = "joint_case_team_id"
    egress: ClassVar[Egress] = Egress.CHECKED

    joint_case_team_id: UUID
    state: Code
    lead_office: UnitCode
    partner_units: tuple[UnitCode, ...] = ()
    target_units: tuple[UnitCode, ...] = ()
    members: int = 0
    starts_on: date
    ends_on: date


class JointCaseTeamProposed(JointCaseTeamEvent):
    """Key joint_case_team_id. A leader is to approve it."""

    type: ClassVar[str] = "inspection.joint_case_team.proposed.v1"


class JointCaseTeamApproved(JointCaseTeamEvent):
    """Key joint_case_team_id. Its members are asked for at the talent pool."""

    type: ClassVar[str] = "inspection.joint_case_team.approved.v1"


class JointCaseTeamActivated(JointCaseTeamEvent):
    """Key joint_case_team_id. It has begun."""

    type: ClassVar[str] = "inspection.joint_case_team.activated.v1"


class JointCaseTeamSeatsGivenBack(JointCaseTeamEvent):
    """Key joint_case_team_id. Home units did not answer in time; their seats were given back and wait for others."""

    type: ClassVar[str] = "inspection.joint_case_team.seats_given_back.v1"


class JointCaseTeamMembersChanged(JointCaseTeamEvent):
    """Key joint_case_team_id. ``seats`` are those who belong to it now; the talent pool watches their verdicts."""

    type: ClassVar[str] = "inspection.joint_case_team.members_changed.v1"
    egress: ClassVar[Egress] = Egress.NEVER

    seats: tuple[TeamMember, ...] = ()


class JointCaseTeamMemberLost(JointCaseTeamEvent):
    """Key joint_case_team_id. Somebody must be replaced: recused, or not to be lent any more. Says not who, nor why.

    ``head``: the leader, who is told beside the lead office; nobody where the leader is lost.
    """

    type: ClassVar[str] = "inspection.joint_case_team.member_lost.v1"
    egress: ClassVar[Egress] = Egress.NEVER

    head: tuple[UUID, ...] = ()


class JointCaseTeamWoundUp(JointCaseTeamEvent):
    """Key joint_case_team_id. Its members are back home."""

    type: ClassVar[str] = "inspection.joint_case_team.wound_up.v1"


class JointCaseTeamEvaluated(JointCaseTeamEvent):
    """Key joint_case_team_id. Its work was evaluated."""

    type: ClassVar[str] = "inspection.joint_case_team.evaluated.v1"


class JointCaseTeamGivenUp(JointCaseTeamEvent):
    """Key joint_case_team_id. Refused or withdrawn; reservations are given back."""

    type: ClassVar[str] = "inspection.joint_case_team.given_up.v1"
