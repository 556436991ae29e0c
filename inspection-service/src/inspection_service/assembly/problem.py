"""What an assembly run is asked: cadres, targets, pins, bans, recusal verdicts, history. Ids and codes, no names."""

from collections import Counter
from datetime import date
from enum import StrEnum
from typing import Annotated

from chassis.errors import FieldError, Text
from pydantic import BaseModel, ConfigDict, Field

from inspection_service.assembly.built_in import BUILT_IN_PROFILES
from inspection_service.assembly.errors import InvalidAssembly, wrong
from inspection_service.assembly.roles import Role
from inspection_service.assembly.rule_set import Profile
from inspection_service.assembly.weights import weight_faults

__all__ = [
    "DEFAULT_DEMANDS", "AssemblyProblem", "Ban", "Candidate", "Demand", "PastMember", "PastTeam", "Pin", "Role",
    "Target", "Verdict", "VerdictRank", "WorkPeriod", "refuse", "validate_problem",
]  # fmt: skip

MOST_SEATS_PER_DEMAND = 100
MOST_SEATS = 2_000
"""Seats of one run; the largest benchmark round has 1,300."""


class VerdictRank(StrEnum):
    """What the talent pool says about a cadre and a target. ``block`` is never waived, ``review`` needs a waiver."""

    BLOCK = "block"
    REVIEW = "review"
    INFO = "info"
    CLEAR = "clear"


class _Input(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class WorkPeriod(_Input):
    """One row of a work history; ``until`` None means the post is held today."""

    unit_code: str
    post: str
    since: Annotated[date | None, Field(alias="from")] = None
    until: Annotated[date | None, Field(alias="to")] = None


class Candidate(_Input):
    """A cadre of the pool, as far as assembly needs to know."""

    cadre_id: str
    home_unit: str
    home_unit_type: str = ""
    rank: str = "clerk"
    tags: frozenset[str] = frozenset()
    pool_kinds: frozenset[str] = frozenset()
    gender: str = ""
    party_member: bool = False
    work_history: tuple[WorkPeriod, ...] = ()
    days_lent: Annotated[int, Field(ge=0)] = 0
    clearance: str = "internal"
    last_grade: str | None = None
    """Grade of the latest appraisal; None where there is none."""
    available: bool = True
    """False while seconded elsewhere, suspended or on leave in the period of the round."""


class Demand(_Input):
    """Seats of one role: each person needs all ``tags`` and, if any are named, one of ``pool_kinds``."""

    role: Role
    count: int
    tags: tuple[str, ...] = ()
    pool_kinds: tuple[str, ...] = ()


DEFAULT_DEMANDS = (
    Demand(role=Role.LEADER, count=1),
    Demand(role=Role.DEPUTY_LEADER, count=1),
    Demand(role=Role.LIAISON, count=1),
    Demand(role=Role.MEMBER, count=3),
)


class Target(_Input):
    """A unit to be inspected. ``demands`` None takes the default team."""

    unit_code: str
    linked_office: str | None = None
    demands: tuple[Demand, ...] | None = None
    profile: str | None = None
    secrecy: str = "internal"
    """Clearance every member needs."""
    own_units: frozenset[str] | None = None
    """The units of the inspecting committee's own area: its people come first, and only its commission and its
    inspection office count as such. None draws no line."""

    def is_own(self, home_unit: str) -> bool:
        """Whether a home unit lies in the inspecting committee's own area."""
        return self.own_units is None or home_unit in self.own_units

    @property
    def seats(self) -> tuple[Demand, ...]:
        """The demands in force."""
        return DEFAULT_DEMANDS if self.demands is None else self.demands


class Pin(_Input):
    """This cadre must sit in this unit's team, in this role if one is named."""

    cadre_id: str
    unit_code: str
    role: Role | None = None


class Ban(_Input):
    """This cadre must not sit in this unit's team, or in none when no unit is named."""

    cadre_id: str
    unit_code: str | None = None


class Verdict(_Input):
    """A recusal verdict about a cadre and a target; a missing one counts as clear, so callers check every pair."""

    cadre_id: str
    unit_code: str
    verdict: VerdictRank
    code: str = ""


class PastMember(_Input):
    cadre_id: str
    role: str = ""


class PastTeam(_Input):
    """A team of a closed round on a unit."""

    unit_code: str
    round_type: str
    closed_on: date
    members: tuple[PastMember, ...]


class AssemblyProblem(_Input):
    """Everything one run depends on; its JSON is what the input hash is taken of."""

    candidates: tuple[Candidate, ...]
    targets: tuple[Target, ...]
    pins: tuple[Pin, ...] = ()
    bans: tuple[Ban, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    past_teams: tuple[PastTeam, ...] = ()
    never_together: tuple[tuple[str, str], ...] = ()
    """Pairs of cadres who may not share a team (relatives)."""
    unit_caps: dict[str, int] = {}
    """How many people a home unit may lend to this run; units not named may lend all."""
    fair_shares: dict[str, int] = {}
    """How many people a home unit sends before every one more costs points; units not named send all at no price."""
    worked_together: tuple[tuple[str, str], ...] = ()
    """Pairs of cadres who have served well in one team."""
    weights: dict[str, float] = {}
    """Overrides of the scoring weights."""
    profiles: tuple[Profile, ...] = BUILT_IN_PROFILES
    """The rule sets in force, in the versions this run uses."""
    stays: tuple[Pin, ...] = ()
    """Who should keep a seat if it can be: outranks every score, yields to every rule."""
    salt: str = ""
    """Salt of the draw between equally good teams."""


def validate_problem(problem: AssemblyProblem) -> None:
    """Refuse a run that contradicts itself before it starts.

    Raises InvalidAssembly with one error per wrong input, named by its JSON pointer in the request.
    """
    profiles = frozenset(profile.name for profile in problem.profiles)
    errors = [*_target_faults(problem.targets, profiles), *_pin_faults(problem), *_ban_faults(problem)]
    errors += weight_faults(problem.weights)
    errors += [
        wrong(f"/unit_caps/{unit}", "negative", "借调上限不能为负", "a lending cap cannot be negative")
        for unit, cap in problem.unit_caps.items()
        if cap < 0
    ]
    if len({c.cadre_id for c in problem.candidates}) != len(problem.candidates):
        errors.append(wrong("/candidates", "repeated", "同一干部出现两次", "a cadre is listed twice"))
    refuse(errors)


def refuse(errors: list[FieldError]) -> None:
    """Raise InvalidAssembly if there are errors; the first is the detail."""
    if errors:
        first = errors[0]
        detail = Text(f"{first.pointer}：{first.message.zh}", f"{first.pointer}: {first.message.en}")
        raise InvalidAssembly(detail, errors=errors)


def _target_faults(targets: tuple[Target, ...], profiles: frozenset[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    if not targets:
        errors.append(wrong("/targets", "empty", "没有巡视对象", "there is no target"))
    for unit, times in Counter(t.unit_code for t in targets).items():
        if times > 1:
            at = max(i for i, t in enumerate(targets) if t.unit_code == unit)
            errors.append(wrong(f"/targets/{at}/unit_code", "repeated", "同一单位出现两次", "the unit is listed twice"))
    for i, target in enumerate(targets):
        if target.profile is not None and target.profile not in profiles:
            errors.append(wrong(f"/targets/{i}/profile", "unknown_profile", "没有该规则集", "there is no such profile"))
        for j, demand in enumerate(target.seats):
            errors += _count_faults(demand.count, f"/targets/{i}/demands/{j}/count")
        if not errors and not sum(d.count for d in target.seats):
            errors.append(wrong(f"/targets/{i}/demands", "empty", "该组没有任何席位", "the team has no seat"))
    if not errors and sum(d.count for t in targets for d in t.seats) > MOST_SEATS:
        errors.append(
            wrong("/targets", "too_many", f"席位总数超过 {MOST_SEATS}", f"more than {MOST_SEATS} seats in all")
        )
    return errors


def _count_faults(count: int, at: str) -> list[FieldError]:
    if count < 0:
        return [wrong(at, "negative", "席位数不能为负", "the number of seats cannot be negative")]
    if count > MOST_SEATS_PER_DEMAND:
        most = MOST_SEATS_PER_DEMAND
        return [wrong(at, "too_many", f"席位数不能超过 {most}", f"at most {most} seats")]
    return []


def _pin_faults(problem: AssemblyProblem) -> list[FieldError]:
    errors: list[FieldError] = []
    known = {c.cadre_id for c in problem.candidates}
    targets = {t.unit_code: t for t in problem.targets}
    placed: dict[str, Pin] = {}
    for i, pin in enumerate(problem.pins):
        at = f"/pins/{i}"
        if pin.cadre_id not in known:
            errors.append(wrong(f"{at}/cadre_id", "unknown_cadre", "人才库中没有该干部", "no such cadre in the pool"))
        if pin.unit_code not in targets:
            errors.append(wrong(f"{at}/unit_code", "not_a_target", "该单位不在本轮之中", "not a target of the round"))
        elif pin.role is not None and not any(d.role == pin.role and d.count for d in targets[pin.unit_code].seats):
            errors.append(wrong(f"{at}/role", "no_such_seat", "该组没有此职务", "the team has no such seat"))
        before = placed.setdefault(pin.cadre_id, pin)
        if before.unit_code != pin.unit_code:
            errors.append(wrong(at, "pinned_twice", "同一干部被固定到两个组", "the cadre is pinned to two teams"))
        elif before.role != pin.role and None not in (before.role, pin.role):
            errors.append(wrong(at, "pinned_twice", "同一干部被固定到两个职务", "the cadre is pinned to two roles"))
        if any(b.cadre_id == pin.cadre_id and b.unit_code in {None, pin.unit_code} for b in problem.bans):
            errors.append(wrong(at, "pinned_and_banned", "同一干部既被固定又被排除", "the cadre is pinned and banned"))
    return errors + _crowded_pins(problem.pins, targets)


def _crowded_pins(pins: tuple[Pin, ...], targets: dict[str, Target]) -> list[FieldError]:
    errors: list[FieldError] = []
    distinct = {(p.cadre_id, p.unit_code, p.role) for p in pins}
    for unit, target in targets.items():
        mine = [p for p in distinct if p[1] == unit]
        over = len({p[0] for p in mine}) > sum(d.count for d in target.seats)
        for role, pinned in Counter(p[2] for p in mine if p[2] is not None).items():
            over |= pinned > sum(d.count for d in target.seats if d.role == role)
        if mine and over:
            at = max(i for i, p in enumerate(pins) if p.unit_code == unit)
            errors.append(
                wrong(f"/pins/{at}", "more_pins_than_seats", "固定的人数多于席位", "more cadres are pinned than seats")
            )
    return errors


def _ban_faults(problem: AssemblyProblem) -> list[FieldError]:
    targets = {t.unit_code for t in problem.targets}
    return [
        wrong(f"/bans/{i}/unit_code", "not_a_target", "该单位不在本轮之中", "not a target of the round")
        for i, ban in enumerate(problem.bans)
        if ban.unit_code is not None and ban.unit_code not in targets
    ]
