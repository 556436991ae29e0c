"""Deletions and exports: their tables of moves, what holds a clue, and how long its content is kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from chassis.errors import MoveRefused
from clue_service.access.policy import Viewer
from clue_service.clue_deletions import domain as deletions
from clue_service.clue_deletions import policy as deletion_policy
from clue_service.clue_deletions.domain import DeletionState, Hold, Keeping, Standing, holds_of, keeping_of, kept_until
from clue_service.clue_exports import domain as exports
from clue_service.clue_exports import policy as export_policy
from clue_service.clue_exports.domain import ExportState
from clue_service.clue_exports.models import ClueExport

ALLOWED: dict[Any, dict[Any, list[str]]] = {
    deletions.MOVES: {DeletionState.REQUESTED: ["approve", "refuse", "withdraw"]},
    exports.MOVES: {
        ExportState.REQUESTED: ["approve", "refuse", "withdraw"],
        ExportState.APPROVED: ["make", "withdraw"],
        ExportState.MADE: ["withdraw"],
    },
}
DAY = date(2026, 11, 23)
FREE = Standing(
    status="archived",
    kept_until=DAY - timedelta(days=1),
    today=DAY,
    has_open_matter=False,
    has_open_proceeding=False,
    owes_notice=False,
    version=7,
    asked_version=7,
)


@pytest.mark.parametrize(("table", "states"), [(deletions.MOVES, DeletionState), (exports.MOVES, ExportState)])
def test_every_state_allows_exactly_its_moves(table: Any, states: Any) -> None:
    for state in states:
        allowed = ALLOWED[table].get(state, [])
        assert table.allowed(state) == allowed, state
        for verb in table.rows:
            if verb in allowed:
                assert table.take(verb, state).verb == verb
            else:
                with pytest.raises(MoveRefused) as refused:
                    table.take(verb, state)
                assert refused.value.members == {"state": state, "allowed_moves": allowed}


@pytest.mark.parametrize(
    ("change", "hold"),
    [
        ({"status": "closed"}, Hold.UNDER_REVIEW),
        ({"status": "sealed"}, Hold.UNDER_REVIEW),
        ({"status": "deleted"}, Hold.UNDER_REVIEW),
        ({"kept_until": DAY}, Hold.RETENTION),
        ({"kept_until": None}, Hold.PERMANENT),
        ({"has_open_matter": True}, Hold.OPEN_MATTER),
        ({"has_open_proceeding": True}, Hold.OPEN_PROCEEDING),
        ({"owes_notice": True}, Hold.OWED_NOTICE),
        ({"version": 8}, Hold.CHANGED_SINCE),
    ],
)
def test_each_hold_holds_by_itself(change: dict[str, Any], hold: Hold) -> None:
    assert holds_of(FREE) == []
    assert holds_of(replace(FREE, **change)) == [hold]


def test_retention_follows_what_came_of_it_and_never_ends_a_day_early() -> None:
    assert keeping_of("case_filed", was_assigned=True) is Keeping.FILED
    assert keeping_of("transferred_to_party_org", was_assigned=False) is Keeping.FILED
    assert keeping_of("first_form", was_assigned=False) is Keeping.HANDLED
    assert keeping_of(None, was_assigned=True) is Keeping.HANDLED
    assert keeping_of(None, was_assigned=False) is Keeping.NOT_HANDLED
    years = {Keeping.FILED: 0, Keeping.HANDLED: 30, Keeping.NOT_HANDLED: 10}
    assert kept_until(Keeping.FILED, DAY, years) is None
    assert kept_until(Keeping.HANDLED, DAY, years) == date(2056, 11, 23)
    assert kept_until(Keeping.NOT_HANDLED, date(2024, 2, 29), years) == date(2034, 2, 28)


def test_an_export_ends_by_the_clock_alone_where_somebody_may_still_use_it() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    for state in ExportState:
        after = exports.present_state(state, now, now)
        assert after == ("expired" if state in ("approved", "made") else state)
        assert exports.present_state(state, now + timedelta(seconds=1), now) == state


def test_nobody_is_asker_and_approver_of_an_export() -> None:
    item = ClueExport(commission="c1", requested_by="p1", secrecy_level="confidential")
    leader = {"roles": frozenset({"leader"}), "leads": "c1", "cleared_for": frozenset({"internal", "confidential"})}
    assert export_policy.parts_in(Viewer(sub="p1", **leader), item) == {"requester"}
    assert export_policy.parts_in(Viewer(sub="p2", **leader), item) == {"approver"}
    assert export_policy.parts_in(Viewer(sub="p2", **{**leader, "leads": "c2"}), item) == set()
    assert export_policy.parts_in(Viewer(sub="p2", **{**leader, "cleared_for": frozenset({"internal"})}), item) == set()
    assert export_policy.parts_in(Viewer(sub="p1", service="svc"), item) == set()


def test_a_deputy_decides_no_deletion() -> None:
    item: Any = ClueExport(commission="c1", secrecy_level="internal")
    for role, parts in (
        ("principal_leader", {"office", "approver"}),
        ("leader", {"office", "approver"}),
        ("deputy_leader", {"office"}),
    ):
        viewer = Viewer(sub="p", roles=frozenset({role}), leads="c1")
        assert deletion_policy.parts_in(viewer, item) == parts
    office = Viewer(sub="p", roles=frozenset({"intake_officer"}), office_of="c1")
    assert deletion_policy.parts_in(office, item) == set()
