"""What distinguishes two proposals: pure functions over stored teams."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from inspection_service.assembly_runs.schemas import RuleRefOut, SeatChangeOut, TeamDiffOut

Team = Mapping[str, Any]


def team_diffs(before: Sequence[Team], after: Sequence[Team]) -> list[TeamDiffOut]:
    """Per team who leaves, who joins and who changes seats; teams without a change are left out."""
    old, new = _seats(before), _seats(after)
    diffs = []
    for unit in sorted(set(old) | set(new)):
        was, now = old.get(unit, {}), new.get(unit, {})
        changes = [
            SeatChangeOut(cadre_id=UUID(cadre_id), before=was.get(cadre_id), after=now.get(cadre_id))
            for cadre_id in sorted(set(was) | set(now))
            if was.get(cadre_id) != now.get(cadre_id)
        ]
        if changes:
            diffs.append(TeamDiffOut(unit_code=unit, changes=changes))
    return diffs


def seats_changed(diffs: Sequence[TeamDiffOut]) -> int:
    """Seats that are held by somebody else than before."""
    return sum(change.after is not None for diff in diffs for change in diff.changes)


def rule_refs(unmet: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]]) -> list[RuleRefOut]:
    """The rules unmet in one proposal and not in the other."""
    known = {(one["unit_code"], one["rule"]) for one in other}
    return [
        RuleRefOut(rule=one["rule"], unit_code=one["unit_code"])
        for one in unmet
        if (one["unit_code"], one["rule"]) not in known
    ]


def _seats(teams: Sequence[Team]) -> dict[str, dict[str, str]]:
    return {team["unit_code"]: {m["cadre_id"]: m["role"] for m in team["members"]} for team in teams}
