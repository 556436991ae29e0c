"""Tables of assembly runs and their proposals."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Uuid7
from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class AssemblyRun(Base):
    """One question to the engine. ``queued_at`` and ``heartbeat_at`` are system time.

    A worker that stopped writing the heartbeat is gone. ``rules`` are the versions of rule sets the run uses;
    ``base_run_id`` is the run whose inputs a variant shares; ``keeps_best`` lets a cancelled run keep what it has.
    """

    __tablename__ = "assembly_run"

    id: Mapped[Uuid7]
    round_id: Mapped[UUID] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int]
    status: Mapped[str]
    request: Mapped[dict[str, Any]]
    time_limit_s: Mapped[float]
    progress: Mapped[dict[str, Any]]
    base_run_id: Mapped[UUID | None] = mapped_column(ForeignKey("assembly_run.id"))
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    cancel_requested_at: Mapped[datetime | None]
    keeps_best: Mapped[bool] = mapped_column(server_default=false())
    failure: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    started_by: Mapped[str]
    created_at: Mapped[datetime]
    queued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    heartbeat_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    version: Mapped[int]

    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        Index("ix_assembly_run_unfinished", "heartbeat_at", postgresql_where=text("status in ('queued', 'running')")),
    )


class AssemblyInput(Base):
    """What the engine was asked, compressed: the ground of every explanation and variant. Never changed or removed."""

    __tablename__ = "assembly_input"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("assembly_run.id"), primary_key=True)
    document: Mapped[bytes]
    created_at: Mapped[datetime]


class AssemblyProposal(Base):
    """The answer of a run, with what it depends on. The runtime role may add rows, never change or remove one."""

    __tablename__ = "assembly_proposal"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("assembly_run.id"), primary_key=True)
    optimality: Mapped[str]
    objective: Mapped[float | None]
    bound: Mapped[float | None]
    gap: Mapped[float | None]
    seconds: Mapped[float]
    teams: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    partial_teams: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    unmet: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    relaxations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    sentence: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    rule_version: Mapped[str]
    solver_version: Mapped[str]
    is_drawn: Mapped[bool | None]
    """Whether lots decided exactly among all equally good teams; None: from before this was kept."""
    salt: Mapped[str]
    input_hash: Mapped[str]
    created_at: Mapped[datetime]
