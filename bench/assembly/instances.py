"""Own synthetic rounds in exchange format. Same size and seed, same instance; no seed was looked at before."""

import random
from dataclasses import dataclass
from typing import Any

ROLES = ["leader", "deputy", "liaison", "member"]
SKILLS = [f"skill{n}" for n in range(10)]
KINDS = [f"kind:{name}" for name in ("inspection", "commission", "dispatched", "lower", "university", "other")]
LABELS = [*SKILLS, *KINDS, "woman", "man", "party", "newcomer", "veteran"]


@dataclass(frozen=True)
class Size:
    """How large a round is."""

    people: int
    teams: int
    units: int
    seats: tuple[int, ...] = (1, 1, 1, 9)

    def __str__(self) -> str:
        return f"{self.people} × {self.teams}"


QUICK = Size(400, 4, 30)
SIZES = (Size(2_000, 15, 120), Size(5_000, 25, 250), Size(20_000, 40, 1_000))
PAIRS_PER_PERSON = 2.3


TWISTS = ("joint", "crowded", "narrow")
"""Ways to make a round impossible that counting one kind of people at a time does not find."""


def twisted(size: Size, seed: int, twist: str) -> dict[str, Any]:
    """A round that cannot be manned because rules meet.

    ``joint``: leaders and liaisons come from the units of one kind, which lend enough for either but not for both.
    ``crowded``: one team wants seven people of each of two skills, in twelve seats, and nobody has both.
    ``narrow``: one team wants seven people of a skill that two units have, and may take three of a unit.
    """
    document = instance(size, seed)
    homes = [person["home_unit"] for person in document["people"]]
    if twist == "joint":
        _lend_too_few(document["home_units"], size.teams * 3 // 2)
        kept = lambda row: row[2] not in (0, 2) or homes[row[0]] % len(KINDS) == 0  # noqa: E731
        document["eligible"] = [row for row in document["eligible"] if kept(row)]
        return document
    first = document["teams"][0]
    skills = (0, 1) if twist == "crowded" else (0,)
    first["bounds"] = [b if b["label"] not in skills else {**b, "min": 7} for b in first["bounds"]]
    for row in document["eligible"]:
        if row[1] == 0 and twist == "crowded" and 0 in row[4]:
            row[4] = [label for label in row[4] if label != 1]
        elif row[1] == 0 and twist == "narrow":
            row[4] = [label for label in row[4] if label != 0] + ([0] if homes[row[0]] < 2 else [])
    return document


def instance(
    size: Size, seed: int, *, tight: bool = False, short: bool = False, cooperation: bool = False
) -> dict[str, Any]:
    """One round: people with skills and home units, teams with demands that a pool of this size can meet.

    ``tight``: half of who could serve is not eligible, and units lend half as many. ``short``: the units of one kind
    lend one person fewer than the teams need. ``cooperation``: points for pairs that have worked well together.
    """
    rng = random.Random(f"{size}/{seed}")
    people = [_person(rng, n, size) for n in range(size.people)]
    teams = [_team(rng, n, size) for n in range(size.teams)]
    homes: dict[int, int] = {}
    for person in people:
        homes[person["home_unit"]] = homes.get(person["home_unit"], 0) + 1
    units = []
    for n in range(size.units):
        cap = max(1, homes.get(n, 0) // 5)
        units.append({"cap": cap, "quota": max(1, cap // 2), "over_quota_penalty": 25})
    rows = [row for at, person in enumerate(people) for row in _rows(rng, at, person, size)]
    if tight:
        rows = [row for row in rows if rng.random() < 0.5]
        for unit in units:
            unit["cap"] = max(1, unit["cap"] // 2)
            unit["quota"] = min(unit["quota"], unit["cap"])
    if short:
        _lend_too_few(units, size.teams - 1)
    pairs = {tuple(sorted(rng.sample(range(size.people), 2))) for _ in range(round(PAIRS_PER_PERSON * size.people))}
    return {
        "roles": ROLES,
        "labels": LABELS,
        "people": [{"id": p["id"], "home_unit": p["home_unit"]} for p in people],
        "home_units": units,
        "teams": teams,
        "eligible": rows,
        "never_together": [sorted(rng.sample(range(size.people), 2)) for _ in range(size.people // 100)],
        "cooperation": (
            {"pairs": [list(pair) for pair in sorted(pairs)], "chief_roles": [0, 1], "each": 15, "up_to": 4}
            if cooperation
            else None
        ),
    }


def _lend_too_few(units: list[dict[str, Any]], people: int) -> None:
    """The units of the first kind lend this many people together: every team asks for one."""
    for n in range(0, len(units), len(KINDS)):
        units[n]["cap"] = min(units[n]["cap"], people)
        units[n]["quota"] = min(units[n]["quota"], units[n]["cap"])
        people -= units[n]["cap"]


def _person(rng: random.Random, n: int, size: Size) -> dict[str, Any]:
    unit = rng.randrange(size.units)
    labels = {skill for skill in range(len(SKILLS)) if rng.random() < 0.3}
    labels.add(LABELS.index(KINDS[unit % len(KINDS)]))
    labels.add(LABELS.index("woman" if rng.random() < 0.4 else "man"))
    labels.add(LABELS.index("newcomer" if rng.random() < 0.4 else "veteran"))
    if rng.random() < 0.7:
        labels.add(LABELS.index("party"))
    rank = rng.choices((0, 1, 2), (0.8, 0.14, 0.06))[0]
    return {"id": f"p{n}", "home_unit": unit, "labels": sorted(labels), "rank": rank, "worth": rng.randint(5, 25)}


def _team(rng: random.Random, n: int, size: Size) -> dict[str, Any]:
    bounds = [{"label": skill, "min": rng.randint(1, 3), "max": None} for skill in range(len(SKILLS))]
    bounds += [{"label": LABELS.index(kind), "min": 1, "max": 6} for kind in KINDS[:3]]
    bounds += [
        {"label": LABELS.index("woman"), "min": 3, "max": None},
        {"label": LABELS.index("man"), "min": 3, "max": None},
        {"label": LABELS.index("party"), "min": 7, "max": None},
    ]
    rewards = [
        {"label": LABELS.index("newcomer"), "each": 30, "up_to": 2},
        {"label": LABELS.index("veteran"), "each": 25, "up_to": 3},
    ]
    return {"id": f"t{n}", "roles": list(size.seats), "home_unit_cap": 3, "bounds": bounds, "rewards": rewards}


def _rows(rng: random.Random, at: int, person: dict[str, Any], size: Size) -> list[list[Any]]:
    rows = []
    for team in range(size.teams):
        if rng.random() < 0.35:  # recusal, region, secrecy
            continue
        fit = person["worth"] + rng.randint(-4, 10)
        roles = {2: (0, 1), 1: (1, 3), 0: (2, 3)}[person["rank"]]
        rows += [[at, team, role, fit + 3 * (role < 2), person["labels"]] for role in roles if rng.random() < 0.8]
    return rows
