"""Row-level security around pairs and verdicts, shares, transfers, the library's requests and readings, and reports.

The release before asks these tables as its callers where it works for the service itself, such as for the pairs of
another commission's clue. It does not say ``heli.walls``, and the policies let its transactions through as before;
the release after this one takes that (``_BEFORE``) out of them.
"""

from alembic import op

revision = "0031"
down_revision = "0030"


def _said(name: str) -> str:
    # In a subquery the setting is read once for a statement and not once for a row.
    return f"(select current_setting('heli.{name}', true))"


def _listed(name: str) -> str:
    return f"any ((select string_to_array(current_setting('heli.{name}', true), ','))::text[])"


_BEFORE = """(
    select current_setting('heli.sub', true) <> '' and coalesce(current_setting('heli.walls', true), '') = ''
)"""
_PERSON = f"{_said('service')} = ''"
_SUB = _said("sub")
_LEVELS = "(select string_to_array(current_setting('heli.cleared_for', true), ','))::text[]"
_OWN = f"any (array[nullif({_said('office_of')}, ''), nullif({_said('leads')}, '')])"

_NOW = "(select nullif(current_setting('heli.now', true), '')::timestamptz)"

# As in 0011: the rule of access.policy.access_to. Shares show no pairs and no matters, so they do not count.
_CLUE_SEEN = f"""
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


def _sees_clue(which: str) -> str:
    return f"exists (select from clue where clue.id = {which} and ({_CLUE_SEEN}))"


_LOOKS_AFTER_SHARE = f"""{_PERSON} and (granted_by = {_SUB} or commission = {_OWN})
    and not is_kept_from_clue(clue_id, {_SUB}, {_LEVELS})"""
_TRANSFER = f"""{_PERSON} and (from_commission = {_OWN} or to_commission = {_OWN})
    and not is_kept_from_clue(clue_id, {_SUB}, {_LEVELS})
    and not is_kept_from_clue(received_clue_id, {_SUB}, {_LEVELS})"""
_MEETS_ENTRY = f"{_said('library_of')} <> '' and may_meet_library_item(item_id, {_SUB}, {_LEVELS})"
_LOOKS_AFTER_ENTRY = f"(owner_unit = {_listed('units')} or commission = {_OWN})"
_REPORT = f"""{_PERSON} and commission = {_OWN} and levels <@ {_LEVELS}
    and not is_recused_before(commission, {_SUB}, as_of)"""

# Who sees a row, who may add one, and who may change one; nobody deletes any.
_RULES: dict[str, tuple[str, str, str | None]] = {
    "candidate": (both := f"{_sees_clue('clue_a')} and {_sees_clue('clue_b')}", both, both),
    "candidate_verdict": (
        of_pair := "exists (select from candidate where candidate.id = candidate_id)",
        f"{of_pair} and decided_by = {_SUB}",
        None,
    ),
    "matter_change": (
        one_of := _sees_clue("any (clues_of_change(before, after, clue_ids))"),
        f"{one_of} and actor = {_SUB}",
        None,
    ),
    "clue_share": (
        f"{_PERSON} and grantee = {_SUB} and not is_recused_from(clue_id, {_SUB}) or {_LOOKS_AFTER_SHARE}",
        f"{_LOOKS_AFTER_SHARE} and granted_by = {_SUB} and commission = {_OWN} and commission = commission_of(clue_id)",
        _LOOKS_AFTER_SHARE,
    ),
    "clue_share_reading": (
        f"""exists (
            select from clue_share as share where share.id = share_id
            and (reader = {_SUB} or share.granted_by = {_SUB} or share.commission = {_OWN})
        )""",
        f"reader = {_SUB} and exists (select from clue_share as share where share.id = share_id and grantee = {_SUB})",
        None,
    ),
    "clue_transfer": (
        _TRANSFER,
        f"{_PERSON} and sent_by = {_SUB} and from_commission = {_OWN} and {_sees_clue('clue_id')}",
        _TRANSFER,
    ),
    "library_request": (
        requested := f"(requester = {_SUB} or {_LOOKS_AFTER_ENTRY}) and {_MEETS_ENTRY}",
        f"requester = {_SUB} and {_MEETS_ENTRY} and is_library_item_offered(item_id, owner_unit, commission, {_NOW})",
        requested,
    ),
    "library_reading": (
        f"""exists (
            select from library_item as item where item.id = item_id and (reader = {_SUB} or {_LOOKS_AFTER_ENTRY})
        )""",
        f"reader = {_SUB} and exists (select from library_item as item where item.id = item_id)",
        None,
    ),
    "trend_report": (_REPORT, f"{_REPORT} and made_by = {_SUB}", None),
}

# What the policies of a table ask of another whose own policies read that table: past those, and no more than this.
# Whether somebody is kept away, and not whether they may: of two offices that receive at once the one that waited
# looks at the row anew, but with the eyes of before, which do not see the other's new clue.
_ASKED = (
    """
    create function is_kept_from_clue(asked uuid, who text, levels text[]) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
        select exists (
            select from clue where id = asked and (who = any (recused) or not secrecy_level = any (levels))
        )
    $$
    """,
    """
    create function may_meet_library_item(asked uuid, who text, levels text[]) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
        select exists (
            select from library_item
            where id = asked and state <> 'erased' and not who = any (recused) and secrecy_level = any (levels)
        )
    $$
    """,
    """
    create function commission_of(asked uuid) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
        select commission from clue where id = asked
    $$
    """,
    """
    create function is_library_item_offered(asked uuid, owner text, of_commission text, at timestamptz) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
        select exists (
            select from library_item
            where id = asked and owner_unit = owner and commission = of_commission and is_listed
            and state = 'entered' and starts_at <= at and (ends_at is null or ends_at > at)
        )
    $$
    """,
    # Up to the report's day anywhere on earth: the service knows its clock's zone and asks to the end of that day.
    """
    create function is_recused_before(of_commission text, who text, day date) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
        select exists (
            select from clue where recused <> '{}' and recused @> array[who] and commission = of_commission
            and registered_at < day::timestamp at time zone 'UTC'
        )
    $$
    """,
)
_CLUES_OF_CHANGE = """
create function clues_of_change(before jsonb, after jsonb, named uuid[]) returns uuid[]
language sql immutable as $$
    select named || array(
        select (clue #>> '{}')::uuid
        from jsonb_path_query(jsonb_build_array(before, after), '$[*].*.members[*]') as clue
    )
$$
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
    quoted = (one.replace("%", "%%").replace("{app}", "%1$I").replace("{engine}", "%2$I") for one in statements)
    return "\n".join(f"execute format($sql${one}$sql$, app, engine);" for one in quoted)


def _policies(table: str, seen: str, added: str, changed: str | None) -> list[str]:
    found = [
        f"create policy seen on {table} for select to {{app}} using ({_BEFORE} or {seen})",
        f"create policy added on {table} for insert to {{app}} with check ({_BEFORE} or {added})",
        f"create policy engine on {table} to {{engine}} using (true) with check (true)",
    ]
    if changed is not None:
        using = f"{_BEFORE} or {changed}"
        found.append(f"create policy changed on {table} for update to {{app}} using ({using}) with check ({using})")
    return found


def upgrade() -> None:
    for function in (*_ASKED, _CLUES_OF_CHANGE):
        op.execute(function)
    statements = []
    for name in _FUNCTIONS:
        op.execute(f"revoke all on function {name} from public")
        statements.append(f"grant execute on function {name} to {{app}}, {{engine}}")
    for table, (seen, added, changed) in _RULES.items():
        op.execute(f"alter table {table} enable row level security")
        statements += _policies(table, seen, added, changed)
    op.execute(_RIGHTS.replace("{body}", _each(statements)))


_FUNCTIONS = (
    "is_kept_from_clue(uuid, text, text[])",
    "commission_of(uuid)",
    "may_meet_library_item(uuid, text, text[])",
    "is_library_item_offered(uuid, text, text, timestamptz)",
    "is_recused_before(text, text, date)",
    "clues_of_change(jsonb, jsonb, uuid[])",
)


def downgrade() -> None:
    for table in _RULES:
        for policy in ("seen", "added", "changed", "engine"):
            op.execute(f"drop policy if exists {policy} on {table}")
        op.execute(f"alter table {table} disable row level security")
    for name in _FUNCTIONS:
        op.execute(f"drop function {name}")
