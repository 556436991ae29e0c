"""What every formal proceeding shares: a table of moves, each row saying which roles in which part may take it. Pure.

A proceeding is a consultation, a letter of advice, a supervised handling, a clarification and the like. A caller's
*part* in one (convener, addressee, approver, …) is decided by the feature's own policy.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from chassis.errors import MoveRefused, Text
from chassis.moves import Move, MoveTable

from clue_service.access.policy import LEADERS
from clue_service.proceedings.errors import PartRequired

WORKERS = LEADERS | {"handler", "case_supervisor"}
"""Roles that act for their unit in a proceeding."""


@dataclass(frozen=True)
class PartMove(Move):
    """A row of a proceeding's table; ``by`` pairs roles with the part that a caller must have."""

    by: tuple[tuple[frozenset[str], str], ...] = ()


class PartMoves(MoveTable):
    """A proceeding's moves."""

    def __init__(self, rows: Iterable[PartMove]) -> None:
        self.rows: Mapping[str, PartMove] = MappingProxyType({row.verb: row for row in rows})
        super().__init__(self.rows.values())


def row(
    verb: str,
    sources: Iterable[str],
    target: str | None,
    by: tuple[tuple[frozenset[str], str], ...],
    event: str | None = None,
    note: str = "",
) -> PartMove:
    """One row; the roles are those of ``by``."""
    roles = frozenset[str]().union(*(roles for roles, _ in by))
    return PartMove(verb, frozenset(sources), target, roles, event, note, by)


class Actor(Protocol):
    """Who wants to take a move."""

    @property
    def roles(self) -> frozenset[str]: ...


def may_take(actor: Actor, parts: Collection[str], move: PartMove) -> bool:
    """Whether role and part of the caller allow a move."""
    return any(part in parts and not actor.roles.isdisjoint(roles) for roles, part in move.by)


def check_part(actor: Actor, parts: Collection[str], move: PartMove) -> None:
    """Raise PartRequired, saying who may, where role or part of the caller do not allow a move."""
    if not may_take(actor, parts, move):
        raise PartRequired(members={"who": [{"roles": sorted(roles), "part": part} for roles, part in move.by]})


def allowed_to(table: PartMoves, actor: Actor, parts: Collection[str], state: str) -> list[str]:
    """The moves the state allows and the caller may take."""
    return [verb for verb in table.allowed(state) if may_take(actor, parts, table.rows[verb])]


def refused(table: PartMoves, verb: str, state: str) -> MoveRefused:
    """What the table says of a move that something else than the state forbids as well."""
    allowed = [other for other in table.allowed(state) if other != verb]
    sentence = Text(f"状态为 {state} 时不能执行 {verb}", f"{verb} is not possible in state {state}")
    return MoveRefused(sentence, members={"state": state, "allowed_moves": allowed})
