"""Tables of teams, their members, their authorisation and the briefings they wait for."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class Team(Base):
    """A temporary team for one target of one round, and what is known of its secondment."""

    __tablename__ = "team"

    id: Mapped[Uuid7]
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"), index=True)
    unit_code: Mapped[str]
    run_id: Mapped[UUID]
    state: Mapped[str]
    office_unit: Mapped[str]
    commission: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    secondment_id: Mapped[UUID] = mapped_column(unique=True)
    secondment_state: Mapped[str]
    secondment_version: Mapped[int]
    proposed_by: Mapped[str]
    proposal_reason: Mapped[str | None]
    submitted_by: Mapped[str | None]
    reason: Mapped[str | None]
    """Why it was refused or replaced."""
    entry_reason: Mapped[str | None]
    """Why it entered with briefings still open."""
    entered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int]

    __table_args__ = (
        Index(
            "uq_team_live",
            "round_id",
            "unit_code",
            unique=True,
            postgresql_where=text("state not in ('refused', 'replaced')"),
        ),
    )


class TeamMember(Base):
    """One seat. ``seat_state`` is the home unit's answer as the talent pool last told it."""

    __tablename__ = "team_member"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    cadre_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    role: Mapped[str]
    home_unit: Mapped[str | None]
    seat_state: Mapped[str]
    reasons: Mapped[list[str]]
    position: Mapped[int]
    answer_due_at: Mapped[datetime | None]
    """How long the home unit may take to answer; None once the time has passed and the seat is being given back."""

    __table_args__ = (
        Index(
            "ix_team_member_unanswered",
            "answer_due_at",
            postgresql_where=text("seat_state = 'requested' and answer_due_at is not null"),
        ),
    )


class RoundAuthorization(Base):
    """One task, one authorisation: expires with its round and is never used again."""

    __tablename__ = "round_authorization"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    round_id: Mapped[UUID]
    leader_cadre_id: Mapped[UUID | None]
    deputy_cadre_ids: Mapped[list[str]]
    authorised_by: Mapped[str]
    authorised_at: Mapped[datetime]
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    tasks: Mapped[str | None]
    ended_on: Mapped[date | None]
    """The day it ended with its round, team or refusal; None while it holds."""


class TeamBriefing(Base):
    """A briefing about a team, as notification-service tells it; ``open_count`` recipients have not acknowledged."""

    __tablename__ = "team_briefing"

    briefing_id: Mapped[UUID] = mapped_column(primary_key=True)
    team_id: Mapped[UUID] = mapped_column(index=True)
    open_count: Mapped[int]
    version: Mapped[int]
