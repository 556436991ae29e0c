"""Row-level security around consultations, advice, supervised handling, notices and the journal of all proceedings."""

from alembic import op

revision = "0023"
down_revision = "0022"


def _said(name: str) -> str:
    # In a subquery the setting is read once for a statement and not once for a row.
    return f"(select current_setting('heli.{name}', true))"


def _list(name: str) -> str:
    return f"(select string_to_array(current_setting('heli.{name}', true), ','))::text[]"


_OWN = f"any ({_list('acts_for')})"
_SUB = _said("sub")


def _person(level: str, kind: str, item: str) -> str:
    """No service, cleared, and not recused from the item."""
    cleared = f"{level} = any ({_list('cleared_for')})"
    return f"{_said('service')} = '' and {cleared} and not is_recused_from_item('{kind}', {item}, {_SUB})"


def _within(table: str, key: str) -> str:
    """``key`` is qualified: a column of the inner table may have the same name."""
    return f"exists (select from {table} where {table}.id = {key})"


# The rules of the features' policies; a test holds them together.
_SEEN = {
    "consultation": f"""{_person("secrecy_level", "consultation", "id")} and (
        convener_unit = {_OWN}
        or commission = {_said("leads")}
        or scheduled_at is not null and takes_part_in(id, {_list("acts_for")}, {_SUB})
    )""",
    "advice": f"""{_person("secrecy_level", "advice", "id")} and (
        issuing_unit = {_OWN} or commission = {_OWN}
        or state not in ('drafted', 'consulted', 'approved', 'withdrawn')
        and (addressed_unit = {_OWN} or watchers && {_list("acts_for")})
    )""",
    "supervised_handling": f"""{_person("secrecy_level", "clue", "clue_id")} and (
        ordering_unit = {_OWN}
        or commission = {_said("leads")}
        or state not in ('proposed', 'approved', 'rejected', 'withdrawn') and target_unit = {_OWN}
        or escalated_to = {_OWN}
    )""",
    "outcome_notice": f"""{_said("service")} = '' and secrecy_level = any ({_list("cleared_for")})
        and not is_recused_from_item(item_type, item_id, {_SUB})
        and (unit = {_OWN} or commission = {_OWN} or handling_unit = {_OWN})
    """,
    "reporter_notice": f"""{_said("service")} = '' and commission = {_said("office_of")}
        and {_within("clue", "reporter_notice.clue_id")}
    """,
    **{
        one: _within("consultation", f"{one}.consultation_id")
        for one in ("consultation_participant", "consultation_recusal", "consultation_clue", "consultation_opinion")
    },
    # Whoever has to do it sees the task, also without a part in what it comes from.
    "consultation_action": f"""{_within("consultation", "consultation_action.consultation_id")}
        or state <> 'proposed' and owner_unit = {_OWN} and {_said("service")} = ''
        and may_meet_consultation(consultation_id, {_list("cleared_for")}, {_SUB})
    """,
    "proceeding_step": "case item_type "
    + " ".join(
        f"when '{one}' then {_within(one, 'proceeding_step.item_id')}"
        for one in (
            "consultation",
            "advice",
            "supervised_handling",
            "outcome_notice",
            "reporter_notice",
            "jurisdiction_objection",
            "clarification",
            "accusation_finding",
        )
    )
    + " else false end",
}
_BY_THE_SERVICE_ONLY = frozenset({"outcome_notice", "reporter_notice"})
"""What nobody adds: it follows from events."""

# What an item rests on may be hidden from whoever has a part in it; whether they are recused is asked past it.
_FUNCTIONS = {
    "is_recused_from_item(text, uuid, text)": """
create function is_recused_from_item(kind text, asked uuid, who text) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    rests_on record;
begin
    if asked is null then
        return false;
    end if;
    if kind = 'clue' then
        return is_recused_from(asked, who);
    end if;
    if kind = 'advice' then
        select clue_id, consultation_id into rests_on from advice where id = asked;
        return is_recused_from(rests_on.clue_id, who)
            or is_recused_from_item('consultation', rests_on.consultation_id, who);
    end if;
    if kind = 'consultation' then
        return exists (select from consultation_recusal where consultation_id = asked and sub = who)
            or exists (
                select from consultation_clue join clue on clue.id = clue_id
                where consultation_id = asked and who = any (recused)
            )
            or exists (
                select from consultation join overlap_alert_clue using (alert_id)
                join clue on clue.id = overlap_alert_clue.clue_id
                where consultation.id = asked and who = any (recused)
            );
    end if;
    raise exception 'nobody is recused from a %', kind;
end
$$
""",
    "takes_part_in(uuid, text[], text)": """
create function takes_part_in(asked uuid, units text[], who text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select from consultation_participant
        where consultation_id = asked and unit = any (units) and (cardinality(persons) = 0 or who = any (persons))
    )
$$
""",
    "may_meet_consultation(uuid, text[], text)": """
create function may_meet_consultation(asked uuid, levels text[], who text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from consultation where id = asked and secrecy_level = any (levels))
        and not is_recused_from_item('consultation', asked, who)
$$
""",
}
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


def upgrade() -> None:
    for function in _FUNCTIONS.values():
        op.execute(function)
    statements = [f"grant execute on function {one} to {{app}}, {{engine}}" for one in _FUNCTIONS]
    for table, seen in _SEEN.items():
        op.execute(f"alter table {table} enable row level security")
        statements += [
            f"create policy seen on {table} for select to {{app}} using ({seen})",
            f"create policy changed on {table} for update to {{app}} using ({seen}) with check (true)",
            f"create policy deleted on {table} for delete to {{app}} using ({seen})",
            f"create policy engine on {table} to {{engine}} using (true) with check (true)",
        ]
        if table not in _BY_THE_SERVICE_ONLY:
            statements.append(f"create policy added on {table} for insert to {{app}} with check (true)")
    revoked = "\n".join(f"revoke all on function {one} from public;" for one in _FUNCTIONS)
    op.execute(_RIGHTS.replace("{revoked}", revoked).replace("{body}", _each(statements)))


def _each(statements: list[str]) -> str:
    quoted = (one.replace("%", "%%").replace("{app}", "%1$I").replace("{engine}", "%2$I") for one in statements)
    return "\n".join(f"execute format($sql${one}$sql$, app, engine);" for one in quoted)


def downgrade() -> None:
    for table in reversed(_SEEN):
        for policy in ("seen", "added", "changed", "deleted", "engine"):
            op.execute(f"drop policy if exists {policy} on {table}")
        op.execute(f"alter table {table} disable row level security")
    for function in reversed(_FUNCTIONS):
        op.execute(f"drop function {function}")
