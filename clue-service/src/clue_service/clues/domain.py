"""Rules of a clue: its moves as one table. Pure; outcomes.py says what outcomes lead to, stages.py how far one is."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chassis.moves import Move, MoveTable

from clue_service.access.policy import LEADERS
from clue_service.clues.states import Status, UnitRelation


@dataclass(frozen=True)
class ClueMove(Move):
    """A row of the table. ``who`` says which roles may, each with the relation its unit must have to the clue."""

    who: tuple[tuple[frozenset[str], UnitRelation], ...] = ()
    payload: str = "{}"
    guard: str = ""
    approver: str = ""
    """Who approves, where that is not the one who moves."""
    approver_roles: frozenset[str] = frozenset()
    """Whom ``approved_by`` may name; empty where the rank table or the rule of the clock says so."""
    events: tuple[str, ...] = field(default=())
    for_silent: bool = False
    """Whether only a clue that is silent can be moved so."""
    for_paused: bool | None = None
    """Whether only a clue whose clock stands still can be moved so, or only one whose clock does not."""


S = Status
_OFFICE = (frozenset({"intake_officer", "case_supervisor"}), UnitRelation.COMMISSION)
_SUPERVISOR = (frozenset({"case_supervisor"}), UnitRelation.COMMISSION)
_APPROVER = (LEADERS, UnitRelation.APPROVAL)
_HANDLER = (frozenset({"handler"}), UnitRelation.LEAD_UNIT)
PRINCIPAL = frozenset({"leader", "principal_leader"})


def _move(
    verb: str,
    sources: Iterable[Status],
    target: Status | None,
    who: tuple[tuple[frozenset[str], UnitRelation], ...],
    events: tuple[str, ...],
    payload: str = "{}",
    guard: str = "",
    *,
    approver: str = "",
    approver_roles: frozenset[str] = frozenset(),
    for_silent: bool = False,
    for_paused: bool | None = None,
) -> ClueMove:
    return ClueMove(
        verb=verb,
        sources=frozenset(sources),
        target=target,
        roles=frozenset().union(*(roles for roles, _ in who)),
        event=f"clue.clue.{events[0]}.v1",
        who=who,
        payload=payload,
        guard=guard,
        approver=approver,
        approver_roles=approver_roles,
        events=tuple(f"clue.clue.{name}.v1" for name in events),
        for_silent=for_silent,
        for_paused=for_paused,
    )


ERASED = frozenset({S.SEALED, S.DELETED})
"""States in which only the number is left. ``deleted`` is reached by a deletion of its own, never by a move."""
_CHECKS = (S.TALK_INQUIRY, S.PRELIMINARY_VERIFICATION)
_PROPOSAL = '{"method", "reason", "plan"?}'
_DECISION = '{"reason"?, "approved_by"?}'

MOVE_ROWS: tuple[ClueMove, ...] = (
    _move("accept", [S.REGISTERED], S.ACCEPTED, (_OFFICE,), ("accepted",)),
    _move(
        "decline",
        [S.REGISTERED],
        S.NOT_ACCEPTED,
        (_OFFICE,),
        ("declined",),
        '{"ground", "reason"}',
        "it belongs to litigation, arbitration or review, is another body's duty, or only names an offence",
    ),
    _move(
        "forward",
        [S.REGISTERED],
        S.FORWARDED,
        (_SUPERVISOR,),
        ("forwarded",),
        '{"to_unit" | "to_body", "reason", "legal_basis"?, "approved_by"?}',
        "to another commission, or to a body outside; no result is expected",
        approver="deputy in charge, where one is named",
        approver_roles=LEADERS,
    ),
    _move(
        "assign-down",
        [S.REGISTERED],
        S.ASSIGNED_DOWN,
        (_SUPERVISOR,),
        ("assigned_down",),
        '{"to_unit", "ground", "reason", "legal_basis"?, "approved_by"}',
        "to a commission below; it owes a result within the limit",
        approver="deputy in charge", approver_roles=LEADERS,
    ),
    _move(
        "assign",
        [S.ACCEPTED],
        S.ASSIGNED,
        (_SUPERVISOR,),
        ("assigned",),
        '{"lead_unit", "co_units": [], "members": []?, "approved_by"}',
        "lead and co units lie in the clue's commission; the clock of the disposition opinion starts",
        approver="principal leader",
        approver_roles=PRINCIPAL,
    ),
    _move(
        "change-members",
        [S.ASSIGNED, S.DISPOSITION_PROPOSED, S.ON_HOLD, *_CHECKS],
        None,
        (_SUPERVISOR, _APPROVER),
        ("members_changed",),
        '{"members": [], "reason", "approved_by"?}',
        "others handle it from now on, or all handlers of the lead and co units; a verification keeps two; clock stays",
        approver="deputy in charge",
        approver_roles=LEADERS,
    ),
    _move(
        "transfer",
        [S.REGISTERED, S.ACCEPTED, S.ASSIGNED],
        S.TRANSFERRED,
        (_SUPERVISOR,),
        ("transferred",),
        '{"to_unit" | "to_body", "reason", "legal_basis"?, "result_due"?, "approved_by"}',
        "to another commission, or to a body outside; the result comes back; the clock ends",
        approver="deputy in charge",
        approver_roles=LEADERS,
    ),
    _move(
        "recall",
        [S.FORWARDED, S.ASSIGNED_DOWN, S.TRANSFERRED],
        S.REGISTERED,
        (_SUPERVISOR,),
        ("recalled",),
        '{"reason"}',
        "nobody has received it yet",
    ),
    _move(
        "split",
        [S.REGISTERED, S.ACCEPTED, S.ASSIGNED, S.ON_HOLD, *_CHECKS],
        None,
        (_SUPERVISOR,),
        ("split",),
        '{"parts": [{"allegation_ids", "subject_ids"?, "summary"?}], "reason"}',
        "some allegations stay; the others become clues of their own, registered with numbers; the state stays",
    ),
    _move(
        "return",
        [S.ASSIGNED, S.RETAINED_AS_REPEAT],
        S.REGISTERED,
        (_SUPERVISOR, _APPROVER),
        ("returned",),
        '{"reason", "approved_by"?}',
        "the clock ends; a repeat parts from its first clue",
        approver="deputy in charge",
        approver_roles=LEADERS,
    ),
    _move(
        "propose-disposition",
        [S.ASSIGNED, S.ON_HOLD, *_CHECKS],
        S.DISPOSITION_PROPOSED,
        (_HANDLER,),
        ("disposition_proposed",),
        _PROPOSAL,
        "no rival leads the matter; the clock stops",
    ),
    _move(
        "approve-disposition",
        [S.DISPOSITION_PROPOSED],
        None,
        (_APPROVER,),
        ("disposition_approved", "closed"),
        _DECISION,
        "not by the proposer; rank table; a verification's team has two members or more; no rival leads the matter;"
        " talk_inquiry and preliminary_verification take its lead; the clock of the new state starts",
        approver="whoever decides, or whom the rank table names; for the verification of a head of the next level a"
        " paper of the Party secretary or the standing committee",
    ),
    _move(
        "reject-disposition",
        [S.DISPOSITION_PROPOSED],
        None,
        (_APPROVER,),
        ("disposition_rejected",),
        _DECISION,
        "not by the proposer; rank table; the clock goes on",
        approver="whoever decides, or whom the rank table names",
    ),
    _move(
        "record-result",
        _CHECKS,
        None,
        (_HANDLER,),
        ("result_recorded", "closed"),
        '{"outcome", "four_forms"?, "note"?, "approved_by"?}',
        "the outcome belongs to the check that was made",
        approver="principal leader, of a verification's report and of a first form for a managed cadre",
    ),
    _move(
        "record-talk", [S.TALK_INQUIRY], None, (_HANDLER, _SUPERVISOR), ("due_changed",), '{"held_on"}',
        "a talk was held that day: the report is counted from the last talk or reply, and ends no earlier by that",
        for_paused=False,
    ),
    _move(
        "retain-as-repeat",
        [S.REGISTERED],
        S.RETAINED_AS_REPEAT,
        (_SUPERVISOR, _APPROVER),
        ("retained_as_repeat",),
        '{"first_clue_id", "reason"?}',
        "the first clue was registered earlier in the same commission, is no repeat itself, nor erased; both form one"
        " matter",
    ),
    _move(
        "reopen",
        [S.CLOSED],
        S.DISPOSITION_PROPOSED,
        (_SUPERVISOR, _APPROVER),
        ("reopened",),
        '{"reason", "method"?, "plan"?, "approved_by"?}',
        "there was a lead unit; no rival leads the matter",
        approver="whoever approves the disposition it proposes",
    ),
    _move(
        "archive",
        [
            S.CLOSED, S.CASE_FILED, S.TRANSFERRED_TO_PARTY_ORG, S.NOT_ACCEPTED, S.FORWARDED, S.ASSIGNED_DOWN,
            S.TRANSFERRED, S.RETAINED_AS_REPEAT,
        ],
        S.ARCHIVED,
        (_SUPERVISOR, _APPROVER),
        ("archived",),
        guard="of an assigned-down or transferred clue the result is back; a real-name reporter is owed nothing",
    ),
    _move(
        "extend",
        [S.ASSIGNED, S.ON_HOLD, S.ASSIGNED_DOWN, *_CHECKS],
        None,
        (_SUPERVISOR, _APPROVER),
        ("extended",),
        '{"until", "reason", "approved_by"}',
        "a clock runs and ends before the new date; not further than its rule allows",
        approver="whom the rule of the clock names, by how often it was extended",
        for_paused=False,
    ),
    _move(
        "pause",
        [S.ASSIGNED, *_CHECKS],
        None,
        (_SUPERVISOR, _APPROVER),
        ("paused",),
        '{"ground", "reason", "approved_by"}',
        "a clock runs, is not late, and its rule knows pauses; the state stays",
        approver="whom the rule of the clock names",
        for_paused=False,
    ),
    _move(
        "resume",
        [S.ASSIGNED, *_CHECKS],
        None,
        (_SUPERVISOR, _APPROVER),
        ("resumed",),
        guard="the clock stands still; its end moves by the days that were lost",
        for_paused=True,
    ),
    _move(
        "seal",
        set(S) - ERASED,
        None,
        (_OFFICE, _APPROVER),
        ("sealed",),
        '{"reason"}',
        "the first of two people asks for it, a second one does it: content, keys, candidates and vault are erased, the"
        " number stays",
        approver="a second person",
    ),
    _move(
        "announce",
        set(S) - ERASED,
        None,
        (_OFFICE,),
        ("announced",),
        '{"reason"}',
        "the clue is silent; its state stays; it is matched anew and other commissions are told",
        for_silent=True,
    ),
)  # fmt: skip
MOVES = MoveTable(MOVE_ROWS)
ROWS = {row.verb: row for row in MOVE_ROWS}
