"""Is a conflict one, and can none of its rows be left out? The first by CP-SAT, the second by teams that are there."""

import copy
from typing import Any

from assembly.contestants import cp_sat_full, highs_full
from inspection_service.assembly.checker import check
from inspection_service.assembly.instance import parse_instance
from inspection_service.assembly.progress import Run
from inspection_service.assembly.solver import solve

SECONDS = 30.0
LOOSE = 1_000_000
MORE_SEATS = 15


class NotToBeSaid(Exception):
    """These demands without the others have no form in the exchange format."""


def is_minimal(document: dict[str, Any], conflict: list[dict[str, Any]]) -> bool | None:
    """Whether these demands cannot hold together, and without any one of them can; None: not decided.

    The first is CP-SAT's word, or HiGHS's on the whole model where CP-SAT does not end in time (many seats for few
    people); the second a lawful assignment per row, which the checker accepts.
    """
    try:
        alone = _only(document, conflict)
        others = [_only(document, [one for one in conflict if one is not left_out]) for left_out in conflict]
    except NotToBeSaid:
        return None
    found = cp_sat_full(alone, SECONDS)
    if not found["seats"] and not found["infeasible"]:
        found = highs_full(alone, SECONDS)
    if found["seats"]:
        return False
    return all(map(_can_be_manned, others)) if found["infeasible"] else None


def _can_be_manned(document: dict[str, Any]) -> bool:
    solution = solve(parse_instance(document), Run(SECONDS), explain=False)
    return bool(solution.seats) and check(document, solution.as_json()["assignments"]).is_lawful


def _only(document: dict[str, Any], conflict: list[dict[str, Any]]) -> dict[str, Any]:
    """The round with these demands alone.

    A role nobody asks for has any number of seats, which dummies may take who fit it and count for nothing. People of
    a unit that no row names are a unit each, so that no cap binds them. Raises NotToBeSaid.
    """
    d = copy.deepcopy({key: value for key, value in document.items() if key not in ("eligible", "people")})
    named = {one["team"] for one in conflict if "team" in one}
    kept = [t for t, team in enumerate(document["teams"]) if team["id"] in named or not named]
    new_of = {old: at for at, old in enumerate(kept)}
    d["teams"] = [d["teams"][t] for t in kept]  # of the others nothing is asked
    d["eligible"] = [[p, new_of[t], *rest] for p, t, *rest in document["eligible"] if t in new_of]
    asked = {tuple(sorted(one.items())) for one in conflict}
    _limit_units(d, document, conflict)
    for t, team in enumerate(d["teams"]):
        team["rewards"] = []
        names = {one.get("label") for one in conflict if one.get("team") == team["id"]}
        team["bounds"] = [b for b in team["bounds"] if d["labels"][b["label"]] in names]
        for r, count in enumerate(team["roles"]):
            if (("role", d["roles"][r]), ("team", team["id"])) not in asked:
                team["roles"][r] = count + MORE_SEATS
                for k in range(count + MORE_SEATS):
                    d["people"].append({"id": f"nobody-{t}-{r}-{k}", "home_unit": _own_unit(d)})
                    d["eligible"].append([len(d["people"]) - 1, t, r, 0, []])
    return d


def _limit_units(d: dict[str, Any], document: dict[str, Any], conflict: list[dict[str, Any]]) -> None:
    """Caps of units and of units within teams, as far as rows name them."""
    lending = {one["home_unit"] for one in conflict if "home_unit" in one and "team" not in one}
    inside = {(one["team"], one["home_unit"]) for one in conflict if "home_unit" in one and "team" in one}
    for unit in d["home_units"]:
        unit["over_quota_penalty"] = 0
        unit["quota"] = unit["cap"]
    for team in d["teams"]:
        units = {u for name, u in inside if name == team["id"]}
        cap = team["home_unit_cap"]
        if not units:
            team["home_unit_cap"] = LOOSE
        elif any(d["home_units"][u]["cap"] > cap for u in lending - units):
            raise NotToBeSaid  # a team's cap is one for all units
    for u in {u for _, u in inside} - lending:
        d["home_units"][u]["cap"] = d["home_units"][u]["quota"] = LOOSE
    bound = lending | {u for _, u in inside}
    d["people"] = [
        person if person["home_unit"] in bound else {**person, "home_unit": _own_unit(d)}
        for person in document["people"]
    ]


def _own_unit(d: dict[str, Any]) -> int:
    d["home_units"].append({"cap": 1, "quota": 1, "over_quota_penalty": 0})
    return len(d["home_units"]) - 1
