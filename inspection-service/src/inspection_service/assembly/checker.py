"""The independent judge of a proposal: reads the exchange format itself and shares no code with the solver.

Plain Python on purpose: it runs in any process, before anything is saved, and can be read line by line by an auditor.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Violation:
    """One broken rule: a stable code and what it is about (ids and names of the instance)."""

    rule: str
    about: Mapping[str, Any]


@dataclass
class Verdict:
    """Every violation, and the objective recomputed from the seats (None when a seat is not even eligible)."""

    violations: list[Violation] = field(default_factory=list)
    objective: float | None = None

    @property
    def is_lawful(self) -> bool:
        """Whether nothing is broken."""
        return not self.violations

    def break_rule(self, rule: str, **about: Any) -> None:
        """Note a violation."""
        self.violations.append(Violation(rule, about))


@dataclass(frozen=True)
class _Seat:
    person: int
    team: int
    role: int
    score: float
    labels: frozenset[int]


def check(document: Mapping[str, Any], assignments: Iterable[Mapping[str, Any]]) -> Verdict:
    """Verify ``assignments`` ([{person, team, role}]) against an instance in exchange format and recompute its points.

    The document must be one that ``parse_instance`` accepts. Raises nothing for a wrong proposal: it is all in the
    verdict.
    """
    verdict = Verdict()
    seats = _eligible_seats(document, list(assignments), verdict)
    _check_people(document, seats, verdict)
    _check_teams(document, seats, verdict)
    _check_units(document, seats, verdict)
    if not any(v.rule in {"unknown_name", "not_eligible"} for v in verdict.violations):
        verdict.objective = _points(document, seats)
    return verdict


def _eligible_seats(
    document: Mapping[str, Any], assignments: Sequence[Mapping[str, Any]], verdict: Verdict
) -> list[_Seat]:
    people = {p["id"]: i for i, p in enumerate(document["people"])}
    teams = {t["id"]: i for i, t in enumerate(document["teams"])}
    roles = {name: i for i, name in enumerate(document["roles"])}
    wanted: list[tuple[int, int, int]] = []
    for a in assignments:
        key = (people.get(a["person"]), teams.get(a["team"]), roles.get(a["role"]))
        if key[0] is None or key[1] is None or key[2] is None:
            verdict.break_rule("unknown_name", **a)
        else:
            wanted.append((key[0], key[1], key[2]))
    asked = set(wanted)
    rows = {(e[0], e[1], e[2]): e for e in document["eligible"] if (e[0], e[1], e[2]) in asked}
    seats = []
    for key in wanted:
        row = rows.get(key)
        if row is None:
            person, team, role = key
            verdict.break_rule(
                "not_eligible",
                person=document["people"][person]["id"],
                team=document["teams"][team]["id"],
                role=document["roles"][role],
            )
        else:
            seats.append(_Seat(key[0], key[1], key[2], row[3], frozenset(row[4])))
    return seats


def _check_people(document: Mapping[str, Any], seats: list[_Seat], verdict: Verdict) -> None:
    for person, times in Counter(s.person for s in seats).items():
        if times > 1:
            verdict.break_rule("sits_twice", person=document["people"][person]["id"])
    team_of = {s.person: s.team for s in seats}
    for p, q in document.get("never_together") or []:
        if p in team_of and team_of[p] == team_of.get(q):
            verdict.break_rule("never_together", team=document["teams"][team_of[p]]["id"])


def _check_teams(document: Mapping[str, Any], seats: list[_Seat], verdict: Verdict) -> None:
    by_team: dict[int, list[_Seat]] = {}
    for s in seats:
        by_team.setdefault(s.team, []).append(s)
    for t, team in enumerate(document["teams"]):
        mine = by_team.get(t, [])
        filled = Counter(s.role for s in mine)
        for role, wanted in enumerate(team["roles"]):
            if filled[role] != wanted:
                verdict.break_rule("seats", team=team["id"], role=document["roles"][role])
        carried = Counter(label for s in mine for label in s.labels)
        for bound in team.get("bounds") or []:
            low, high = bound.get("min"), bound.get("max")
            count = carried[bound["label"]]
            if (low is not None and count < low) or (high is not None and count > high):
                verdict.break_rule("label", team=team["id"], label=document["labels"][bound["label"]])
        cap = team.get("home_unit_cap")
        homes = Counter(document["people"][s.person]["home_unit"] for s in mine)
        for unit, count in homes.items():
            if cap is not None and count > cap:
                verdict.break_rule("home_unit_share", team=team["id"], home_unit=unit)


def _lent(document: Mapping[str, Any], seats: list[_Seat]) -> Counter[int]:
    return Counter(document["people"][s.person]["home_unit"] for s in seats)


def _check_units(document: Mapping[str, Any], seats: list[_Seat], verdict: Verdict) -> None:
    for unit, count in _lent(document, seats).items():
        if count > document["home_units"][unit]["cap"]:
            verdict.break_rule("home_unit_cap", home_unit=unit)


def _points(document: Mapping[str, Any], seats: list[_Seat]) -> float:
    total: float = sum(s.score for s in seats)
    for unit, count in _lent(document, seats).items():
        home = document["home_units"][unit]
        quota = home.get("quota", home["cap"])
        total -= home.get("over_quota_penalty", 0) * max(0, count - quota)
    for t, team in enumerate(document["teams"]):
        mine = [s for s in seats if s.team == t]
        for reward in team.get("rewards") or []:
            count = sum(1 for s in mine if reward["label"] in s.labels)
            total += reward["each"] * min(reward["up_to"], count)
        total += _cooperation(document.get("cooperation"), mine)
    return total


def _cooperation(rule: Mapping[str, Any] | None, team: list[_Seat]) -> float:
    if rule is None:
        return 0
    known = {frozenset(pair) for pair in rule["pairs"]}
    chiefs = [s for s in team if s.role in rule["chief_roles"]]
    worked = sum(1 for c in chiefs for o in team if o.person != c.person and frozenset((c.person, o.person)) in known)
    points: float = rule["each"] * min(rule["up_to"], worked)
    return points
