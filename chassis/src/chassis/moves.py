"""State machines as tables: verb, states it leaves, state it reaches, who may, which event follows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from chassis.errors import MoveRefused, Text


@dataclass(frozen=True)
class Move:
    """One row of a state machine. ``target`` is None where the move's payload decides the state."""

    verb: str
    sources: frozenset[str]
    target: str | None
    roles: frozenset[str] = frozenset()
    event: str | None = None
    note: str = field(default="", compare=False)


class MoveTable:
    """All moves of one state machine, asked by verb and state."""

    def __init__(self, moves: Iterable[Move]) -> None:
        self._moves = {move.verb: move for move in moves}

    def __iter__(self) -> Iterator[Move]:
        return iter(self._moves.values())

    def __getitem__(self, verb: str) -> Move:
        return self._moves[verb]

    def allowed(self, state: str) -> list[str]:
        """The verbs that may leave ``state``, in the table's order."""
        return [move.verb for move in self if state in move.sources]

    def take(self, verb: str, state: str) -> Move:
        """The move; raises ``MoveRefused`` with the state and what it allows."""
        move = self._moves[verb]
        if state not in move.sources:
            allowed = self.allowed(state)
            raise MoveRefused(
                Text(f"状态为 {state} 时不能执行 {verb}", f"{verb} is not possible in state {state}"),
                members={"state": state, "allowed_moves": allowed},
            )
        return move
