"""What lies beside the clues: alerts, consultations, advice, transfers, notices, shares, imports, the audit log.

As many of each as an office makes of so many clues, spread over the commissions as the clues are; made by SQL.
"""

from collections.abc import Iterator
from uuid import UUID

import asyncpg

from clues.loading import COMMISSIONS, OFFICES

_DAY = "timestamptz '2026-03-02 09:00+00'"
_LATER = "timestamptz '2036-03-02 09:00+00'"  # what waits is not late, so the worker has nothing to do
_SECRECY = "case when n % 50 = 0 then 'confidential' else 'internal' end"
_UNITS = f"""
    'cdi-' || n % {COMMISSIONS} as cdi, 'cmo-' || n % {COMMISSIONS} as cmo, 'pet-' || n % {COMMISSIONS} as pet,
    'office-' || n % {COMMISSIONS} || '-' || n / {COMMISSIONS} % {OFFICES} as office,
    'office-' || n % {COMMISSIONS} || '-' || (n / {COMMISSIONS} + 2) % {OFFICES} as other_office,
    'cdi-' || (n + 1) % {COMMISSIONS} as other_cdi, 'su-' || n % 3000 as su
"""
_RECUSED_SUB = "'supervisor-' || case when n % 500 = 7 then 1 else n end"
OF_ONE = 500
"""Readings of the first share and of the first entry, errors of the first import."""


def item(kind: int, number: int) -> UUID:
    """The id of what stands in so manieth place of a kind; kinds are numbered so that no two share an id."""
    return UUID(int=kind * 10**8 + number)


OVERLAP_ALERT, CONSULTATION, ADVICE, HANDLING, OBJECTION, CLARIFICATION, FINDING, SHARE, MATTER = range(1, 10)


def _id(kind: int, number: str = "n") -> str:
    return f"lpad(to_hex({kind * 10**8}::bigint + {number}), 32, '0')::uuid"


def _clue(each: int, shift: int = 0) -> str:
    """A clue of the same commission as the row ``n`` of which there is one for ``each`` clues."""
    return f"lpad(to_hex((n * {each} / {COMMISSIONS} * {COMMISSIONS} + (n + {shift}) % {COMMISSIONS})), 32, '0')::uuid"


def _drawn(states: str) -> str:
    return f"(array[{states}])[1 + abs(hashint8(n)::bigint) % cardinality(array[{states}])]"


def _insert(table: str, each: int, values: dict[str, str], where: str = "true") -> tuple[str, int]:
    columns, expressions = ", ".join(values), ", ".join(values.values())
    numbers = f"(select n, {_UNITS} from generate_series(1::bigint, $1::bigint) as n) as numbered"
    return f"insert into {table} ({columns}) select {expressions} from {numbers} where {where} order by n", each


def _statements() -> Iterator[tuple[str, int]]:
    """(statement, clues for each row)."""
    yield from _overlaps()
    yield from _consultations()
    yield from _letters()
    yield from _settling()
    yield from _transfers_and_notices()
    yield from _rights()
    yield from _offices()


def _overlaps() -> Iterator[tuple[str, int]]:
    alert = {"id": _id(OVERLAP_ALERT), "state": _drawn("'acknowledged','resolved','resolved','resolved'")}
    alert |= {"outcome": f"case when {alert['state']} = 'resolved' then 'linked' end", "detected_at": _DAY}
    yield _insert("overlap_alert", 20, {**alert, "ack_due_at": _LATER, "version": "1"})
    for cdi in ("cdi", "other_cdi"):
        part = {"alert_id": _id(OVERLAP_ALERT), "commission": cdi, "joined_at": _DAY, "acknowledged_at": _DAY}
        yield _insert("overlap_alert_commission", 20, part)
    for shift, cdi in enumerate(("cdi", "other_cdi")):
        clue = {"alert_id": _id(OVERLAP_ALERT), "clue_id": _clue(20, shift), "commission": cdi}
        yield _insert("overlap_alert_clue", 20, {**clue, "stage": "'in_hand'", "bound_by": _clue(20)})
    yield _insert("matter", 20, {"id": _id(MATTER), "formed_at": _DAY})
    for shift in range(2):
        yield _insert("matter_member", 20, {"clue_id": _clue(20, shift), "matter_id": _id(MATTER)})


def _consultations() -> Iterator[tuple[str, int]]:
    row = {"id": _id(CONSULTATION), "kind": "'important_clue'", "state": _drawn("'held','tracking','closed','closed'")}
    row |= {"version": "4", "topic": "'测试会商' || n", "secrecy_level": _SECRECY, "convener_unit": "cmo"}
    row |= {"commission": "cdi", "convened_by": "'supervisor-' || n % 40", "convened_at": _DAY, "quorum": "2"}
    row |= {"opening": "'all'", "scheduled_at": _DAY, "attended": "array[office]"}
    yield _insert("consultation", 50, row)
    for unit in ("office", "other_office", "other_cdi"):
        part = {"consultation_id": _id(CONSULTATION), "unit": unit, "persons": "'{}'::text[]"}
        yield _insert("consultation_participant", 50, part)
    yield _insert("consultation_clue", 50, {"consultation_id": _id(CONSULTATION), "clue_id": _clue(50)})
    task = {"consultation_id": _id(CONSULTATION), "position": "0", "task": "'测试任务' || n", "owner_unit": "office"}
    task |= {"due_at": _LATER, "state": _drawn("'open','done','done'"), "version": "1"}
    yield _insert("consultation_action", 50, task)
    yield from _steps("consultation", CONSULTATION, 50)


def _letters() -> Iterator[tuple[str, int]]:
    letter = {
        "id": _id(ADVICE),
        "kind": "'supervisory'",
        "version": "3",
        "title": "'测试建议' || n",
        "problem": "'测试'",
    }
    letter |= {"state": _drawn("'approved','served','rectifying','closed','closed','closed'"), "demands": "'测试'"}
    letter |= {"secrecy_level": _SECRECY, "issuing_unit": "office", "commission": "cdi", "addressed_unit": "su"}
    letter |= {"watchers": "array[other_office]", "clue_id": _clue(50), "drafted_by": "'handler-' || n % 500"}
    letter |= {"drafted_at": _DAY, "reply_due_on": "date '2036-03-02'", "times_returned": "0"}
    yield _insert("advice", 50, letter)
    yield from _steps("advice", ADVICE, 50)
    order = {"id": _id(HANDLING), "version": "3", "trigger": "'overdue'", "method": "'letter'", "demand": "'测试'"}
    order |= {"state": _drawn("'approved','issued','in_progress','closed','closed'"), "secrecy_level": _SECRECY}
    order |= {"ordering_unit": "cmo", "commission": "cdi", "target_unit": "office", "clue_id": _clue(50)}
    order |= {"proposed_by": "'supervisor-' || n % 40", "proposed_at": _DAY, "times_returned": "0"}
    yield _insert("supervised_handling", 50, {**order, "times_pressed": "0"})
    yield from _steps("supervised_handling", HANDLING, 50)


def _settling() -> Iterator[tuple[str, int]]:
    shared = {"version": "2", "clue_id": _clue(200), "secrecy_level": _SECRECY}
    objection = {"id": _id(OBJECTION), "state": _drawn("'decided','withdrawn','meeting_recorded'"), **shared}
    objection |= {"transfer_id": _id(OBJECTION), "raised_by": "cdi", "sender": "other_cdi", "superior": "'cdi-0'"}
    objection |= {
        "route": "'common_superior'",
        "reason": "'测试'",
        "drafted_by": "'supervisor-' || n % 40",
        "raised_at": _DAY,
    }
    yield _insert("jurisdiction_objection", 200, objection)
    yield from _steps("jurisdiction_objection", OBJECTION, 200)
    shared["clue_id"] = _clue(100)
    cleared = {"id": _id(CLARIFICATION), "state": _drawn("'approved','closed','closed'"), **shared}
    cleared |= {"subject_id": _clue(100), "commission": "cdi", "handling_unit": "office", "forms": "array['written']"}
    cleared |= {"carried_out": "'{}'::text[]", "is_across": "false", "harm": "'none'", "scope": "'unit'"}
    yield _insert("clarification", 100, {**cleared, "drafted_by": "'handler-' || n % 500", "drafted_at": _DAY})
    yield from _steps("clarification", CLARIFICATION, 100)
    shared["clue_id"] = _clue(200)
    finding = {"id": _id(FINDING), "state": _drawn("'endorsed','mistaken_report','rejected'"), **shared}
    finding |= {"commission": "cdi", "approving_commission": "'cdi-0'", "grounds": "'测试'", "proposed_at": _DAY}
    yield _insert("accusation_finding", 200, {**finding, "proposed_by": "'supervisor-' || n % 40"})
    yield from _steps("accusation_finding", FINDING, 200)


def _steps(noun: str, kind: int, each: int) -> Iterator[tuple[str, int]]:
    for version, (verb, target) in enumerate((("draw-up", "drafted"), ("approve", "approved")), 1):
        step = {"item_type": f"'{noun}'", "item_id": _id(kind), "version": str(version), "verb": f"'{verb}'"}
        step |= {"target": f"'{target}'", "document": "'{}'::jsonb", "unit": "cmo", "taken_by": "'somebody'"}
        yield _insert("proceeding_step", each, {**step, "taken_at": _DAY})


def _transfers_and_notices() -> Iterator[tuple[str, int]]:
    moved = {"kind": "'transfer'", "state": _drawn("'sent','received','reported'"), "version": "1"}
    moved |= {"clue_id": _clue(20), "from_commission": "cdi", "to_unit": "other_cdi", "to_commission": "other_cdi"}
    yield _insert("clue_transfer", 20, {**moved, "reason": "'测试'", "sent_at": _DAY, "sent_by": "'supervisor-1'"})
    notice = {"state": _drawn("'notified','acknowledged','acknowledged'"), "version": "1", "kind": "'talk_inquiry'"}
    notice |= {"outcome": "'talk_inquiry'", "source_ref": "'bench:' || n", "item_type": "'clue'", "item_id": _clue(20)}
    notice |= {"about_unit": "su", "unit": "other_office", "handling_unit": "office", "commission": "cdi"}
    notice |= {"secrecy_level": _SECRECY, "notified_at": _DAY, "ack_due_at": _LATER}
    yield _insert("outcome_notice", 20, notice)
    owed = {"clue_id": _clue(5), "clue_no": "cdi || '-2026-' || n", "kind": "'acceptance'", "version": "1"}
    owed |= {"state": _drawn("'owed','given','given'"), "clue_version": "1", "commission": "cdi", "due_at": _LATER}
    yield _insert("reporter_notice", 5, {**owed, "due_provisional": "false"})
    clock = {"clue_id": _clue(10), "clue_no": "cdi || '-2026-' || n", "kind": "'inspection_report'", "version": "1"}
    clock |= {"state": _drawn("'open','met','met'"), "clue_version": "1", "commission": "cdi", "unit": "cdi"}
    clock |= {"due_rule": "'inspection_clue_report'", "due_rule_version": "1", "clock_start": "date '2026-03-02'"}
    yield _insert("clue_clock", 10, {**clock, "due_at": _LATER, "due_provisional": "false"})


def _rights() -> Iterator[tuple[str, int]]:
    share = {"id": _id(SHARE), "clue_id": _clue(50), "commission": "cdi", "grantee": "'handler-' || n % 500"}
    share |= {"parts": "array['subjects']", "purpose": "'测试'", "expires_at": _LATER, "granted_by": "'leader'"}
    share |= {"approval": """jsonb_build_object('approved_by', 'p-1', 'approval_ref', null)""", "granted_at": _DAY}
    yield _insert("clue_share", 50, {**share, "version": "1"})
    reading = {"share_id": _id(SHARE, "0 + 7"), "reader": "'handler-7'", "unit": "office", "read_at": _DAY}
    yield _insert("clue_share_reading", 1, reading, where=f"n <= {OF_ONE}")
    asked = {"clue_id": _clue(200), "commission": "cdi", "state": "'opened'", "requested_by": "'handler-' || n % 500"}
    yield _insert("unsealing", 200, {**asked, "requested_at": _DAY, "version": "4"})
    request = {"item_id": "lpad(to_hex(n), 32, '0')::uuid", "owner_unit": "office", "commission": "cdi"}
    request |= {"requester": "'handler-' || n % 500", "requester_unit": "other_office", "purpose": "'测试'"}
    request |= {"state": _drawn("'granted','refused','withdrawn'"), "version": "2", "requested_at": _DAY}
    yield _insert("library_request", 100, {**request, "expires_at": _DAY, "expiry_told_at": _DAY})
    recused = {"clue_id": _clue(200), "sub": _RECUSED_SUB, "basis": "'declared'", "recorded_by": "'supervisor-1'"}
    yield _insert("clue_recusal", 200, {**recused, "recorded_at": _DAY, "version": "1"})


def _offices() -> Iterator[tuple[str, int]]:
    receipt = {"commission": "cdi", "received_on": "date '2026-03-02'", "channel": "'letter'", "due_at": _LATER}
    receipt |= {"due_provisional": "false", "recorded_by": "'officer'", "recorded_at": _DAY, "version": "1"}
    yield _insert("sealed_receipt", 20, receipt)
    entry = {"at": _DAY, "actor": "'supervisor-' || n % 40", "action": "'read'", "object_type": "'clue'"}
    entry |= {"object_id": f"({_clue(1)})::text", "unit": "cmo", "detail": "'{}'::jsonb"}
    # In small transactions long over, as the sealer finds them.
    yield _insert("audit_entry", 1, {**entry, "transaction_id": "1 + n / 2000"})
    sent = {"form": "'csv'", "is_dry_run": "false", "status": "'succeeded'", "received_bytes": "1", "rows_done": "9"}
    sent |= {"created": "9", "known": "0", "receipts": "0", "refused": "0", "created_by": "'officer-x'"}
    sent |= {"caller": "'officer-x'", "unit": "'pet-7'", "roles": "array['intake_officer']", "clearance": "'internal'"}
    sent |= {"request_id": "'bench'", "created_at": _DAY, "updated_at": _DAY, "version": "3"}
    yield _insert("clue_import", 500, {"id": "lpad(to_hex(n), 32, '0')::uuid", **sent})
    fault = {"import_id": "lpad('1', 32, '0')::uuid", "row_number": "n", "position": "0", "code": "'enum'"}
    yield _insert("clue_import_error", 1, fault, where=f"n <= {OF_ONE}")


# Some are recused from several matters, hardly anybody from many.
_RECUSED = "update clue set recused = array[met.sub] from clue_recusal as met where met.clue_id = clue.id"
_TABLES = (
    "overlap_alert", "overlap_alert_commission", "overlap_alert_clue", "matter", "matter_member", "consultation",
    "consultation_participant", "consultation_clue", "consultation_action", "advice", "supervised_handling",
    "jurisdiction_objection", "clarification", "accusation_finding", "proceeding_step", "clue_transfer",
    "outcome_notice", "reporter_notice", "clue_clock", "clue_share", "clue_share_reading", "unsealing",
    "library_request", "clue_recusal", "sealed_receipt", "audit_entry", "clue_import", "clue_import_error", "clue",
)  # fmt: skip


async def fill(dsn: str, clues: int) -> None:
    """Store what lies beside so many clues; what lies there complete is left as it is."""
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("select to_regclass('bench_beside') is not null"):
            return
        async with connection.transaction():
            # No triggers, and no foreign keys looked up one by one: every row names what is there.
            await connection.execute("set local session_replication_role = replica")
            for statement, each in _statements():
                await connection.execute(statement, clues // each - 1, timeout=1_800)
            await connection.execute(_RECUSED)
            await connection.execute("create table bench_beside ()")
        for table in _TABLES:
            await connection.execute(f"vacuum analyze {table}", timeout=1_800)
    finally:
        await connection.close()
