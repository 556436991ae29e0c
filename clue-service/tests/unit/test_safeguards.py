"""Records of interference and requests for protection: their tables of moves, and who has which part."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from chassis.errors import MoveRefused
from clue_service.access.policy import Viewer
from clue_service.interference_records import domain as interference
from clue_service.interference_records import policy as interference_policy
from clue_service.interference_records.domain import RecordState
from clue_service.protection_requests import domain as protection
from clue_service.protection_requests import policy as protection_policy
from clue_service.protection_requests.domain import ProtectionState

ALLOWED: dict[Any, dict[Any, list[str]]] = {
    interference.MOVES: {RecordState.RECORDED: ["confirm", "dismiss"], RecordState.CONFIRMED: ["record-handling"]},
    protection.MOVES: {
        ProtectionState.REQUESTED: ["grant", "refuse", "withdraw"],
        ProtectionState.GRANTED: ["carry-out", "end", "withdraw"],
        ProtectionState.IN_FORCE: ["end", "renew", "withdraw"],
    },
}


@pytest.mark.parametrize(("table", "states"), [(interference.MOVES, RecordState), (protection.MOVES, ProtectionState)])
def test_every_state_allows_exactly_its_moves(table: Any, states: Any) -> None:
    for state in states:
        allowed = ALLOWED[table].get(state, [])
        assert sorted(table.allowed(state)) == allowed, state
        for verb in table.rows:
            if verb in allowed:
                assert table.take(verb, state).verb == verb
            else:
                with pytest.raises(MoveRefused):
                    table.take(verb, state)


def viewer(sub: str, *roles: str, **more: Any) -> Viewer:
    return Viewer(sub=sub, roles=frozenset(roles), commission="a", cleared_for=frozenset({"internal"}), **more)


@dataclass(frozen=True)
class Record:
    secrecy_level: str = "internal"
    commission: str = "a"
    reviewing_commission: str = "a"
    recorded_by: str = "rec"
    intervener_sub: str | None = None


LEADER = viewer("boss", "leader", leads="a", unit="a")
ABOVE = viewer("above", "leader", leads="p", unit="p")
OFFICE = viewer("office", "case_supervisor", office_of="a", unit="cmo")
RECORDER = viewer("rec", "handler", unit="inv")


@pytest.mark.parametrize(
    ("who", "record", "parts"),
    [
        (RECORDER, Record(), {"recorder"}),
        (LEADER, Record(), {"reviewer", "office"}),
        (OFFICE, Record(), {"office"}),
        (ABOVE, Record(), set()),
        (viewer("other", "handler", unit="inv"), Record(), set()),
        (viewer("pet", "intake_officer", office_of="a", unit="pet"), Record(), set()),
        (replace(LEADER, service="svc:x"), Record(), set()),
        (LEADER, Record(secrecy_level="secret"), set()),
        # About a leader of the commission: nobody there meets it but whoever recorded it.
        (RECORDER, Record(reviewing_commission="p"), {"recorder"}),
        (LEADER, Record(reviewing_commission="p"), set()),
        (OFFICE, Record(reviewing_commission="p"), set()),
        (ABOVE, Record(reviewing_commission="p"), {"reviewer"}),
        # Who interfered, whatever else they are.
        (LEADER, Record(intervener_sub="boss"), set()),
        (OFFICE, Record(intervener_sub="office"), set()),
        (ABOVE, Record(reviewing_commission="p", intervener_sub="above"), set()),
        (LEADER, Record(intervener_sub="office"), {"reviewer", "office"}),
    ],
)
def test_who_meets_a_record_of_interference(who: Viewer, record: Record, parts: set[str]) -> None:
    assert interference_policy.parts_in(who, record) == parts


@dataclass(frozen=True)
class Request:
    secrecy_level: str = "internal"
    commission: str = "a"
    charged_unit: str | None = None
    requested_by: str = "rec"


CHARGED = viewer("worker", "handler", unit="inv", units=frozenset({"inv"}))


@pytest.mark.parametrize(
    ("who", "request_", "parts"),
    [
        (RECORDER, Request(), {"requester"}),
        (LEADER, Request(), {"approver", "office"}),
        (OFFICE, Request(), {"office"}),
        (ABOVE, Request(), set()),
        (CHARGED, Request(), set()),
        (CHARGED, Request(charged_unit="inv"), {"charged"}),
        (CHARGED, Request(charged_unit="inv", secrecy_level="secret"), set()),
        (replace(CHARGED, roles=frozenset({"inspector"})), Request(charged_unit="inv"), set()),
        (replace(CHARGED, service="svc:x"), Request(charged_unit="inv"), set()),
    ],
)
def test_who_meets_a_request_for_protection(who: Viewer, request_: Request, parts: set[str]) -> None:
    assert protection_policy.parts_in(who, request_) == parts
