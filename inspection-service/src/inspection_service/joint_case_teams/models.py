"""Tables of joint case teams (室组地校巡) and their members."""

from datetime import date, datetime
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class JointCaseTeam(Base):
    """Several bodies work one matter together; ``lead_office`` is accountable. Clues are cited, never copied."""

    __tablename__ = "joint_case_team"

    id: Mapped[Uuid7]
    lead_office: Mapped[str] = mapped_column(index=True)
    commission: Mapped[str] = mapped_column(index=True)
    target_units: Mapped[list[str]] = mapped_column(ARRAY(Text))
    partner_units: Mapped[list[str]] = mapped_column(ARRAY(Text))
    zone_code: Mapped[str | None]
    clue_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    finding_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    authority_ref: Mapped[str | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[str]
    secondment_id: Mapped[UUID | None] = mapped_column(unique=True)
    secondment_state: Mapped[str | None]
    secondment_version: Mapped[int | None]
    refusal_code: Mapped[str | None]
    reason: Mapped[str | None]
    grade: Mapped[str | None]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    approved_by: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    version: Mapped[int]


class JointCaseMember(Base):
    """One person. ``source`` is the kind of body the home unit is, once the talent pool has told it."""

    __tablename__ = "joint_case_member"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("joint_case_team.id"), primary_key=True)
    cadre_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    role: Mapped[str]
    position: Mapped[int]
    home_unit: Mapped[str | None]
    source: Mapped[str | None]
    seat_state: Mapped[str | None]
    is_recused: Mapped[bool] = mapped_column(default=False)
    answer_due_at: Mapped[datetime | None]
    """How long the home unit may take to answer; None before it is asked and once the time has passed."""
    given_back_at: Mapped[datetime | None]
    """When the seat was given back because the home unit had not answered in time."""

    __table_args__ = (
        Index(
            "ix_joint_case_member_unanswered",
            "answer_due_at",
            postgresql_where=text("seat_state = 'requested' and answer_due_at is not null"),
        ),
    )
