"""Jurisdiction objections, clarifications and findings of false accusation, each guarded by row-level security."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"


def _said(name: str) -> str:
    return f"(select current_setting('heli.{name}', true))"


def _listed(name: str) -> str:
    return f"any ((select string_to_array(current_setting('heli.{name}', true), ','))::text[])"


_SIDES = f"({_said('office_of')}, {_said('leads')})"
_OF: dict[str, str] = {
    "jurisdiction_objection": f"raised_by in {_SIDES} or sender in {_SIDES} or superior in {_SIDES}",
    "clarification": f"commission in {_SIDES} or handling_unit = {_listed('units')}",
    "accusation_finding": f"commission in {_SIDES} or"
    f" approving_commission = {_said('leads')} and state not in ('proposed', 'withdrawn')",
}
# The clue itself may be hidden from whoever has a part in what rests on it; whether they are recused is asked past it.
_IS_RECUSED = """
create function is_recused_from(asked uuid, who text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from clue where id = asked and who = any (recused))
$$
"""
_RIGHTS = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '_app');
    engine text := regexp_replace(current_user, '_owner$', '_engine');
begin
    revoke all on function is_recused_from(uuid, text) from public;
    if app = current_user or not exists (select from pg_roles where rolname = engine) then
        return;
    end if;
    execute format('grant execute on function is_recused_from(uuid, text) to %1$I, %2$I', app, engine);
    {body}
end
$$
"""
# What was said about a clue is erased with it: here, and in the journal.
_FORGET = """
create function forget_settling() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update jurisdiction_objection set reason = '', legal_basis = null where clue_id = new.id;
    update accusation_finding set grounds = '' where clue_id = new.id;
    update proceeding_step set document = '{}' where item_id in (
        select id from jurisdiction_objection where clue_id = new.id
        union all select id from accusation_finding where clue_id = new.id
    );
    return null;
end
$$
"""
_ON_SEALING = """
create trigger forget_settling after update of status on clue
for each row when (new.status = 'sealed') execute function forget_settling()
"""
_FORGET_STEPS = """
create function forget_steps() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update proceeding_step set document = '{}' where item_id = old.id;
    return null;
end
$$
"""
_ON_DELETION = """
create trigger forget_steps after delete on clarification for each row execute function forget_steps()
"""


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _item(*columns: sa.Column[Any]) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        _text("state"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        _text("secrecy_level"),
        *columns,
    ]


def upgrade() -> None:
    op.add_column("clue_subject", sa.Column("clarified_on", sa.Date(), nullable=True))
    op.add_column(
        "clue_transfer",
        sa.Column("is_jurisdiction_settled", sa.Boolean(), server_default="false", nullable=False),
    )
    _objection()
    _clarification()
    _finding()
    op.execute(_IS_RECUSED)
    statements = []
    for table, part in _OF.items():
        op.execute(f"alter table {table} enable row level security")
        seen = (
            f"{_said('service')} = '' and secrecy_level = {_listed('cleared_for')} and ({part})"
            f" and not is_recused_from(clue_id, {_said('sub')})"
        )
        for name, kind, clause in (
            ("seen", "select", f"using ({seen})"),
            ("added", "insert", "with check (true)"),
            ("changed", "update", f"using ({seen}) with check (true)"),
        ):
            statements.append(f"execute format($q$create policy {name} on {table} for {kind} to %1$I {clause}$q$, app);")
        statements.append(
            f"execute format($q$create policy engine on {table} to %1$I using (true) with check (true)$q$, engine);"
        )
    op.execute(_RIGHTS.replace("{body}", "\n".join(statements)))
    for statement in (_FORGET, _ON_SEALING, _FORGET_STEPS, _ON_DELETION):
        op.execute(statement)


def _objection() -> None:
    op.create_table(
        "jurisdiction_objection",
        *_item(
            sa.Column("transfer_id", sa.Uuid(), nullable=False),
            _text("raised_by"),
            _text("sender"),
            _text("superior", nullable=True),
            _text("route"),
            _text("reason"),
            _text("legal_basis", nullable=True),
            _text("proposed_unit", nullable=True),
            _text("drafted_by"),
            _instant("raised_at"),
            _instant("due_at", nullable=True),
            _text("competent_unit", nullable=True),
            _text("recorded_by_side", nullable=True),
        ),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_jurisdiction_objection_clue_id_clue"),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["clue_transfer.id"], name="fk_jurisdiction_objection_transfer_id_clue_transfer"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_jurisdiction_objection"),
    )
    op.create_index("uq_jurisdiction_objection_transfer_id", "jurisdiction_objection", ["transfer_id"], unique=True)
    for column in ("raised_by", "sender", "superior"):
        op.create_index(f"ix_jurisdiction_objection_{column}", "jurisdiction_objection", [column, "id"])
    op.create_index(
        "ix_jurisdiction_objection_due",
        "jurisdiction_objection",
        ["due_at"],
        postgresql_where="state in ('raised', 'submitted')",
    )


def _clarification() -> None:
    op.create_table(
        "clarification",
        *_item(
            sa.Column("subject_id", sa.Uuid(), nullable=False),
            _text("commission"),
            _text("handling_unit"),
            sa.Column("forms", postgresql.ARRAY(sa.Text()), nullable=False),
            sa.Column("carried_out", postgresql.ARRAY(sa.Text()), nullable=False),
            sa.Column("is_across", sa.Boolean(), nullable=False),
            _text("harm"),
            _text("scope"),
            _text("drafted_by"),
            _instant("drafted_at"),
            _instant("due_at", nullable=True),
        ),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_clarification_clue_id_clue"),
        sa.ForeignKeyConstraint(
            ["subject_id"],
            ["clue_subject.id"],
            name="fk_clarification_subject_id_clue_subject",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_clarification"),
    )
    op.create_index("ix_clarification_clue_id", "clarification", ["clue_id"])
    op.create_index("ix_clarification_commission", "clarification", ["commission", "id"])
    op.create_index("ix_clarification_handling_unit", "clarification", ["handling_unit", "id"])


def _finding() -> None:
    op.create_table(
        "accusation_finding",
        *_item(
            _text("commission"),
            _text("approving_commission"),
            _text("grounds"),
            _text("proposed_by"),
            _instant("proposed_at"),
            _text("endorsed_by", nullable=True),
            _text("decided_by", nullable=True),
            _text("verdict", nullable=True),
            _text("measure", nullable=True),
        ),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_accusation_finding_clue_id_clue"),
        sa.PrimaryKeyConstraint("id", name="pk_accusation_finding"),
    )
    op.create_index("ix_accusation_finding_clue_id", "accusation_finding", ["clue_id"])
    op.create_index("ix_accusation_finding_commission", "accusation_finding", ["commission", "id"])
    op.create_index("ix_accusation_finding_approving_commission", "accusation_finding", ["approving_commission", "id"])


def downgrade() -> None:
    op.execute("drop trigger forget_settling on clue")
    for table in _OF:
        op.drop_table(table)
    for function in ("forget_settling()", "forget_steps()", "is_recused_from(uuid, text)"):
        op.execute(f"drop function {function}")
    op.drop_column("clue_transfer", "is_jurisdiction_settled")
    op.drop_column("clue_subject", "clarified_on")
