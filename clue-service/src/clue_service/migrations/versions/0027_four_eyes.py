"""Deletions and exports of clues, which take two people, each guarded by row-level security."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"


def _said(name: str) -> str:
    # In a subquery the setting is read once for a statement and not once for a row.
    return f"(select current_setting('heli.{name}', true))"


def _listed(name: str) -> str:
    return f"any ((select string_to_array(current_setting('heli.{name}', true), ','))::text[])"


_CLEARED = f"secrecy_level = {_listed('cleared_for')}"
_SEEN = {
    "clue_deletion": f"""{_said("service")} = '' and {_CLEARED}
        and commission in ({_said("office_of")}, {_said("leads")})
        and exists (select from clue where clue.id = clue_deletion.clue_id)
    """,
    "clue_export_clue": "exists (select from clue where clue.id = clue_export_clue.clue_id)",
    "clue_export": f"""{_said("service")} = '' and (
        requested_by = {_said("sub")} and not is_recused_from(clue_id, {_said("sub")})
        or commission = (select nullif(current_setting('heli.leads', true), '')) and {_CLEARED}
        and exists (select from clue_export_clue where clue_export_clue.export_id = clue_export.id)
    )""",
    "clue_export_file": f"""exists (
        select from clue_export where clue_export.id = clue_export_file.export_id and requested_by = {_said("sub")}
    )""",
}
_PROCEEDINGS = (
    "consultation",
    "advice",
    "supervised_handling",
    "outcome_notice",
    "reporter_notice",
    "jurisdiction_objection",
    "clarification",
    "accusation_finding",
)
_RIGHTS = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '_app');
    engine text := regexp_replace(current_user, '_owner$', '_engine');
begin
    {revoked}
    if app = current_user or not exists (select from pg_roles where rolname = engine) then
        return;
    end if;
    {body}
end
$$
"""

# What sealing and deletion have in common. Nobody calls it but the two functions below, which check the two people.
_ERASE = """
create function erase_clue(erased uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    pairs uuid[];
begin
    select coalesce(array_agg(id), '{}') into pairs from candidate where clue_a = erased or clue_b = erased;
    update matter_change set
        reason = null,
        verdicts = (
            select coalesce(jsonb_agg(one), '[]') from jsonb_array_elements(verdicts) one
            where (one ->> 'candidate_id')::uuid <> all (pairs)
        ),
        removed_links = (
            select coalesce(jsonb_agg(one), '[]') from jsonb_array_elements(removed_links) one
            where erased::text not in (one ->> 'clue_a', one ->> 'clue_b')
        )
    where erased = any (clue_ids) or verdicts @> any (
        select jsonb_build_array(jsonb_build_object('candidate_id', pair::text)) from unnest(pairs) pair
    );
    delete from candidate_verdict where candidate_id = any (pairs);
    delete from candidate where id = any (pairs);
    delete from clue_key where clue_id = erased;
    delete from matching_pending where clue_id = erased;
    delete from reporter where clue_id = erased;
    delete from clue_subject where clue_id = erased;
    delete from clue_allegation where clue_id = erased;
    update clue_disposition set reason = '', plan = null, decision_reason = null where clue_id = erased;
    update clue_result set note = null where clue_id = erased;
    update clue_transfer set content = null, reason = null, legal_basis = null, return_reason = null,
        result = result - 'note'
    where clue_id = erased or received_clue_id = erased;
    update clue_share set purpose = '' where clue_id = erased;
    update clue set summary = null, subject_units = '{}', reporter_identity = null, lead_unit = null, co_units = '{}',
        members = '{}', due_rule = null, clock_start = null, due_at = null, clock_stopped_at = null,
        due_provisional = false
    where id = erased;
end
$$
"""
_TWO_SEALED = """    if not exists (
        select from clue where id = erased and sealed_by is not null and seal_requested_by is not null
        and sealed_by <> seal_requested_by
    ) then
        raise exception 'sealing takes two people';
    end if;
"""
_SEALED = f"""
create or replace function erase_sealed_clue(erased uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
{_TWO_SEALED}    perform erase_clue(erased);
end
$$
"""
# Also what proceedings said that rested on this clue alone and are over; a letter that was served is its recipient's.
_DELETED = """
create function erase_deleted_clue(erased uuid) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    talks uuid[];
    letters uuid[];
begin
    if not exists (
        select from clue_deletion where clue_id = erased and state = 'requested' and decided_by <> requested_by
    ) then
        raise exception 'deletion takes two people';
    end if;
    select coalesce(array_agg(consultation.id), '{}') into talks from consultation
    where exists (select from consultation_clue where consultation_id = consultation.id and clue_id = erased)
    and not exists (
        select from consultation_clue join clue on clue.id = clue_id
        where consultation_id = consultation.id and clue_id <> erased and status not in ('sealed', 'deleted')
    )
    and not exists (select from overlap_alert_clue where alert_id = consultation.alert_id);
    update consultation set topic = '', minutes = null, conclusion = null where id = any (talks);
    update consultation_action set task = '', result = null where consultation_id = any (talks);
    delete from consultation_opinion where consultation_id = any (talks);
    select coalesce(array_agg(id), '{}') into letters from advice where clue_id = erased and served_on is null;
    update advice set title = '', problem = '', demands = '', legal_basis = null where id = any (letters);
    update supervised_handling set demand = '' where clue_id = erased;
    update proceeding_step set document = '{}' where item_id = any (talks || letters) or item_id in (
        select id from consultation_action where consultation_id = any (talks)
        union all select id from supervised_handling where clue_id = erased
    );
    perform erase_clue(erased);
    update clue set approvers = '{}', assignment_approval = null, competence_decision = null where id = erased;
end
$$
"""
# A file that holds a clue, or would, goes with the clue; so does why somebody wanted it.
_FORGET = """
create function forget_four_eyes() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    files uuid[];
begin
    update clue_deletion set
        reason = null,
        version = version + (state = 'requested' and new.status = 'sealed')::int,
        state = case when state = 'requested' and new.status = 'sealed' then 'void' else state end
    where clue_id = new.id;
    select coalesce(array_agg(export_id), '{}') into files from clue_export_clue where clue_id = new.id;
    -- The rows first: whoever makes the file right now holds one of them.
    update clue_export set
        reason = null,
        version = version + (state in ('requested', 'approved', 'made'))::int,
        state = case when state in ('requested', 'approved', 'made') then 'void' else state end
    where id = any (files);
    delete from clue_export_file where export_id = any (files);
    update proceeding_step set document = '{}' where item_id = any (files) or item_id in (
        select id from clue_deletion where clue_id = new.id
    );
    return null;
end
$$
"""
_ON_ERASING = """
create trigger forget_four_eyes after update of status on clue
for each row when (new.status in ('sealed', 'deleted')) execute function forget_four_eyes()
"""
_FOLLOWERS = {
    "forget_settling": "forget_settling",
    "attachments_follow_sealed": "attachments_follow_clue",
    "forget_unsealings": "forget_unsealings",
}
"""Triggers that follow a sealing and now follow a deletion too, with their functions."""


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _item(*columns: Any) -> list[Any]:
    return [
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        _text("state"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _text("commission"),
        _text("secrecy_level"),
        _text("basis"),
        _text("reason", nullable=True),
        _text("requested_by"),
        _text("requester_unit"),
        _instant("requested_at"),
        _text("decided_by", nullable=True),
        _instant("decided_at", nullable=True),
        *columns,
    ]


def upgrade() -> None:
    _deletion()
    _export()
    for statement in (_ERASE, _SEALED, _DELETED, _FORGET, _ON_ERASING):
        op.execute(statement)
    _let_follow("in ('sealed', 'deleted')")
    statements = ["grant execute on function erase_deleted_clue(uuid) to {app}, {engine}"]
    for table, seen in _SEEN.items():
        op.execute(f"alter table {table} enable row level security")
        statements += [
            f"create policy seen on {table} for select to {{app}} using ({seen})",
            f"create policy added on {table} for insert to {{app}} with check (true)",
            f"create policy changed on {table} for update to {{app}} using ({seen}) with check (true)",
            f"create policy engine on {table} to {{engine}} using (true) with check (true)",
        ]
    statements += [f"revoke delete, truncate on {table} from {{app}}" for table in _SEEN if table != "clue_export_file"]
    statements.append(
        f"create policy deleted on clue_export_file for delete to {{app}} using ({_SEEN['clue_export_file']})"
    )
    statements += _steps((*_PROCEEDINGS, "clue_deletion", "clue_export"))
    revoked = "\n".join(
        f"revoke all on function {one}(uuid) from public;" for one in ("erase_clue", "erase_deleted_clue")
    )
    op.execute(_RIGHTS.replace("{revoked}", revoked).replace("{body}", _each(statements)))


def _deletion() -> None:
    op.create_table(
        "clue_deletion",
        *_item(
            _id("clue_id"),
            _text("clue_no"),
            sa.Column("clue_version", sa.BigInteger(), nullable=False),
            *(sa.Column(name, sa.Date(), nullable=False) for name in ("received_on", "last_step_on", "kept_until")),
        ),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_clue_deletion_clue_id_clue"),
        sa.PrimaryKeyConstraint("id", name="pk_clue_deletion"),
    )
    op.create_index("ix_clue_deletion_clue_id", "clue_deletion", ["clue_id"])
    op.create_index("ix_clue_deletion_commission", "clue_deletion", ["commission", "id"])
    op.create_index(
        "uq_clue_deletion_waiting", "clue_deletion", ["clue_id"], unique=True, postgresql_where="state = 'requested'"
    )


def _export() -> None:
    op.create_table(
        "clue_export",
        *_item(
            _id("clue_id", nullable=True),
            sa.Column("filter", postgresql.JSONB(), nullable=True),
            _text("format"),
            _text("language"),
            _instant("expires_at", nullable=True),
            _instant("made_at", nullable=True),
            sa.Column("taken", sa.Integer(), nullable=True),
            sa.Column("size", sa.Integer(), nullable=True),
            sa.Column("digest", sa.LargeBinary(), nullable=True),
        ),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_clue_export_clue_id_clue"),
        sa.PrimaryKeyConstraint("id", name="pk_clue_export"),
    )
    op.create_index("ix_clue_export_clue_id", "clue_export", ["clue_id"])
    for column in ("commission", "requested_by"):
        op.create_index(f"ix_clue_export_{column}", "clue_export", [column, "id"])
    op.create_index(
        "ix_clue_export_ending", "clue_export", ["expires_at"], postgresql_where="state in ('approved', 'made')"
    )
    op.create_table(
        "clue_export_clue",
        _id("export_id"),
        _id("clue_id"),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_approved", "is_taken")),
        sa.ForeignKeyConstraint(["export_id"], ["clue_export.id"], name="fk_clue_export_clue_export_id_clue_export"),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_clue_export_clue_clue_id_clue"),
        sa.PrimaryKeyConstraint("export_id", "clue_id", name="pk_clue_export_clue"),
    )
    op.create_index("ix_clue_export_clue_clue_id", "clue_export_clue", ["clue_id"])
    op.create_table(
        "clue_export_file",
        _id("export_id"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["clue_export.id"], name="fk_clue_export_file_export_id_clue_export"),
        sa.PrimaryKeyConstraint("export_id", name="pk_clue_export_file"),
    )


def _let_follow(condition: str) -> None:
    for trigger, function in _FOLLOWERS.items():
        op.execute(f"drop trigger {trigger} on clue")
        op.execute(
            f"create trigger {trigger} after update of status on clue"
            f" for each row when (new.status {condition}) execute function {function}()"
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
    op.execute(_RIGHTS.replace("{revoked}", "").replace("{body}", _each(_steps(_PROCEEDINGS))))
    _let_follow("= 'sealed'")
    op.execute("drop trigger forget_four_eyes on clue")
    for function in ("forget_four_eyes()", "erase_deleted_clue(uuid)"):
        op.execute(f"drop function {function}")
    for table in ("clue_export_file", "clue_export_clue", "clue_export", "clue_deletion"):
        op.drop_table(table)
    whole = _ERASE.replace("create function erase_clue", "create or replace function erase_sealed_clue")
    op.execute(whole.replace("begin\n", f"begin\n{_TWO_SEALED}", 1))
    op.execute("drop function erase_clue(uuid)")
