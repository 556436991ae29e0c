"""Row-level security around content; keys, features and reporters belong to the engine's role; who is recused."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

_CONTENT = ("clue_subject", "clue_allegation", "clue_disposition", "clue_result")
_ENGINE_ONLY = ("clue_key", "clue_feature", "matching_frequency", "reporter")


def _said(name: str) -> str:
    # In a subquery the setting is read once for a statement and not once for a row.
    return f"(select current_setting('heli.{name}', true))"


def _listed(name: str) -> str:
    return f"any ((select string_to_array(current_setting('heli.{name}', true), ','))::text[])"


# The rule of access.policy.access_to; a test holds the two together.
_SEEN = f"""
    case when {_said("service")} <> '' then registered_via = {_said("service")}
    else not {_said("sub")} = any (recused) and (
        registered_by = {_said("sub")}
        or secrecy_level = {_listed("cleared_for")} and (
            commission = {_said("office_of")}
            or commission = {_said("leads")} and status not in ('registered', 'retained_as_repeat')
            or {_said("sub")} = any (approvers)
            or (
                lead_unit = {_listed("units")}
                or co_units && (select string_to_array(current_setting('heli.units', true), ','))::text[]
            ) and (
                {_said("handles")} = 'unit'
                or {_said("handles")} = 'member' and (cardinality(members) = 0 or {_said("sub")} = any (members))
            )
        )
    ) end
"""

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


def _each(statements: list[str]) -> str:
    quoted = (statement.replace("%", "%%").replace("{app}", "%1$I").replace("{engine}", "%2$I") for statement in statements)
    return "\n".join(f"execute format($sql${statement}$sql$, app, engine);" for statement in quoted)


def upgrade() -> None:
    op.add_column("clue", sa.Column("recused", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    statements = []
    for name in ("clue", *_CONTENT):
        op.execute(f"alter table {name} enable row level security")
        seen = _SEEN if name == "clue" else f"exists (select from clue where clue.id = {name}.clue_id)"
        statements += [
            f"create policy seen on {name} for select to {{app}} using ({seen})",
            # What is not seen is neither changed nor deleted, also by statements that read nothing.
            f"create policy added on {name} for insert to {{app}} with check (true)",
            f"create policy changed on {name} for update to {{app}} using ({seen}) with check (true)",
            f"create policy deleted on {name} for delete to {{app}} using ({seen})",
            f"create policy engine on {name} to {{engine}} using (true) with check (true)",
        ]
    for name in _ENGINE_ONLY:
        statements += [
            f"revoke all on {name} from {{app}}",
            f"grant select, insert, update, delete on {name} to {{engine}}",
        ]
    statements.append("grant insert on reporter to {app}")
    op.execute(_RIGHTS.format(body=_each(statements)))


def downgrade() -> None:
    statements = [f"grant select, insert, update, delete on {name} to {{app}}" for name in _ENGINE_ONLY]
    for name in (*_CONTENT, "clue"):
        for policy in ("seen", "added", "changed", "deleted", "engine"):
            op.execute(f"drop policy if exists {policy} on {name}")
        op.execute(f"alter table {name} disable row level security")
    op.execute(_RIGHTS.format(body=_each(statements)))
    op.drop_column("clue", "recused")
