"""The information library: entries, their text and words, requests, readings; who may see which by row."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"


def _said(name: str) -> str:
    # In a subquery the setting is read once for a statement and not once for a row.
    return f"(select current_setting('heli.{name}', true))"


def _listed(name: str) -> str:
    return f"any ((select string_to_array(current_setting('heli.{name}', true), ','))::text[])"


_NOW = "(select nullif(current_setting('heli.now', true), '')::timestamptz)"
# The rules of library_items.policy; a test holds the two together.
_MET = f"""{_said("library_of")} <> '' and state <> 'erased' and not {_said("sub")} = any (recused)
    and secrecy_level = {_listed("cleared_for")}"""
_CURRENT = f"state = 'entered' and starts_at <= {_NOW} and (ends_at is null or ends_at > {_NOW})"
_READ = f"""{_MET} and (
    owner_unit = {_listed("units")}
    or commission = nullif({_said("office_of")}, '') or commission = nullif({_said("leads")}, '')
    or {_CURRENT} and (
        reach = 'platform'
        or reach = 'commission' and commission = {_said("library_of")}
        or id in (
            select request.item_id from library_request as request
            where request.requester = {_said("sub")} and request.state = 'granted' and request.expires_at > {_NOW}
        )
    )
)"""
_CARD = f"{_MET} and is_listed and {_CURRENT}"

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
    f"create policy seen on library_item for select to {{app}} using (({_READ}) or ({_CARD}))",
    "create policy added on library_item for insert to {app} with check (true)",
    f"create policy changed on library_item for update to {{app}} using ({_READ}) with check (true)",
    "create policy engine on library_item to {engine} using (true) with check (true)",
    # The conditions once more, without the card: the text is for those who may read it.
    f"create policy seen on library_text for select to {{app}} using (item_id in (select id from library_item where {_READ}))",
    "create policy added on library_text for insert to {app} with check (true)",
    f"create policy changed on library_text for update to {{app}} using (item_id in (select id from library_item where {_READ})) with check (true)",
    "create policy engine on library_text to {engine} using (true) with check (true)",
    "revoke all on library_index from {app}",
    "grant select, insert, update, delete on library_index to {engine}",
    "revoke update, delete, truncate on library_reading from {app}",
    "revoke delete, truncate on library_item from {app}",
)

# Who is recused from a clue is recused from what was made of it; kept on the entry by the database itself, so that no
# way of changing either can forget it.
_RECUSED = (
    """
    create function recused_of_clues(clue_ids uuid[]) returns text[] language sql volatile security definer
    set search_path = pg_catalog, public as $$
        select coalesce(array_agg(distinct sub order by sub), '{}') from clue, unnest(clue.recused) as sub
        where clue.id = any (clue_ids)
    $$
    """,
    """
    create function library_item_follows_clues() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public as $$
    begin
        if tg_op = 'INSERT' then
            -- A recusal that is being recorded right now is waited for.
            perform from clue where id = any (new.clue_ids) order by id for share;
        end if;
        new.recused := recused_of_clues(new.clue_ids);
        return new;
    end
    $$
    """,
    """
    create trigger recused_of_clues before insert or update on library_item
    for each row execute function library_item_follows_clues()
    """,
    """
    create function library_items_follow_clue() returns trigger language plpgsql security definer
    set search_path = pg_catalog, public as $$
    begin
        update library_item set recused = new.recused where clue_ids @> array[new.id];
        return null;
    end
    $$
    """,
    """
    create trigger library_items_follow after update of recused on clue
    for each row when (old.recused is distinct from new.recused) execute function library_items_follow_clue()
    """,
    "revoke all on function recused_of_clues(uuid[]) from public",
    "revoke all on function library_item_follows_clues() from public",
    "revoke all on function library_items_follow_clue() from public",
)


def _each(statements: tuple[str, ...]) -> str:
    quoted = (one.replace("%", "%%").replace("{app}", "%1$I").replace("{engine}", "%2$I") for one in statements)
    return "\n".join(f"execute format($sql${one}$sql$, app, engine);" for one in quoted)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def upgrade() -> None:
    _item()
    _parts()
    _request()
    _reading()
    for name in ("library_item", "library_text"):
        op.execute(f"alter table {name} enable row level security")
    for statement in _RECUSED:
        op.execute(statement)
    op.execute(_RIGHTS.format(body=_each(_STATEMENTS)))


def _item() -> None:
    op.create_table(
        "library_item",
        _id(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit_code", sa.String(), nullable=True),
        sa.Column("owner_unit", sa.String(), nullable=False),
        sa.Column("commission", sa.String(), nullable=False),
        sa.Column("secrecy_level", sa.String(), nullable=False),
        sa.Column("reach", sa.String(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        _instant("starts_at"),
        _instant("ends_at", nullable=True),
        sa.Column("clue_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("recused", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        _instant("entered_at"),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        _instant("withdrawn_at", nullable=True),
        sa.Column("erased_by", sa.String(), nullable=True),
        _instant("erased_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_library_item"),
    )
    for column in ("commission", "owner_unit", "unit_code"):
        op.create_index(f"ix_library_item_{column}", "library_item", [column, "id"])
    op.create_index("ix_library_item_clue_ids", "library_item", ["clue_ids"], postgresql_using="gin")


def _parts() -> None:
    op.create_table(
        "library_text",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source_ref", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["library_item.id"], name="fk_library_text_item_id_library_item", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name="pk_library_text"),
    )
    op.create_table(
        "library_index",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("title_words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["library_item.id"], name="fk_library_index_item_id_library_item", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name="pk_library_index"),
    )
    for column in ("words", "title_words"):
        op.create_index(f"ix_library_index_{column}", "library_index", [column], postgresql_using="gin")


def _request() -> None:
    op.create_table(
        "library_request",
        _id(),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("owner_unit", sa.String(), nullable=False),
        sa.Column("commission", sa.String(), nullable=False),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("requester_unit", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _instant("requested_at"),
        _instant("expires_at"),
        sa.Column("decided_by", sa.String(), nullable=True),
        _instant("decided_at", nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["library_item.id"], name="fk_library_request_item_id_library_item"),
        sa.PrimaryKeyConstraint("id", name="pk_library_request"),
    )
    op.create_index("ix_library_request_requester", "library_request", ["requester", "id"])
    op.create_index("ix_library_request_commission", "library_request", ["commission", "state", "id"])
    op.create_index("ix_library_request_item_id", "library_request", ["item_id"])
    op.create_index(
        "uq_library_request_open",
        "library_request",
        ["item_id", "requester"],
        unique=True,
        postgresql_where="state = 'requested'",
    )


def _reading() -> None:
    op.create_table(
        "library_reading",
        _id(),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=True),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        _instant("read_at"),
        sa.ForeignKeyConstraint(["item_id"], ["library_item.id"], name="fk_library_reading_item_id_library_item"),
        sa.PrimaryKeyConstraint("id", name="pk_library_reading"),
    )
    op.create_index("ix_library_reading_item_id", "library_reading", ["item_id", "id"])


def downgrade() -> None:
    op.execute("drop trigger library_items_follow on clue")
    for name in ("library_reading", "library_request", "library_index", "library_text", "library_item"):
        op.drop_table(name)
    for name in ("library_items_follow_clue()", "library_item_follows_clues()", "recused_of_clues(uuid[])"):
        op.execute(f"drop function {name}")
