"""Is a conflict one, and can none of its rows be left out? The first by CP-SAT, the second by teams that are there."""

import copy
from typing import Any

from assembly.contestants import cp_sat_full
from inspection_service.assembly.checker import check
from inspection_service.assembly.instance import parse_instance
from inspection_service.assembly.progress import Run
from inspection_service.assembly.solver import solve

SECONDS = 60.0
LOOSE = 1_000_000


def is_minimal(document: dict[str, Any], conflict: list[dict[str, Any]]) -> bool | None:
    """Whether these demands cannot hold together, and without any one of them can; None: not decided in time.

    The first is CP-SAT's word, the second a lawful assignment per row, which the checker accepts.
    """
    alone = cp_sat_full(_only(document, conflict), SECONDS)
    if alone["seats"]:
        return False
    if not alone["infeasible"]:
        return None
    return all(
        _can_be_manned(_only(document, [one for one in conflict if one is not left_out])) for left_out in conflict
    )


def _can_be_manned(document: dict[str, Any]) -> bool:
    solution = solve(parse_instance(document), Run(SECONDS), explain=False)
    return bool(solution.seats) and check(document, solution.as_json()["assignments"]).is_lawful


def _only(document: dict[str, Any], conflict: list[dict[str, Any]]) -> dict[str, Any]:
    """The round with these demands alone: a seat nobody asks for may stay empty by a dummy who fits it and no more."""
    d = copy.deepcopy({key: value for key, value in document.items() if key not in ("eligible", "people")})
    d["people"] = list(document["people"])
    named = {one["team"] for one in conflict if "team" in one}
    kept = [t for t, team in enumerate(document["teams"]) if team["id"] in named or not named]
    new_of = {old: at for at, old in enumerate(kept)}
    d["teams"] = [d["teams"][t] for t in kept]  # of the others nothing is asked
    d["eligible"] = [[p, new_of[t], *rest] for p, t, *rest in document["eligible"] if t in new_of]
    asked = {tuple(sorted(one.items())) for one in conflict}
    idle = len(d["home_units"])
    d["home_units"].append({"cap": LOOSE, "quota": LOOSE, "over_quota_penalty": 0})
    for n, unit in enumerate(d["home_units"][:-1]):
        unit["over_quota_penalty"] = 0
        if (("home_unit", n),) not in asked:
            unit["cap"] = unit["quota"] = LOOSE
    kept_caps = {(one["team"], one["home_unit"]) for one in conflict if "team" in one and "home_unit" in one}
    for t, team in enumerate(d["teams"]):
        team["rewards"] = []
        names = {one.get("label") for one in conflict if one.get("team") == team["id"]}
        team["bounds"] = [b for b in team["bounds"] if d["labels"][b["label"]] in names]
        if not any(name == team["id"] for name, _ in kept_caps):
            team["home_unit_cap"] = LOOSE
        for r, count in enumerate(team["roles"]):
            if (("role", d["roles"][r]), ("team", team["id"])) not in asked:
                for k in range(count):
                    d["people"].append({"id": f"nobody-{t}-{r}-{k}", "home_unit": idle})
                    d["eligible"].append([len(d["people"]) - 1, t, r, 0, []])
    return d
