"""Whether a text of the library may be read is asked of its own entry, and no more of all entries at once.

``item_id in (select …)`` made PostgreSQL collect every entry that the caller may read before it looked at one text:
100 ms with a hundred thousand entries, for every reading, every page of a search, and several times for every file.
"""

from alembic import op

revision = "0024"
down_revision = "0023"


def _said(name: str) -> str:
    return f"(select current_setting('heli.{name}', true))"


def _listed(name: str) -> str:
    return f"any ((select string_to_array(current_setting('heli.{name}', true), ','))::text[])"


_NOW = "(select nullif(current_setting('heli.now', true), '')::timestamptz)"
# As in 0014: the rules of library_items.policy.
_READ = f"""{_said("library_of")} <> '' and state <> 'erased' and not {_said("sub")} = any (recused)
    and secrecy_level = {_listed("cleared_for")} and (
    owner_unit = {_listed("units")}
    or commission = nullif({_said("office_of")}, '') or commission = nullif({_said("leads")}, '')
    or state = 'entered' and starts_at <= {_NOW} and (ends_at is null or ends_at > {_NOW}) and (
        reach = 'platform'
        or reach = 'commission' and commission = {_said("library_of")}
        or id in (
            select request.item_id from library_request as request
            where request.requester = {_said("sub")} and request.state = 'granted' and request.expires_at > {_NOW}
        )
    )
)"""
_OF_ONE = f"exists (select from library_item where library_item.id = library_text.item_id and {_READ})"
_OF_ALL = f"item_id in (select id from library_item where {_READ})"
_POLICIES = """
do $$
begin
    if exists (select from pg_policies where tablename = 'library_text' and policyname = 'seen') then
        alter policy seen on library_text using ({using});
        alter policy changed on library_text using ({using});
    end if;
end
$$
"""


def upgrade() -> None:
    op.execute(_POLICIES.format(using=_OF_ONE))


def downgrade() -> None:
    op.execute(_POLICIES.format(using=_OF_ALL))
