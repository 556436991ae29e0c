"""What a unit of work says: events for the outbox and entries for the audit log, written together at its end.

One statement, however much was said: every write says something, and round trips are what a request waits for.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.envelope import Envelope, Event
from sqlalchemy import BigInteger, LargeBinary, Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db import as_rows
from chassis.statements import Statement


@dataclass(frozen=True)
class Staged:
    """An event that is to be written to the outbox."""

    envelope: Envelope
    event: Event


_OUTBOX = """
    insert into outbox (event_id, subject, aggregate_id, version, headers, data)
    select event_id, subject, aggregate_id, version, cast(headers as jsonb), data
    from unnest(:event_ids, :subjects, :aggregate_ids, :versions, :headers, :data) with ordinality
        as given (event_id, subject, aggregate_id, version, headers, data, n)
    order by n
"""
_AUDIT = """
    insert into audit_entry
        (at, actor, acting_for, unit, action, object_type, object_id, purpose, detail, request_id)
    select at, actor, acting_for, unit, action, object_type, object_id, purpose, detail, request_id
    from jsonb_to_recordset(:entries) as given (
        n integer, at timestamptz, actor text, acting_for text, unit text, action text, object_type text,
        object_id text, purpose text, detail jsonb, request_id text
    )
    order by n
"""
_OF_OUTBOX = (
    bindparam("event_ids", type_=ARRAY(Uuid)),
    bindparam("subjects", type_=ARRAY(Text)),
    bindparam("aggregate_ids", type_=ARRAY(Text)),
    bindparam("versions", type_=ARRAY(BigInteger)),
    bindparam("headers", type_=ARRAY(Text)),
    bindparam("data", type_=ARRAY(LargeBinary)),
)
_OF_AUDIT = bindparam("entries", type_=JSONB)
_EVENTS = Statement(text(_OUTBOX).bindparams(*_OF_OUTBOX))
_ENTRIES = Statement(text(_AUDIT).bindparams(_OF_AUDIT))
_BOTH = Statement(text(f"with staged as ({_OUTBOX}) {_AUDIT}").bindparams(*_OF_OUTBOX, _OF_AUDIT))


async def write(session: AsyncSession, events: Sequence[Staged], entries: Sequence[Mapping[str, Any]]) -> None:
    """Insert events and audit entries in their order, each table's numbers rising with it.

    The outbox numbers are drawn here, after all rows the transaction locks, so that they have the order of commits
    within an aggregate.
    """
    if events and entries:
        await _BOTH.run(session, {**_columns(events), "entries": as_rows(entries)})
    elif events:
        await _EVENTS.run(session, _columns(events))
    elif entries:
        await _ENTRIES.run(session, {"entries": as_rows(entries)})


def _columns(events: Sequence[Staged]) -> dict[str, list[Any]]:
    envelopes = [one.envelope for one in events]
    return {
        "event_ids": [one.id for one in envelopes],
        "subjects": [one.subject for one in envelopes],
        "aggregate_ids": [one.aggregate_id for one in envelopes],
        "versions": [one.version for one in envelopes],
        "headers": [json.dumps(one.to_headers()) for one in envelopes],
        "data": [one.event.to_data() for one in events],
    }
