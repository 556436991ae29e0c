"""From what the house knows to what the engine is asked. Ids and codes; no names, no family facts."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree

from inspection_service.assembly.built_in import COMMISSION_OFFICES, INSPECTION_OFFICE
from inspection_service.assembly.problem import (
    AssemblyProblem,
    Ban,
    Candidate,
    Demand,
    PastMember,
    PastTeam,
    Pin,
    Role,
    Target,
    Verdict,
    VerdictRank,
    WorkPeriod,
)
from inspection_service.assembly.profiles import RULE_VERSION
from inspection_service.assembly.rule_set import Profile
from inspection_service.assembly.scoring import POOR
from inspection_service.assembly.wire import unpack_problem
from inspection_service.clients.people import CadreRecord, RecusalVerdict

_VERDICTS = frozenset(rank.value for rank in VerdictRank)


def salt_of(round_id: UUID, number: int, rules: str = "") -> str:
    """Salt of the draw between equals: whoever starts the run cannot choose it. ``rules`` is their digest."""
    return hashlib.sha256(f"{round_id}\x1f{RULE_VERSION}\x1f{rules}\x1f{number}".encode()).hexdigest()


def digest_of_records(records: Sequence[Mapping[str, Any]]) -> str:
    """One hash over the rule sets a run has recorded."""
    lines = sorted(f"{one['name']}:{one['number']}:{one['digest']}" for one in records)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def pins_of(teams: Sequence[Mapping[str, Any]], units: set[str] | None = None) -> tuple[Pin, ...]:
    """Every seat of a proposal's teams, or of some of them, as a pin."""
    return tuple(
        Pin(cadre_id=member["cadre_id"], unit_code=team["unit_code"], role=Role(member["role"]))
        for team in teams
        if units is None or team["unit_code"] in units
        for member in team["members"]
    )


def varied_problem(
    document: bytes,
    base_request: Mapping[str, Any],
    request: Mapping[str, Any],
    teams: Sequence[Mapping[str, Any]],
    salt: str,
) -> AssemblyProblem:
    """A base run's problem with other wishes; weights of the rule set stay under those of the request.

    ``teams`` are the base's: with least change wanted, everybody keeps the seat who can.
    """
    problem = unpack_problem(document)
    in_force = {name: value for name, value in problem.weights.items() if name not in base_request["weights"]}
    stays = pins_of(teams) if request.get("least_change") else ()
    return problem.model_copy(update={**wishes_of(request, in_force), "salt": salt, "stays": stays})


def merged_request(base: Mapping[str, Any], wishes: Mapping[str, Any], kept: Sequence[Pin]) -> dict[str, Any]:
    """The wishes of a variant: what is given replaces the base's; seats of frozen teams become pins."""
    merged = {
        name: wishes[name] if wishes.get(name) is not None else base[name] for name in ("pins", "bans", "weights")
    }
    frozen = [pin.model_dump(mode="json") for pin in kept]
    named = {(pin["cadre_id"], pin["unit_code"]) for pin in frozen}
    merged["pins"] = [pin for pin in merged["pins"] if (pin["cadre_id"], pin["unit_code"]) not in named] + frozen
    return merged


def target_of(
    unit_code: str,
    profile: str | None,
    demands: Sequence[Mapping[str, Any]],
    tree: UnitTree,
    own_units: frozenset[str] | None = None,
    *,
    secrecy: str = "internal",
) -> Target:
    """A target as the engine knows it; ``secrecy`` is the clearance every member needs."""
    return Target(
        own_units=own_units,
        secrecy=secrecy,
        unit_code=unit_code,
        linked_office=tree.linked_office(unit_code),
        demands=tuple(Demand.model_validate(demand) for demand in demands),
        profile=profile,
    )


def own_units_of(office: str, commission: str, mode: str, tree: UnitTree) -> frozenset[str] | None:
    """The units of the area that inspects: what lies below the committees of the office and of the commission.

    None where no line is drawn: in a cross inspection people come from elsewhere on purpose, and an area without an
    inspection office or a commission of its own borrows them.

    Args:
        office: The inspection office whose round it is.
        commission: The commission competent for the target.
        mode: The round's mode.
        tree: The directory.
    """
    if mode == "cross":
        return None
    above = {office, commission}
    for code in (office, commission):
        parent = tree.find(unit.parent_code) if (unit := tree.find(code)) else None
        # Above a commission may stand the commission of the next level, whose area is larger than its own.
        if parent is not None and (code == office or parent.unit_type == "party_committee"):
            above.add(parent.code)
    own = [unit for unit in tree if not above.isdisjoint(tree.superiors(unit.code))]
    kinds = {unit.unit_type for unit in own}
    if INSPECTION_OFFICE not in kinds or kinds.isdisjoint(COMMISSION_OFFICES):
        return None
    return frozenset(unit.code for unit in own)


def candidate_of(cadre: CadreRecord, tree: UnitTree) -> Candidate:
    """A cadre as the engine knows them."""
    home = tree.find(cadre.home_unit)
    return Candidate(
        cadre_id=str(cadre.id),
        home_unit=cadre.home_unit,
        home_unit_type=home.unit_type if home else "",
        rank=cadre.rank,
        tags=frozenset(cadre.tags),
        pool_kinds=frozenset(cadre.pool_kinds),
        gender=cadre.gender,
        party_member=cadre.party_member,
        work_history=tuple(
            WorkPeriod(unit_code=row.unit_code, post=row.post or "", since=row.since, until=row.until)
            for row in cadre.work_history
            if row.unit_code is not None
        ),
        days_lent=max(0, cadre.days_lent),
        clearance=cadre.clearance,
        last_grade=cadre.last_grade,
        available=bool(cadre.available),
    )


def verdicts_of(told: Iterable[RecusalVerdict]) -> tuple[Verdict, ...]:
    """Verdicts as the engine knows them; a rank it does not know forbids the seat until someone looks."""
    return tuple(
        Verdict(
            cadre_id=str(one.cadre_id),
            unit_code=one.target.unit_code,
            verdict=VerdictRank(one.verdict if one.verdict in _VERDICTS else "block"),
            code=one.code or "",
        )
        for one in told
        if one.target.unit_code is not None
    )


def past_team_of(unit_code: str, round_type: str, closed_on: date, members: Mapping[UUID, str]) -> PastTeam:
    """A team of a closed round as the engine knows it."""
    return PastTeam(
        unit_code=unit_code,
        round_type=round_type,
        closed_on=closed_on,
        members=tuple(PastMember(cadre_id=str(cadre_id), role=role) for cadre_id, role in members.items()),
    )


def worked_together_of(
    teams: Iterable[Collection[UUID]], candidates: Iterable[Candidate]
) -> tuple[tuple[str, str], ...]:
    """Pairs who sat in one team of a closed round, none of them appraised as poor since."""
    fit = {one.cadre_id for one in candidates if one.last_grade not in POOR}
    pairs = {
        pair
        for members in teams
        for pair in combinations(sorted(fit.intersection(str(cadre_id) for cadre_id in members)), 2)
    }
    return tuple(sorted(pairs))


def fair_shares_of(members: Mapping[str, int], targets: Sequence[Target], tree: UnitTree) -> dict[str, int]:
    """Home unit → its part of the seats by how many of its people are in the pool, rounded up.

    Among the units of the area that inspects, where a line is drawn. Inspection offices have no share: inspecting is
    their own work.

    Args:
        members: Home unit → how many of its people are in the pool.
        targets: What is to be manned.
        tree: The directory.
    """
    lines = [target.own_units for target in targets]
    near = None if None in lines else {code for line in lines if line is not None for code in line}
    counted = {code: count for code, count in members.items() if count and (near is None or code in near)}
    seats = sum(demand.count for target in targets for demand in target.seats)
    total = sum(counted.values())
    return {
        code: -(-seats * count // total)
        for code, count in counted.items()
        if (unit := tree.find(code)) is None or unit.unit_type != INSPECTION_OFFICE
    }


def wishes_of(request: Mapping[str, Any], weights: Mapping[str, float]) -> dict[str, Any]:
    """Pins, bans and weights of a stored request over the weights in force, as the engine takes them."""
    return {
        "pins": tuple(Pin.model_validate(pin) for pin in request["pins"]),
        "bans": tuple(Ban.model_validate(ban) for ban in request["bans"]),
        "weights": {**weights, **request["weights"]},
    }


def draft_problem(
    targets: tuple[Target, ...], request: Mapping[str, Any], profiles: tuple[Profile, ...]
) -> AssemblyProblem:
    """The problem as far as the request tells it, so that contradictions are refused at once.

    Whoever is pinned is taken to be in the pool; the run itself looks.
    """
    pinned = {str(pin["cadre_id"]) for pin in request["pins"]}
    placeholders = tuple(Candidate(cadre_id=cadre_id, home_unit="-") for cadre_id in sorted(pinned))
    return AssemblyProblem(candidates=placeholders, targets=targets, profiles=profiles, **wishes_of(request, {}))
