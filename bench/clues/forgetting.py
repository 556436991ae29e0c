"""What measurements took in is taken out again before the next, so that each meets what was loaded and nothing else.

Letters of every run tell of the same few hundred matters. Left in place, after some dozens of runs an intake would meet
fifty clues on its matter where the first met one or two, and be measured twice as slow.
"""

import asyncpg

_LOADED = "00ffffff-ffff-ffff-ffff-ffffffffffff"
"""Ids of what is loaded are counted up from nothing; the service makes ids of the time, which come behind this."""
_OF_CLUES = (
    "candidate:clue_a", "candidate:clue_b", "clue_allegation:clue_id", "clue_clock:clue_id", "clue_key:clue_id",
    "clue_subject:clue_id", "matching_pending:clue_id", "matter_link:clue_a", "matter_link:clue_b",
    "matter_member:clue_id", "overlap_alert_clue:clue_id", "reporter:clue_id", "reporter_notice:clue_id", "clue:id",
)  # fmt: skip
_OF_ALERTS = (
    "consultation_clue:consultation_id", "consultation_action:consultation_id",
    "consultation_participant:consultation_id", "consultation:id", "overlap_alert_clue:alert_id",
    "overlap_alert_commission:alert_id", "overlap_alert:id", "proceeding_step:item_id",
)  # fmt: skip
_EMPTIED = ("outbox", "inbox", "blind_hit_count")
_VACUUMED = "candidate, clue, clue_allegation, clue_subject, clue_key, clue_feature, overlap_alert, overlap_alert_clue"


async def forget(dsn: str) -> int:
    """Take out what earlier measurements stored in a database that is used again; how many clues.

    ``dsn`` is a superuser's: triggers and references are passed over.
    """
    connection = await asyncpg.connect(dsn)
    try:
        gone: int = await connection.fetchval("select count(*) from clue where id > $1::uuid", _LOADED)
        if not gone:
            return 0
        await connection.execute("set session_replication_role = replica")
        features = "delete from clue_feature using clue_key where clue_key.id = clue_feature.id and clue_id > $1::uuid"
        await connection.execute(features, _LOADED)
        for one in (*_OF_CLUES, *_OF_ALERTS):
            table, column = one.split(":")
            await connection.execute(f"delete from {table} where {column} > $1::uuid", _LOADED)
        await connection.execute(f"truncate {', '.join(_EMPTIED)}")
        await connection.execute(f"vacuum (analyze) {_VACUUMED}")
        return gone
    finally:
        await connection.close()
