"""What callers send and get about teams."""

from datetime import date, datetime
from uuid import UUID

from chassis.web import RequestModel, ResponseModel
from pydantic import Field


class MoveTeamIn(RequestModel):
    """Why, where a move has a reason to give."""

    reason: str | None = Field(None, min_length=1, max_length=2000)


class AuthoriseTeamIn(MoveTeamIn):
    """``tasks`` says what the team is authorised to do; without it, what its round is about."""

    tasks: str | None = Field(None, min_length=1, max_length=1000)


class EnterTeamIn(RequestModel):
    """``override_reason`` lets the team enter while briefings are open; it is kept and audited."""

    override_reason: str | None = Field(None, min_length=1, max_length=2000)


class MemberOut(ResponseModel):
    """``seat_state`` is the home unit's answer; ``reasons`` say why the engine chose the person.

    ``is_recused``: the person has lost the matter and must be replaced. ``answer_due_at``: a home unit that is still
    silent then has let the seat lapse, and a replacement is drawn up.
    """

    cadre_id: UUID
    role: str
    home_unit: str | None
    seat_state: str
    reasons: list[str]
    answer_due_at: datetime | None = None
    is_recused: bool = False


class AuthorizationOut(ResponseModel):
    """Given for this round only; ``is_valid`` until the round closes."""

    leader_cadre_id: UUID | None
    deputy_cadre_ids: list[UUID]
    authorised_by: str
    authorised_at: datetime
    valid_from: date
    valid_to: date
    tasks: str | None
    ended_on: date | None
    is_valid: bool


class TeamOut(ResponseModel):
    id: UUID
    round_id: UUID
    unit_code: str
    run_id: UUID
    state: str
    allowed_moves: list[str]
    members: list[MemberOut]
    starts_on: date
    ends_on: date
    secondment_id: UUID
    secondment_state: str
    authorization: AuthorizationOut | None
    open_briefings: int
    proposal_reason: str | None
    reason: str | None
    entry_reason: str | None
    proposed_by: str
    submitted_by: str | None
    entered_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    version: int


class NoticeMemberOut(ResponseModel):
    cadre_id: UUID
    role: str


class EntryNoticeOut(ResponseModel):
    """What a unit is told of the team that comes: who, for what kind of round, from when to when."""

    team_id: UUID
    unit_code: str
    round_type: str
    theme: str | None
    office_unit: str
    state: str
    starts_on: date
    ends_on: date
    members: list[NoticeMemberOut]


class EntryNoticesOut(ResponseModel):
    """The teams announced to the caller's unit, newest first."""

    items: list[EntryNoticeOut]
