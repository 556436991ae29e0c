"""What case offices owe for every month or quarter, guarded by row-level security."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def _said(name: str) -> str:
    # In a subquery the setting is read once for a statement and not once for a row.
    return f"(select nullif(current_setting('heli.{name}', true), ''))"


_SEEN = f"""(select current_setting('heli.service', true)) = '' and (
    commission in ({_said("office_of")}, {_said("leads")})
    or unit = any ((select string_to_array(current_setting('heli.acts_for', true), ','))::text[])
)"""
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
    "clue_clock",
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


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "periodic_duty",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        _text("kind"),
        _text("state"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _text("commission"),
        _text("unit"),
        _text("every"),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("is_latest", sa.Boolean(), nullable=False),
        _text("due_rule"),
        sa.Column("due_rule_version", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_provisional", sa.Boolean(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_periodic_duty"),
        sa.UniqueConstraint(
            "commission", "unit", "kind", "period_from", name="uq_periodic_duty_commission_unit_kind_period_from"
        ),
    )
    op.create_index("ix_periodic_duty_commission", "periodic_duty", ["commission", "state", "id"])
    op.create_index("ix_periodic_duty_unit", "periodic_duty", ["unit", "id"])
    op.create_index("ix_periodic_duty_latest", "periodic_duty", ["period_to"], postgresql_where="is_latest")
    op.create_index(
        "uq_periodic_duty_latest",
        "periodic_duty",
        ["commission", "unit", "kind"],
        unique=True,
        postgresql_where="is_latest",
    )
    op.execute("alter table periodic_duty enable row level security")
    statements = [
        f"create policy seen on periodic_duty for select to {{app}} using ({_SEEN})",
        f"create policy changed on periodic_duty for update to {{app}} using ({_SEEN}) with check (true)",
        "create policy engine on periodic_duty to {engine} using (true) with check (true)",
        "revoke delete, truncate on periodic_duty from {app}",
        *_steps((*_PROCEEDINGS, "periodic_duty")),
    ]
    op.execute(_RIGHTS.replace("{body}", _each(statements)))


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
    op.drop_table("periodic_duty")
