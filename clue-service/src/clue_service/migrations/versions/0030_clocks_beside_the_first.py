"""Clocks of a clue beside the one its state runs, guarded by row-level security; their pauses and extensions."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"


def _said(name: str) -> str:
    # In a subquery the setting is read once for a statement and not once for a row.
    return f"(select nullif(current_setting('heli.{name}', true), ''))"


_OF_CLUE = "exists (select from clue where clue.id = clue_clock.clue_id)"
_SEEN = f"""(select current_setting('heli.service', true)) = '' and {_OF_CLUE} and (
    commission in ({_said("office_of")}, {_said("leads")})
    or unit = any ((select string_to_array(current_setting('heli.units', true), ','))::text[])
)"""
_OF_CLOCK = "exists (select from clue_clock where clue_clock.id = clue_clock_change.clock_id)"
_PROCEEDINGS = (
    "consultation",
    "advice",
    "supervised_handling",
    "outcome_notice",
    "reporter_notice",
    "jurisdiction_objection",
    "clarification",
    "accusation_finding",
    "clue_deletion",
    "clue_export",
    "interference_record",
    "protection_request",
)
_RIGHTS = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '_app');
    engine text := regexp_replace(current_user, '_owner$', '_engine');
begin
    if app = current_user or not exists (select from pg_roles where rolname = engine) then
        return;
    end if;
    {body}
end
$$
"""
# Codes and days stay; reasons and numbers go with the content of the clue.
_FORGET = """
create function forget_clue_clocks() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from clue_clock_change using clue_clock where clue_clock.id = clock_id and clue_id = new.id;
    update proceeding_step set document = '{}' where item_id in (select id from clue_clock where clue_id = new.id);
    return null;
end
$$
"""
_ON_ERASING = """
create trigger forget_clue_clocks after update of status on clue
for each row when (new.status in ('sealed', 'deleted')) execute function forget_clue_clocks()
"""


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    _clock()
    _changes()
    op.execute(_FORGET)
    op.execute(_ON_ERASING)
    statements = []
    for table in ("clue_clock", "clue_clock_change"):
        op.execute(f"alter table {table} enable row level security")
        statements += [
            f"create policy engine on {table} to {{engine}} using (true) with check (true)",
            f"revoke delete, truncate on {table} from {{app}}",
        ]
    statements += [
        f"create policy seen on clue_clock for select to {{app}} using ({_SEEN})",
        f"create policy added on clue_clock for insert to {{app}} with check (kind = 'inquiry_reply' and {_OF_CLUE})",
        f"create policy changed on clue_clock for update to {{app}} using ({_SEEN}) with check (true)",
        *(
            f"create policy {name} on clue_clock_change for {what} to {{app}} {how}"
            for name, what, how in (
                ("seen", "select", f"using ({_OF_CLOCK})"),
                ("added", "insert", f"with check ({_OF_CLOCK})"),
                ("changed", "update", f"using ({_OF_CLOCK}) with check (true)"),
            )
        ),
        *_steps((*_PROCEEDINGS, "clue_clock")),
    ]
    op.execute(_RIGHTS.replace("{body}", _each(statements)))


def _clock() -> None:
    op.create_table(
        "clue_clock",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        _text("clue_no"),
        _text("kind"),
        _text("state"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("clue_version", sa.BigInteger(), nullable=False),
        _text("commission"),
        _text("unit"),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        _text("due_rule"),
        sa.Column("due_rule_version", sa.SmallInteger(), nullable=False),
        sa.Column("clock_start", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=True),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_clue_clock_clue_id_clue"),
        sa.PrimaryKeyConstraint("id", name="pk_clue_clock"),
    )
    op.create_index("ix_clue_clock_clue_id", "clue_clock", ["clue_id", "id"])
    op.create_index("ix_clue_clock_commission", "clue_clock", ["commission", "state", "id"])
    op.create_index("ix_clue_clock_unit", "clue_clock", ["unit", "id"])
    op.create_index(
        "uq_clue_clock_report", "clue_clock", ["clue_id"], unique=True, postgresql_where="kind = 'inspection_report'"
    )
    op.create_index(
        "uq_clue_clock_reply",
        "clue_clock",
        ["clue_id", "subject_id"],
        unique=True,
        postgresql_where="kind = 'inquiry_reply' and state in ('open', 'paused')",
    )


def _changes() -> None:
    op.create_table(
        "clue_clock_change",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("clock_id", sa.Uuid(), nullable=False),
        _text("kind"),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ground", sa.String(), nullable=True),
        _text("reason"),
        sa.Column("approval", postgresql.JSONB(), nullable=False),
        _text("recorded_by"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["clock_id"], ["clue_clock.id"], name="fk_clue_clock_change_clock_id_clue_clock"),
        sa.PrimaryKeyConstraint("id", name="pk_clue_clock_change"),
    )
    op.create_index("ix_clue_clock_change_clock_id", "clue_clock_change", ["clock_id", "id"])
    op.create_index(
        "uq_clue_clock_change_open_pause",
        "clue_clock_change",
        ["clock_id"],
        unique=True,
        postgresql_where="kind = 'pause' and until is null",
    )


def _steps(types: tuple[str, ...]) -> list[str]:
    """The journal's rule anew: a step is seen by whoever sees its item."""
    cases = " ".join(
        f"when '{one}' then exists (select from {one} where {one}.id = proceeding_step.item_id)" for one in types
    )
    seen = f"case item_type {cases} else false end"
    return [f"alter policy {name} on proceeding_step using ({seen})" for name in ("seen", "changed", "deleted")]


def _each(statements: list[str]) -> str:
    quoted = (one.replace("%", "%%").replace("{app}", "%1$I").replace("{engine}", "%2$I") for one in statements)
    return "\n".join(f"execute format($sql${one}$sql$, app, engine);" for one in quoted)


def downgrade() -> None:
    op.execute(_RIGHTS.replace("{body}", _each(_steps(_PROCEEDINGS))))
    op.execute("drop trigger forget_clue_clocks on clue")
    op.execute("drop function forget_clue_clocks()")
    op.drop_table("clue_clock_change")
    op.drop_table("clue_clock")
