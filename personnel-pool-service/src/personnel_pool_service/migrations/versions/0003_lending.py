"""Recusal beyond the bare facts, support requests, directed support, and what was known about lending when."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def _versioned() -> list[sa.Column[Any]]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _cadre(table: str) -> list[Any]:
    return [
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=f"fk_{table}_cadre_id_cadre"),
    ]


def _unit(table: str) -> list[Any]:
    return [
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_code"], ["unit.code"], name=f"fk_{table}_unit_code_unit"),
    ]


# updated_at is business time: the service writes it with every change of a cadre, so the history needs no clock.
_STATUS_HISTORY = """
create function keep_cadre_status() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new.status = old.status and new.home_unit = old.home_unit then
            return null;
        end if;
        update cadre_status set known_to = new.updated_at where cadre_id = new.id and known_to is null;
    end if;
    insert into cadre_status (cadre_id, status, home_unit, known_from)
        values (new.id, new.status, new.home_unit, new.updated_at);
    return null;
end
$$
"""


def upgrade() -> None:
    _recusals()
    _support()
    _history()


def _support() -> None:
    op.create_table(
        "directed_support",
        _id(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("difficulty", sa.String(), nullable=False),
        sa.Column("scope", sa.String()),
        sa.Column("requesting_unit", sa.String(), nullable=False),
        sa.Column("provider_unit", sa.String()),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("demands", postgresql.JSONB(), nullable=False),
        sa.Column("linked_ref", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("outcome", sa.String()),
        sa.Column("grade", sa.String()),
        *_versioned(),
        sa.PrimaryKeyConstraint("id", name="pk_directed_support"),
        *(
            sa.ForeignKeyConstraint([column], ["unit.code"], name=f"fk_directed_support_{column}_unit")
            for column in ("requesting_unit", "provider_unit")
        ),
        sa.CheckConstraint("period_from <= period_to", name="ordered"),
    )
    op.create_index("ix_directed_support_requesting_unit", "directed_support", ["requesting_unit"])
    op.create_table(
        "support_request",
        _id(),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requesting_unit", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("demands", postgresql.JSONB(), nullable=False),
        sa.Column("target_units", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("reviewed_by", sa.String()),
        sa.Column("decision_reason", sa.String()),
        sa.Column("directed_support_id", sa.Uuid()),
        *_versioned(),
        sa.PrimaryKeyConstraint("id", name="pk_support_request"),
        sa.ForeignKeyConstraint(["requesting_unit"], ["unit.code"], name="fk_support_request_requesting_unit_unit"),
        sa.ForeignKeyConstraint(
            ["directed_support_id"], ["directed_support.id"], name="fk_support_request_directed_support_id_directed_support"
        ),
        sa.UniqueConstraint("directed_support_id", name="uq_support_request_directed_support_id"),
        sa.CheckConstraint("period_from <= period_to", name="ordered"),
    )
    op.create_index("ix_support_request_requesting_unit", "support_request", ["requesting_unit"])
    op.create_index("ix_support_request_status", "support_request", ["status", "id"])


def _history() -> None:
    op.create_table(
        "lending_entry",
        _id(),
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("home_unit", sa.String(), nullable=False),
        sa.Column("secondment_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("days", postgresql.DATERANGE(), nullable=False),
        sa.Column("known_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_to", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_lending_entry"),
        sa.CheckConstraint("known_to is null or known_to >= known_from", name="ordered"),
    )
    op.create_index(
        "uq_lending_entry_seat_id", "lending_entry", ["seat_id"], unique=True,
        postgresql_where=sa.text("known_to is null"),
    )
    op.create_index("ix_lending_entry_days", "lending_entry", ["days"], postgresql_using="gist")
    op.create_table(
        "cadre_status",
        _id(),
        sa.Column("cadre_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("home_unit", sa.String(), nullable=False),
        sa.Column("known_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_to", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_cadre_status"),
    )
    op.create_index("ix_cadre_status_cadre_id", "cadre_status", ["cadre_id", "known_from"])
    op.execute(_STATUS_HISTORY)
    op.execute(
        "create trigger keep_cadre_status after insert or update of status, home_unit on cadre"
        " for each row execute function keep_cadre_status()"
    )
    # What the past was before this table existed is not known; the present holds since the last change.
    op.execute(
        "insert into cadre_status (cadre_id, status, home_unit, known_from)"
        " select id, status, home_unit, case when status = 'active' then created_at else updated_at end from cadre"
    )
    op.execute(
        "insert into lending_entry (seat_id, cadre_id, home_unit, secondment_id, state, days, known_from)"
        " select s.id, s.cadre_id, s.home_unit, s.secondment_id, s.state, b.days, x.updated_at"
        " from secondment_seat s join booking b on b.id = s.booking_id join secondment x on x.id = s.secondment_id"
    )


def _recusals() -> None:
    op.create_table(
        "recusal_declaration",
        _id(),
        *_cadre("recusal_declaration"),
        sa.Column("occasion_ref", sa.String(), nullable=False),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_standing", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
    )
    op.create_index(
        "uq_recusal_declaration_cadre_id", "recusal_declaration", ["cadre_id"], unique=True,
        postgresql_where=sa.text("is_standing"),
    )
    op.create_table(
        "recusal_request",
        _id(),
        *_cadre("recusal_request"),
        *_unit("recusal_request"),
        sa.Column("request_ref", sa.String()),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("finding", sa.String()),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("verified_by", sa.String()),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        *_versioned(),
    )
    op.create_index("ix_recusal_request_cadre_id", "recusal_request", ["cadre_id"])
    op.create_index("ix_recusal_request_unit_code", "recusal_request", ["unit_code"])
    op.create_table(
        "recusal_waiver",
        _id(),
        *_cadre("recusal_waiver"),
        *_unit("recusal_waiver"),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        *_versioned(),
    )
    op.create_index("ix_recusal_waiver_cadre_id", "recusal_waiver", ["cadre_id"])
    op.create_table(
        "recusal_unsealing",
        _id(),
        *_cadre("recusal_unsealing"),
        *_unit("recusal_unsealing"),
        sa.Column("role", sa.String()),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String()),
        sa.Column("readable_until", sa.DateTime(timezone=True)),
        *_versioned(),
    )
    op.create_table(
        "recusal_watch",
        _id(),
        *_cadre("recusal_watch"),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("stamp", sa.LargeBinary()),
        sa.Column("digest", sa.LargeBinary()),
        *_versioned(),
        sa.UniqueConstraint("ref", "cadre_id", "unit_code", name="uq_recusal_watch_ref_cadre_id_unit_code"),
    )
    op.create_table(
        "recusal_pulse",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_recusal_pulse"),
    )


def downgrade() -> None:
    op.execute("drop trigger keep_cadre_status on cadre")
    op.execute("drop function keep_cadre_status()")
    for name in (
        "cadre_status", "lending_entry", "support_request", "directed_support", "recusal_pulse", "recusal_watch", "recusal_unsealing", "recusal_waiver", "recusal_request",
        "recusal_declaration",
    ):
        op.drop_table(name)
