"""Clues: who is reported for what, and how far handling has come. Reporters are in the vault, not here."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from clue_service.tables import Base


class Clue(Base):
    """One clue. Content and handling in one row; ``version`` is the aggregate's version and the ETag."""

    __tablename__ = "clue"
    __table_args__ = (
        UniqueConstraint("clue_no"),
        UniqueConstraint("commission", "source_code", "origin_ref"),
        Index("ix_clue_commission_status", "commission", "status", "id"),
        Index("ix_clue_lead_unit", "lead_unit", "id"),
        Index("ix_clue_registered_by", "registered_by", "id"),
        Index("ix_clue_co_units", "co_units", postgresql_using="gin"),
        Index("ix_clue_approvers", "approvers", postgresql_using="gin"),
        Index("ix_clue_due_at", "due_at"),
        Index("ix_clue_commission_id", "commission", "id"),
        Index("ix_clue_led", "commission", "id", postgresql_where="status not in ('registered', 'retained_as_repeat')"),
        Index("ix_clue_commission_source_code", "commission", "source_code", "id"),
        Index("ix_clue_commission_received_on", "commission", "received_on", "id"),
        Index("ix_clue_commission_due_at", "commission", "due_at", "id", postgresql_where="clock_stopped_at is null"),
        Index("ix_clue_registered_via", "registered_via", "id", postgresql_where="registered_via is not null"),
        Index("ix_clue_clue_no_prefix", "clue_no", postgresql_ops={"clue_no": "varchar_pattern_ops"}),
        Index(
            "ix_clue_recused",
            "recused",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=text("recused <> '{}'"),
        ),
        Index(
            "ix_clue_units",
            text("units_within(commission, subject_units)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where=text("subject_units <> '{}'"),
        ),
        Index(
            "ix_clue_pairs",
            text("pairs_within(commission, summary)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_where="summary is not null",
        ),
    )

    id: Mapped[Uuid7]
    clue_no: Mapped[str]
    status: Mapped[str]
    closure: Mapped[str | None]
    version: Mapped[int] = mapped_column(BigInteger)
    source_code: Mapped[str]
    channel: Mapped[str | None]
    received_on: Mapped[date]
    registered_at: Mapped[datetime]
    registered_by: Mapped[str]
    registered_via: Mapped[str | None]
    commission: Mapped[str]
    receiving_unit: Mapped[str]
    summary: Mapped[str | None]
    proposed_opinion: Mapped[str | None]
    urgency: Mapped[str | None]
    origin_ref: Mapped[str | None]
    secrecy_level: Mapped[str]
    overlap_policy: Mapped[str]
    reporter_identity: Mapped[str | None]
    blind_hits_withheld: Mapped[bool] = mapped_column(default=False)
    """The registrar had seen too many blind hits that day to be shown this clue's."""
    subject_units: Mapped[list[str]] = mapped_column(ARRAY(Text))
    lead_unit: Mapped[str | None]
    co_units: Mapped[list[str]] = mapped_column(ARRAY(Text))
    members: Mapped[list[str]] = mapped_column(ARRAY(Text))
    approvers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    recused: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default="{}")
    """Subs who may not meet this clue: recused from it, or from another clue of its matters."""
    assignment_approval: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    first_clue_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    split_from_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    came_by_transfer_id: Mapped[UUID | None] = mapped_column(Uuid)
    """The transfer by which another commission handed the clue over."""
    transfer_id: Mapped[UUID | None] = mapped_column(Uuid)
    """The transfer by which the clue was handed over, while that stands."""
    competent_commission: Mapped[str | None]
    """The commission that people found competent; moves that lead elsewhere are refused."""
    competence_decision: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    seal_requested_by: Mapped[str | None]
    seal_requested_at: Mapped[datetime | None]
    sealed_by: Mapped[str | None]
    due_rule: Mapped[str | None]
    clock_start: Mapped[date | None]
    due_at: Mapped[datetime | None]
    due_provisional: Mapped[bool] = mapped_column(default=False)
    due_rule_version: Mapped[int | None] = mapped_column(SmallInteger)
    clock_stopped_at: Mapped[datetime | None]
    """A proposal waits for its decision; a rejection lets the clock go on as if it had never stopped."""
    paused_on: Mapped[date | None]
    """First day of a pause that lasts; the end moves by its days."""

    @property
    def running_due_at(self) -> datetime | None:
        """The end of the clock that runs now."""
        return self.due_at if self.clock_stopped_at is None and self.paused_on is None else None


class Subject(Base):
    """A person or unit reported on. An identity number is sealed."""

    __tablename__ = "clue_subject"
    __table_args__ = (
        Index("ix_clue_subject_clue_id", "clue_id"),
        Index("ix_clue_subject_name", "name"),
        Index("ix_clue_subject_person_code", "person_code"),
        Index(
            "ix_clue_subject_pairs",
            text("names_within(commission, name, unit_name)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
    )

    id: Mapped[Uuid7]
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str | None]
    unit_name: Mapped[str | None]
    unit_code: Mapped[str | None]
    resolved_unit: Mapped[str | None]
    """The unit of the directory that ``unit_code`` or, where it is unique, ``unit_name`` stands for."""
    post: Mapped[str | None]
    rank: Mapped[str | None]
    person_code: Mapped[str | None]
    top_leader: Mapped[str | None]
    particulars: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What the registration form asks besides: sex, month of birth, political status and so on."""
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    clarified_on: Mapped[date | None]
    """The day it was made known that what was reported is untrue."""
    commission: Mapped[str | None]
    """The clue's, for the index of what clues say."""


class Allegation(Base):
    """One thing that is alleged."""

    __tablename__ = "clue_allegation"
    __table_args__ = (
        Index("ix_clue_allegation_clue_id", "clue_id"),
        Index("ix_clue_allegation_category_code", "category_code"),
        Index(
            "ix_clue_allegation_pairs",
            text("pairs_within(commission, text)"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
    )

    id: Mapped[Uuid7]
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    category_code: Mapped[str | None]
    text: Mapped[str]
    occurred_from: Mapped[date | None]
    occurred_to: Mapped[date | None]
    place: Mapped[str | None]
    amount_cny: Mapped[float | None] = mapped_column(Numeric(18, 2, asdecimal=False))
    moved_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("clue.id"))
    """The clue that a split made of it; what was registered stays as it was."""
    commission: Mapped[str | None]
    """The clue's, for the index of what clues say."""


class Disposition(Base):
    """A proposal how to go on, and what became of it. The latest one counts."""

    __tablename__ = "clue_disposition"
    __table_args__ = (Index("ix_clue_disposition_clue_id", "clue_id", "id"),)

    id: Mapped[Uuid7]
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    method: Mapped[str]
    reason: Mapped[str]
    plan: Mapped[str | None]
    proposed_from: Mapped[str]
    """Where a rejection leads back to."""
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]
    approval: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class Result(Base):
    """An outcome that was recorded. The latest one counts."""

    __tablename__ = "clue_result"
    __table_args__ = (Index("ix_clue_result_clue_id", "clue_id", "id"),)

    id: Mapped[Uuid7]
    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"))
    outcome: Mapped[str]
    four_forms: Mapped[int | None] = mapped_column(SmallInteger)
    note: Mapped[str | None]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class ClueStep(Base):
    """What was said with a step. The runtime role may add rows and never change one; sealing and deletion take them."""

    __tablename__ = "clue_step"

    clue_id: Mapped[UUID] = mapped_column(ForeignKey("clue.id"), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """The clue's version after the step."""
    action: Mapped[str]
    """As the audit log calls it."""
    said: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ClueNumber(Base):
    """The last registration number of a commission in a year; its row lock keeps numbers without gaps or doubles."""

    __tablename__ = "clue_number"

    commission: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    last: Mapped[int]
