"""Who may move a clue how: roles by unit relation, the rank table, and what the clue's state allows. Pure."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Protocol

from chassis.errors import MoveRefused, Text

from clue_service.access.policy import LEADERS, Viewer
from clue_service.clues.approval_schemas import PaperOffice
from clue_service.clues.domain import MOVES, PRINCIPAL, ROWS, ClueMove
from clue_service.clues.states import Outcome, Status, UnitRelation
from clue_service.clues.vocabulary import RANKS, TopLeader

# Whom the committee of the level itself manages is for its principal leader, the others for the deputy in charge.
_FOR_PRINCIPAL = frozenset({"bureau_deputy", "bureau_chief", "above"})
_HEADS_NOW = frozenset({TopLeader.WHEN_HANDLED, TopLeader.BOTH})
_HEADS_FROM = {"central": "bureau_chief", "province": "bureau_deputy", "city": "division_deputy"}
"""Level of a commission → the lowest rank of those who head what lies one level below; of counties, sections."""
_ABOVE_LEADERS = frozenset({PaperOffice.PARTY_SECRETARY, PaperOffice.STANDING_COMMITTEE})
LEAST_TEAM = 2
"""How many members a preliminary verification takes, where any are named."""


class Reported(Protocol):
    """Of a subject what decides who approves."""

    @property
    def rank(self) -> str | None: ...
    @property
    def top_leader(self) -> str | None: ...


def is_next_level_head(subject: Reported, level: str | None) -> bool:
    """Whether a subject heads a unit now, of the rank that heads below a commission of this level have, or higher.

    Where neither level nor rank is known they are taken for such a one: a higher leader than needed does no harm.
    """
    if subject.top_leader not in _HEADS_NOW:
        return False
    lowest = RANKS.index(_HEADS_FROM.get(level or "", "section_deputy"))
    return subject.rank not in RANKS or RANKS.index(subject.rank) >= lowest


def is_managed(subject: Reported, level: str | None) -> bool:
    """Whether a subject is for the principal leader by the rank table, or as a head of the next level."""
    return subject.rank in _FOR_PRINCIPAL or is_next_level_head(subject, level)


def approver_roles(subjects: Iterable[Reported], level: str | None) -> frozenset[str]:
    """The rank table: which leaders decide a disposition. ``leader`` counts as either kind.

    ``level``: of the commission in the directory, such as ``county``; None where it tells none.
    """
    return PRINCIPAL if any(is_managed(one, level) for one in subjects) else LEADERS


def verification_offices(subjects: Iterable[Reported], level: str | None) -> frozenset[PaperOffice]:
    """Whose paper a preliminary verification takes; empty where leaders of the commission approve it by themselves."""
    return _ABOVE_LEADERS if any(is_next_level_head(one, level) for one in subjects) else frozenset()


def result_approver_roles(status: str, outcome: str, subjects: Iterable[Reported], level: str | None) -> frozenset[str]:
    """Which leaders approve an outcome; empty where it takes no approval of its own.

    A verification's report is the principal leader's, as is a first form that a managed cadre gets after a talk.
    """
    is_first_form = outcome == Outcome.FIRST_FORM and any(is_managed(one, level) for one in subjects)
    if status == Status.PRELIMINARY_VERIFICATION or is_first_form:
        return PRINCIPAL
    return frozenset()


class Handled(Protocol):
    """What a unit relation depends on."""

    @property
    def commission(self) -> str: ...
    @property
    def lead_unit(self) -> str | None: ...
    @property
    def members(self) -> Collection[str]: ...


def has_relation(viewer: Viewer, clue: Handled, relation: UnitRelation) -> bool:
    """Whether the caller's unit stands to the clue as a move asks."""
    if relation is UnitRelation.COMMISSION:
        return viewer.commission == clue.commission
    is_lead = clue.lead_unit is not None and clue.lead_unit in viewer.units
    if relation is UnitRelation.LEAD_UNIT:
        return is_lead and (not clue.members or viewer.sub in clue.members)
    return is_lead or viewer.leads == clue.commission


def may_take(viewer: Viewer, clue: Handled, row: ClueMove) -> bool:
    """Whether role and unit of the caller allow a move."""
    return any(
        not viewer.roles.isdisjoint(roles) and has_relation(viewer, clue, relation) for roles, relation in row.who
    )


def is_leaders(row: ClueMove) -> bool:
    """Whether leaders take the move as leaders: they approve it by that."""
    return any(roles == LEADERS for roles, _ in row.who)


class Movable(Handled, Protocol):
    """What possible moves depend on besides."""

    @property
    def status(self) -> str: ...
    @property
    def overlap_policy(self) -> str: ...
    @property
    def paused_on(self) -> date | None: ...


def possible_moves(clue: Movable) -> list[str]:
    """The moves the state allows."""
    is_silent, is_paused = clue.overlap_policy == "silent", clue.paused_on is not None
    rows = (ROWS[verb] for verb in MOVES.allowed(clue.status))
    return [row.verb for row in rows if (is_silent or not row.for_silent) and row.for_paused in (None, is_paused)]


def check_possible(clue: Movable, verb: str) -> None:
    """Raise MoveRefused, with the state and what it allows, where it does not allow a move."""
    allowed = possible_moves(clue)
    if verb not in allowed:
        sentence = Text(f"状态为 {clue.status} 时不能执行 {verb}", f"{verb} is not possible in state {clue.status}")
        raise MoveRefused(sentence, members={"state": clue.status, "allowed_moves": allowed})


def allowed_to(viewer: Viewer, clue: Movable) -> list[str]:
    """The moves the state allows and the caller may take."""
    return [verb for verb in possible_moves(clue) if may_take(viewer, clue, ROWS[verb])]
