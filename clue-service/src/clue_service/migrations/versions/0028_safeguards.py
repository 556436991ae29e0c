"""Records of interference and requests for protection, what was said in them sealed, guarded by row-level security."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"


def _said(name: str) -> str:
    # In a subquery the setting is read once for a statement and not once for a row.
    return f"(select nullif(current_setting('heli.{name}', true), ''))"


def _listed(name: str) -> str:
    return f"any ((select string_to_array(current_setting('heli.{name}', true), ','))::text[])"


_KNOWN = f"""(select current_setting('heli.service', true)) = '' and secrecy_level = {_listed("cleared_for")}
    and not is_recused_from(clue_id, {_said("sub")})"""
_MET = f"{_KNOWN} and intervener_sub is distinct from {_said('sub')}"
_SEEN = {
    "interference_record": f"""{_MET} and (
        recorded_by = {_said("sub")} or reviewing_commission = {_said("leads")}
        or reviewing_commission = commission and commission in ({_said("office_of")}, {_said("leads")})
    )""",
    "interference_content": f"""exists (
        select from interference_record where interference_record.id = interference_content.record_id
        and (recorded_by = {_said("sub")} or reviewing_commission = {_said("leads")})
    )""",
    "protection_request": f"""{_KNOWN} and (
        requested_by = {_said("sub")} or charged_unit = {_listed("acts_for")}
        or commission in ({_said("office_of")}, {_said("leads")})
    )""",
    "protection_content": f"""exists (
        select from protection_request where protection_request.id = protection_content.request_id
        and (requested_by = {_said("sub")} or commission = {_said("leads")})
    )""",
}
_CONTENTS = ("interference_content", "protection_content")
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
# Codes stay, so that a register has no gaps; what was said goes with the content of the clue.
_FORGET = """
create function forget_safeguards() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from interference_content using interference_record as record
        where record.id = record_id and record.clue_id = new.id;
    delete from protection_content using protection_request as request
        where request.id = request_id and request.clue_id = new.id;
    update proceeding_step set document = '{}' where item_id in (
        select id from interference_record where clue_id = new.id
        union all select id from protection_request where clue_id = new.id
    );
    return null;
end
$$
"""
_ON_ERASING = """
create trigger forget_safeguards after update of status on clue
for each row when (new.status in ('sealed', 'deleted')) execute function forget_safeguards()
"""


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _item(table: str, clue_id: Any, *columns: Any) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        _text("state"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        clue_id,
        _text("commission"),
        _text("secrecy_level"),
        *columns,
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name=f"fk_{table}_clue_id_clue"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_clue_id", table, ["clue_id"])


def _content(table: str, key: str, of: str) -> None:
    op.create_table(
        table,
        sa.Column(key, sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint([key], [f"{of}.id"], name=f"fk_{table}_{key}_{of}"),
        sa.PrimaryKeyConstraint(key, name=f"pk_{table}"),
    )


def upgrade() -> None:
    _interference()
    _protection()
    op.execute(_FORGET)
    op.execute(_ON_ERASING)
    statements = []
    for table, seen in _SEEN.items():
        op.execute(f"alter table {table} enable row level security")
        statements += [
            f"create policy seen on {table} for select to {{app}} using ({seen})",
            f"create policy added on {table} for insert to {{app}} with check (true)",
            f"create policy changed on {table} for update to {{app}} using ({seen}) with check (true)",
            f"create policy engine on {table} to {{engine}} using (true) with check (true)",
            f"revoke delete, truncate on {table} from {{app}}",
        ]
    statements += _steps((*_PROCEEDINGS, "interference_record", "protection_request"))
    op.execute(_RIGHTS.replace("{body}", _each(statements)))


def _interference() -> None:
    _item(
        "interference_record",
        sa.Column("clue_id", sa.Uuid(), nullable=True),
        _text("reviewing_commission"),
        _text("kind"),
        _text("way"),
        _text("standing"),
        _day("happened_on"),
        _text("intervener_sub", nullable=True),
        _text("recorded_by"),
        _text("recorder_unit"),
        _instant("recorded_at"),
        _text("measure", nullable=True),
    )
    for column in ("commission", "reviewing_commission", "recorded_by"):
        op.create_index(f"ix_interference_record_{column}", "interference_record", [column, "id"])
    op.create_index(
        "ix_interference_record_intervener_sub",
        "interference_record",
        ["intervener_sub"],
        postgresql_where="intervener_sub is not null",
    )
    _content("interference_content", "record_id", "interference_record")


def _protection() -> None:
    _item(
        "protection_request",
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        _text("protected"),
        _text("threat"),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("measures", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("carried_out", postgresql.ARRAY(sa.Text()), nullable=False),
        _text("charged_unit", nullable=True),
        _day("in_force_until", nullable=True),
        _text("requested_by"),
        _text("requester_unit"),
        _instant("requested_at"),
        _instant("due_at", nullable=True),
    )
    for column in ("commission", "charged_unit", "requested_by"):
        op.create_index(f"ix_protection_request_{column}", "protection_request", [column, "id"])
    _content("protection_content", "request_id", "protection_request")


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
    op.execute("drop trigger forget_safeguards on clue")
    op.execute("drop function forget_safeguards()")
    for table in (*_CONTENTS, "interference_record", "protection_request"):
        op.drop_table(table)
