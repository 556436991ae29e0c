"""``docs/clue-moves.md``, written from the table of moves."""

from typing import NamedTuple

from clue_service.clues.domain import MOVE_ROWS, ClueMove
from clue_service.clues.outcomes import LEADING_METHODS, outcomes_from, state_approved
from clue_service.clues.rights import approver_roles, verification_offices
from clue_service.clues.states import Method, Outcome, Status
from clue_service.clues.vocabulary import TopLeader


class _Subject(NamedTuple):
    rank: str | None
    top_leader: str | None = None


_DECIDED = {
    "all of a rank that is unknown or below bureau level": _Subject(None),
    "one of `bureau_deputy` or above": _Subject("bureau_deputy"),
    "a head of the next level": _Subject(None, TopLeader.WHEN_HANDLED),
}
_HEAD = """# Moves of a clue

Generated from `clue_service/clues/domain.py` by `clue-service moves-doc`; do not edit.

A state is `status` plus `closure`. Every move is `POST /v1/clues/{id}/<verb>` and answers the clue. A move the state
forbids is refused with 409 `move_refused`, `state` and `allowed_moves`; a caller without the role or the unit gets 403;
a caller who may not see the clue gets 404.

`approved_by` is a `sub`, or `{"offline_ref", "kind"?, "office"?, "approved_on"?}` for a paper. A person who is named is
looked up: 422 `approver_not_verified` (nobody so in the directory), `wrong_approver` (another role or unit),
`approver_recused`, `own_approval` (only a leader who may take the step approves it by taking it). A paper is named by
the number it is filed under, such as `纪批〔2026〕12号`; its year and date do not lie in the future, and an `office`
that is named must be one that may approve. A stack that is set to `HELI_CLUE_APPROVALS=note` takes the move and says
`unverified` in the approval and in the audit log; the local stack is, because it lets everybody in as anybody.

| verb | from | to | body | who | approved by | guard | events |
|---|---|---|---|---|---|---|---|
"""


def moves_document() -> str:
    """The whole document."""
    return "".join([_HEAD, *_rows(), *_methods(), *_outcomes(), *_ranks()])


def _rows() -> list[str]:
    lines = []
    for row in MOVE_ROWS:
        who = "; ".join(f"{', '.join(sorted(roles))} of {relation.value}" for roles, relation in row.who)
        cells = [
            f"`{row.verb}`",
            ", ".join(f"`{status}`" for status in sorted(row.sources)),
            f"`{row.target}`" if row.target else "as decided",
            f"`{row.payload}`",
            who,
            _approver(row),
            row.guard,
            ", ".join(f"`{event}`" for event in row.events),
        ]
        lines.append(f"| {' | '.join(cells)} |\n")
    return lines


def _approver(row: ClueMove) -> str:
    if not row.approver_roles:
        return row.approver
    return f"{row.approver}: {', '.join(sorted(row.approver_roles))} of the commission or the lead unit"


def _state(status: str, closure: str | None) -> str:
    return f"`{status}({closure})`" if closure else f"`{status}`"


def _methods() -> list[str]:
    lines = [
        "\n## What an approved method makes of a clue\n\n",
        "| method | state | takes the lead of the matter |\n|---|---|---|\n",
    ]
    for method in Method:
        leads = "yes" if method in LEADING_METHODS else "no"
        lines.append(f"| `{method}` | {_state(*state_approved(method))} | {leads} |\n")
    return lines


def _outcomes() -> list[str]:
    lines = ["\n## What an outcome makes of a clue\n\n| check | outcome | state |\n|---|---|---|\n"]
    for status in Status:
        reached = outcomes_from(status)
        lines += [
            f"| `{status}` | `{outcome}` | {_state(*reached[outcome])} |\n" for outcome in Outcome if outcome in reached
        ]
    return lines


def _ranks() -> list[str]:
    head = (
        "\n## Who decides a disposition\n\n"
        "A subject whose `top_leader` is `when_handled` or `both` is taken for a head of the next level where no rank\n"
        "is told, or one from here on, by the level of the commission: `bureau_chief` centrally, `bureau_deputy` in a\n"
        "province, `division_deputy` in a city, `section_deputy` in a county or where the directory tells no level.\n\n"
        "| among the subjects | roles | a preliminary verification besides |\n|---|---|---|\n"
    )
    lines = [head]
    for label, subject in _DECIDED.items():
        offices = " or ".join(f"`{office}`" for office in sorted(verification_offices([subject], None)))
        roles = ", ".join(sorted(approver_roles([subject], None)))
        lines.append(f"| {label} | {roles} | {f'a paper of {offices}' if offices else ''} |\n")
    return lines
