"""Files with entries of the library and with clues: who may see which by row, and gone with their owner."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

_SEEN = """clue_id is not null and exists (select from clue where clue.id = attachment.clue_id)
    or item_id is not null and exists (select from library_text where library_text.item_id = attachment.item_id)"""
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
_STATEMENTS = (
    f"create policy seen on attachment for select to {{app}} using ({_SEEN})",
    "create policy added on attachment for insert to {app} with check (true)",
    f"create policy changed on attachment for update to {{app}} using ({_SEEN}) with check (true)",
    "create policy engine on attachment to {engine} using (true) with check (true)",
    "revoke delete, truncate on attachment from {app}",
    "grant delete on attachment to {engine}",
)
# A file goes with its owner, whichever way the owner goes.
_FOLLOWING = (
    """
    create function attachments_follow_item() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public as $$
    begin
        update attachment set state = 'deleting', file_name = '' where item_id = new.id;
        return null;
    end
    $$
    """,
    """
    create trigger attachments_follow after update of state on library_item
    for each row when (new.state = 'erased') execute function attachments_follow_item()
    """,
    """
    create function attachments_follow_clue() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public as $$
    begin
        update attachment set state = 'deleting', file_name = '', clue_id = null where clue_id = old.id;
        return coalesce(new, old);
    end
    $$
    """,
    """
    create trigger attachments_follow_sealed after update of status on clue
    for each row when (new.status = 'sealed') execute function attachments_follow_clue()
    """,
    """
    create trigger attachments_follow_deleted before delete on clue
    for each row execute function attachments_follow_clue()
    """,
    "revoke all on function attachments_follow_item() from public",
    "revoke all on function attachments_follow_clue() from public",
)


def _each(statements: tuple[str, ...]) -> str:
    quoted = (one.replace("%", "%%").replace("{app}", "%1$I").replace("{engine}", "%2$I") for one in statements)
    return "\n".join(f"execute format($sql${one}$sql$, app, engine);" for one in quoted)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("clue_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("received_digest", sa.LargeBinary(), nullable=False),
        sa.Column("residue", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sealed_under", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state = 'deleting' or (item_id is null) <> (clue_id is null)", name=op.f("ck_attachment_one_owner")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["library_item.id"], name="fk_attachment_item_id_library_item"),
        sa.ForeignKeyConstraint(["clue_id"], ["clue.id"], name="fk_attachment_clue_id_clue"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_item_id", "attachment", ["item_id", "id"])
    op.create_index("ix_attachment_clue_id", "attachment", ["clue_id", "id"])
    op.create_index("ix_attachment_unsettled", "attachment", ["written_at"], postgresql_where="state <> 'stored'")
    op.execute("alter table attachment enable row level security")
    for statement in _FOLLOWING:
        op.execute(statement)
    op.execute(_RIGHTS.format(body=_each(_STATEMENTS)))


def downgrade() -> None:
    for trigger, table in (
        ("attachments_follow", "library_item"),
        ("attachments_follow_sealed", "clue"),
        ("attachments_follow_deleted", "clue"),
    ):
        op.execute(f"drop trigger {trigger} on {table}")
    op.drop_table("attachment")
    op.execute("drop function attachments_follow_item()")
    op.execute("drop function attachments_follow_clue()")
