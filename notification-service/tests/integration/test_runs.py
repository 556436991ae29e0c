"""Events handled together leave what they would leave one by one, with as many statements as one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.statements import watched
from chassis.testing.harness import Harness
from contracts.envelope import Envelope, Event
from sqlalchemy import event as sa_event
from sqlalchemy import text

from contracts import clue, inspection

CLUES = [UUID(int=number) for number in range(1, 4)]
FINDING = UUID(int=99)
MOST_STATEMENTS = 10


def _clue(number: int, kind: type[clue.ClueEvent], **more: Any) -> Event:
    fields: dict[str, Any] = {
        "clue_id": CLUES[number], "clue_no": f"A-2026-{number:05d}", "status": "assigned", "commission": "cdi-a",
        "receiving_unit": "pet-a", "subject_units": ["su-1"], "source_code": "PETITION", "registered_by": "petition-a",
        "outcome": "first_form", "method": "talk_inquiry", **more,
    }  # fmt: skip
    return kind.model_validate(fields)


DUE = {"first": "2026-12-01T16:00:00Z", "second": "2026-12-20T16:00:00Z"}


def story() -> list[tuple[Event, int]]:
    """Events with the version of their aggregate, as a busy hour brings them; one comes out of order."""
    finding = {
        "finding_id": FINDING, "team_id": UUID(int=7), "round_id": UUID(int=8), "unit_code": "su-1",
        "severity": "grave", "state": "recorded", "office_unit": "insp",
    }  # fmt: skip
    return [
        (_clue(0, clue.ClueRegistered, status="registered", registered_by="x"), 1),
        (_clue(0, clue.ClueAssigned, lead_unit="inv-a", due_at=DUE["first"]), 2),
        (_clue(1, clue.ClueRegistered, status="registered", overlap_policy="silent", due_at=DUE["first"]), 1),
        (inspection.FindingRecorded.model_validate(finding), 1),
        (_clue(0, clue.ClueAssigned, lead_unit="sup1-a", due_at=DUE["second"]), 4),
        (_clue(0, clue.ClueReturned, lead_unit="inv-a", due_at=DUE["first"]), 3),
        (_clue(2, clue.ClueResultRecorded, lead_unit="inv-a", origin_ref=f"finding:{FINDING}"), 9),
        (_clue(1, clue.ClueAssigned, lead_unit="inv-a", overlap_policy="silent", due_at=DUE["second"]), 2),
        (_clue(1, clue.ClueExtended, lead_unit="inv-a", overlap_policy="silent", due_at=DUE["second"]), 3),
        (clue.OverlapAlertDetected(alert_id=UUID(int=5), commissions=("cdi-a", "cdi-b"), state="detected"), 1),
        (_clue(2, clue.ClueClosed, lead_unit="inv-a", status="closed", due_at=None), 10),
    ]


KEPT = {
    "notices": "select kind, item_type, item_id, item_no, due_at, excluded_sub, is_lasting from notice"
    " order by 1, 2, 3",
    "addresses": "select n.kind, n.item_id, a.relation, a.target, a.roles::text, a.within, l.unit"
    " from notice_audience l join notice n on n.id = l.notice_id join audience a on a.id = l.audience_id"
    " order by 1, 2, 3, 4, 5",
    "inboxes": "select d.sub, n.kind, n.item_id, d.unit from delivery d join notice n on n.id = d.notice_id"
    " order by seq",
    "clocks": "select item_type, item_id, item_no, unit, rule, due_at, within, escalates_to, commission,"
    " started_at is null, profile, item_version, sequence from deadline order by 1, 2, 4",
    "outward": "select type, service, path, open_to from outward_event order by seq",
    "webhooks": "select w.url, d.event_type, d.state from webhook_delivery d join webhook w on w.id = d.webhook_id"
    " order by d.event_seq, w.url",
}


async def _kept(city: Harness) -> dict[str, list[tuple[Any, ...]]]:
    async with city.resources.database.sessions() as session:
        return {name: [tuple(row) for row in await session.execute(text(query))] for name, query in KEPT.items()}


async def _with_webhooks(city: Harness) -> None:
    async with city.resources.database.sessions.begin() as session:
        wanted = {"all": '["*"]', "clues": '["clue.clue.*"]', "alerts": '["clue.overlap_alert.detected.v1"]'}
        for url, types in wanted.items():
            await session.execute(
                text(
                    "insert into webhook (owner_sub, claimed, url, event_types, state, secret, failures, created_at,"
                    " version) values ('x', '{}', :url, cast(:types as jsonb), 'enabled', '', 0, now(), 1)"
                ),
                {"url": url, "types": types},
            )


def _enveloped(city: Harness) -> list[tuple[Envelope, Event]]:
    shared = {"actor": "officer", "commission": "cdi-a"}
    return [
        (city.envelope(one, str(getattr(one, one.key)), version=version, **shared), one) for one, version in story()
    ]


async def test_a_run_leaves_what_its_events_leave_one_by_one(city: Harness) -> None:
    await _with_webhooks(city)
    events = _enveloped(city)
    for one in events:
        await city.deliver_together([one])
    apart = await _kept(city)
    assert all(apart.values()), "each table is compared"
    async with city.resources.database.sessions.begin() as session:
        for table in ("notice", "audience", "deadline", "outward_event", "origin_office"):
            await session.execute(text(f"delete from {table}"))
    await city.deliver_together(events)
    assert await _kept(city) == apart
    await city.deliver_together(events)
    assert await _kept(city) == apart, "a replay changes nothing"


@contextmanager
def counted(city: Harness) -> Iterator[list[str]]:
    """The statements that are sent while the block runs."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engine = city.resources.database.engine.sync_engine
    sa_event.listen(engine, "before_cursor_execute", note)
    try:
        with watched(sent.append):
            yield sent
    finally:
        sa_event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("size", [1, 5, 60])
async def test_a_run_needs_as_many_statements_as_an_event(city: Harness, size: int) -> None:
    event = _clue(0, clue.ClueRegistered, status="registered", registered_by="x", due_at=DUE["first"])
    await city.deliver(event)
    run = []
    for number in range(size):
        one = event.model_copy(update={"clue_id": uuid4()})
        run.append((city.envelope(one, version=number + 1, commission="cdi-a"), one))
    with counted(city) as sent:
        await city.deliver_together(run)
    assert len(sent) <= MOST_STATEMENTS, sent
    async with city.resources.database.sessions() as session:
        assert await session.scalar(text("select count(*) from delivery where sub = 'cmo-a'")) == size + 1
