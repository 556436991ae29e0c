"""Imports of clues: whoever sent a file sees it, its pieces are the engine's; indexes for lists of clues."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

_RIGHTS = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '_app');
    engine text := regexp_replace(current_user, '_owner$', '_engine');
    sender text := '(select current_setting(''heli.sub'', true))';
begin
    if app = current_user or not exists (select from pg_roles where rolname = engine) then
        return;
    end if;
    execute format('create policy sender on clue_import to %1$I using (created_by = %2$s)', app, sender);
    execute format(
        'create policy sender on clue_import_error to %1$I using '
        '(exists (select from clue_import where clue_import.id = import_id))', app
    );
    execute format('create policy engine on clue_import to %1$I using (true)', engine);
    execute format('create policy engine on clue_import_error to %1$I using (true)', engine);
    execute format('revoke all on clue_import_piece from %1$I', app);
    execute format('grant insert on clue_import_piece to %1$I', app);
    execute format('grant select, insert, update, delete on clue_import_piece to %1$I', engine);
    execute format('revoke all on clue_import_receipt from %1$I', app);
    execute format('grant insert on clue_import_receipt to %1$I', app);
    execute format('grant select, insert, update, delete on clue_import_receipt to %1$I', engine);
end
$$
"""

_LISTS = {
    "ix_clue_commission_id": ["commission", "id"],
    "ix_clue_commission_source_code": ["commission", "source_code", "id"],
    "ix_clue_commission_received_on": ["commission", "received_on", "id"],
}
_PARTIAL = ("ix_clue_commission_due_at", "ix_clue_registered_via", "ix_clue_clue_no_prefix")


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _count(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "clue_import",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        _text("form"),
        sa.Column("is_dry_run", sa.Boolean(), nullable=False),
        _text("status"),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        _count("rows_total", nullable=True),
        *(_count(name) for name in ("rows_done", "created", "known", "receipts", "refused")),
        sa.Column("problem", postgresql.JSONB(), nullable=True),
        _text("created_by"),
        _text("caller"),
        _text("unit", nullable=True),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        _text("clearance"),
        _text("request_id"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clue_import"),
    )
    op.create_index("ix_clue_import_created_by", "clue_import", ["created_by", "id"])
    op.create_index("ix_clue_import_status", "clue_import", ["status", "updated_at"])
    op.create_table(
        "clue_import_piece",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        _count("size"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["clue_import.id"], name="fk_clue_import_piece_import_id_clue_import"),
        sa.PrimaryKeyConstraint("import_id", "start", name="pk_clue_import_piece"),
    )
    op.create_table(
        "clue_import_error",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        _count("row_number"),
        _count("position"),
        _text("field", nullable=True),
        _text("code"),
        sa.ForeignKeyConstraint(["import_id"], ["clue_import.id"], name="fk_clue_import_error_import_id_clue_import"),
        sa.PrimaryKeyConstraint("import_id", "row_number", "position", name="pk_clue_import_error"),
    )
    op.create_table(
        "clue_import_receipt",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_clue_import_receipt"),
    )
    for name, columns in _LISTS.items():
        op.create_index(name, "clue", columns)
    op.create_index(
        "ix_clue_commission_due_at",
        "clue",
        ["commission", "due_at", "id"],
        postgresql_where=sa.text("clock_stopped_at is null"),
    )
    op.create_index(
        "ix_clue_registered_via",
        "clue",
        ["registered_via", "id"],
        postgresql_where=sa.text("registered_via is not null"),
    )
    op.create_index(
        "ix_clue_clue_no_prefix", "clue", ["clue_no"], postgresql_ops={"clue_no": "varchar_pattern_ops"}
    )
    # Sealed bytes do not shrink: PostgreSQL need not try.
    op.execute("alter table clue_import_piece alter column sealed set storage external")
    op.execute("alter table clue_import enable row level security")
    op.execute("alter table clue_import_error enable row level security")
    op.execute(_RIGHTS)


def downgrade() -> None:
    for index in (*_LISTS, *_PARTIAL):
        op.drop_index(index, "clue")
    for name in ("clue_import_receipt", "clue_import_error", "clue_import_piece", "clue_import"):
        op.drop_table(name)
