"""Unsealings of the reporters' vault."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

# Who asked, unless recused since; and leaders of the commission, as far as they see the clue.
_GUARD = """
do $$
declare
    app text := regexp_replace(current_user, '_owner$', '_app');
    engine text := regexp_replace(current_user, '_owner$', '_engine');
    seen text := $seen$
        (select current_setting('heli.service', true)) = ''
        and (
            (
                requested_by = (select current_setting('heli.sub', true))
                and not is_recused_from(clue_id, (select current_setting('heli.sub', true)))
            )
            or (
                commission = (select nullif(current_setting('heli.leads', true), ''))
                and exists (select from clue where clue.id = clue_id)
            )
        )
    $seen$;
begin
    if app = current_user or not exists (select from pg_roles where rolname = engine) then
        return;
    end if;
    execute format('create policy seen on unsealing for select to %I using (%s)', app, seen);
    execute format('create policy added on unsealing for insert to %I with check (%s)', app, seen);
    execute format('create policy changed on unsealing for update to %I using (%s) with check (%s)', app, seen, seen);
    execute format('create policy engine on unsealing to %I using (true) with check (true)', engine);
    execute format('revoke delete, truncate on unsealing from %I', app);
end
$$
"""
# Sealing a clue erases who reported it: nothing is left to open, and why somebody wanted to is erased too.
_FORGET = """
create function forget_unsealings() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update unsealing set
        reason_sealed = null,
        version = version + 1,
        state = case when state in ('requested', 'approved') then 'void' else state end
    where clue_id = new.id;
    return null;
end
$$
"""
_ON_SEALING = """
create trigger forget_unsealings after update of status on clue
for each row when (new.status = 'sealed') execute function forget_unsealings()
"""


def upgrade() -> None:
    op.create_table(
        "unsealing",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("clue_id", sa.Uuid(), nullable=False),
        sa.Column("commission", sa.String(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("usable_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_unsealing_clue_id_clue"),
        sa.PrimaryKeyConstraint("id", name="pk_unsealing"),
    )
    op.create_index("ix_unsealing_clue_id", "unsealing", ["clue_id"])
    op.create_index("ix_unsealing_commission", "unsealing", ["commission", "id"])
    op.create_index("ix_unsealing_requested_by", "unsealing", ["requested_by", "id"])
    op.execute("alter table unsealing enable row level security")
    for statement in (_GUARD, _FORGET, _ON_SEALING):
        op.execute(statement)


def downgrade() -> None:
    op.execute("drop trigger forget_unsealings on clue")
    op.execute("drop function forget_unsealings()")
    op.drop_table("unsealing")
