"""From the world of cadres and units to an instance: who may sit where, under which rules, for how many points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inspection_service.assembly.built_in import DEFAULT_WEIGHTS
from inspection_service.assembly.grounds import Ground, build_lookup, seat_grounds, team_grounds
from inspection_service.assembly.names import pin_label, rule_label, seat_name, stay_label, vacancy_id
from inspection_service.assembly.problem import AssemblyProblem, Candidate, Demand, Target
from inspection_service.assembly.profiles import Facts, gather_facts, meets, profile_of, rules_of, seats_of_rule
from inspection_service.assembly.roles import CHIEF_ROLES
from inspection_service.assembly.rule_set import HEAVIEST_RULE, Rule
from inspection_service.assembly.scoring import score

MOST_PAIRS = 3
"""Pairs of one team that points are given for."""
_MOST_POINTS = 900_000
"""Points of a preference that outranks others stay below what an instance may hold."""


@dataclass(frozen=True)
class Easing:
    """How far hard rules are eased. Nothing is eased unless the stricter problem was proven impossible."""

    soft_rules: bool = False
    """Profile rules become preferences that outrank every score."""
    with_review: bool = False
    """Cadres whose verdict is ``review`` may sit, as few as possible."""
    vacancies: bool = False
    """Seats may stay empty, as few as possible: finds out what is missing, never a proposal."""


@dataclass(frozen=True)
class Prices:
    """Points of what outranks scores: a seat kept, a rule met (times its weight), a pin kept, a waiver spared, a seat
    filled."""

    stay: int
    rule: int
    pin: int
    waiver: int
    vacancy: int


@dataclass(frozen=True)
class Build:
    """An instance in exchange format and the way back from its names."""

    document: dict[str, Any]
    demands: Mapping[str, Demand]
    """The demand behind each role name of the instance."""
    prices: Prices
    facts: Facts
    easing: Easing


def build_instance(problem: AssemblyProblem, easing: Easing, newcomers_in: str | None = None) -> Build:
    """The instance of a validated problem under an easing.

    ``newcomers_in`` is the one seat (``seat_name``) that is free for those outside ``stays``; None opens all to them.
    """
    return _Builder(problem, easing, newcomers_in).build()


@dataclass(frozen=True)
class _Slot:
    """Seats of one demand in one team: what each cadre is asked about."""

    role: int
    demand: Demand
    rules: tuple[tuple[int, Rule], ...]
    """Rules of the team's profile that look at these seats, each with its label."""


class _Builder:
    def __init__(self, problem: AssemblyProblem, easing: Easing, newcomers_in: str | None) -> None:
        self.problem, self.easing = problem, easing
        self.facts = gather_facts(problem)
        self.lookup = build_lookup(problem)
        self.weights = {**DEFAULT_WEIGHTS, **problem.weights}
        self.demands = {seat_name(d): d for t in problem.targets for d in t.seats}
        self.roles = sorted(self.demands)
        self.stays = {(s.cadre_id, s.unit_code): s.role for s in problem.stays}
        self.labels: dict[str, int] = {}
        self.units: dict[str, int] = {}
        self.people: list[dict[str, Any]] = []
        self.person_index: dict[str, int] = {}
        self.prices = self._prices()
        self.slots = [self._slots(target) for target in problem.targets]
        self.open_to_all = None if newcomers_in is None else self.roles.index(newcomers_in)
        self.staying = frozenset(s.cadre_id for s in problem.stays)

    def _slots(self, target: Target) -> list[_Slot]:
        slots = []
        for name in sorted({seat_name(d) for d in target.seats if d.count}):
            demand = self.demands[name]
            rules = tuple(
                (self._label(rule_label(rule)), rule)
                for rule in rules_of(target, self.problem)
                if demand.role in seats_of_rule(rule, target)
            )
            slots.append(_Slot(self.roles.index(name), demand, rules))
        return slots

    def build(self) -> Build:
        eligible: list[list[Any]] = []
        for candidate in self.problem.candidates:
            for at, target in enumerate(self.problem.targets):
                eligible += self._rows(candidate, at, target)
        teams = [self._team(target) for target in self.problem.targets]
        if self.easing.vacancies:
            eligible += self._vacancies()
        document = {
            "roles": self.roles,
            "labels": list(self.labels),
            "people": self.people,
            "home_units": [self._unit(code) for code in self.units],
            "teams": teams,
            "eligible": eligible,
            "never_together": self._pairs(self.problem.never_together),
            "cooperation": self._cooperation(),
        }
        return Build(document, self.demands, self.prices, self.facts, self.easing)

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> list[list[int]]:
        """Those of some pairs of whom both could sit somewhere."""
        at = self.person_index
        return [[at[p], at[q]] for p, q in pairs if p != q and p in at and q in at]

    def _cooperation(self) -> dict[str, Any] | None:
        each = round(self.weights["cooperation"])
        pairs = self._pairs(self.problem.worked_together) if each and not self.easing.vacancies else []
        if not pairs:
            return None
        chiefs = [at for at, name in enumerate(self.roles) if self.demands[name].role in CHIEF_ROLES]
        return {"pairs": pairs, "chief_roles": chiefs, "each": each, "up_to": MOST_PAIRS}

    def _prices(self) -> Prices:
        seats = sum(d.count for t in self.problem.targets for d in t.seats)
        rules = sum(len(rules_of(t, self.problem)) for t in self.problem.targets)
        pins = len(self.problem.pins)
        # In a search for what is missing, scores say nothing.
        spread = 0 if self.easing.vacancies else self._spread()
        stay = min(_MOST_POINTS // HEAVIEST_RULE, seats * spread + 1) if self.problem.stays else 0
        rule = min(_MOST_POINTS // HEAVIEST_RULE, (stay or spread) * seats + 1)
        waiver = min(_MOST_POINTS, rule * HEAVIEST_RULE * (rules + 1))
        pin = min(_MOST_POINTS, waiver * (seats + 1))
        vacancy = min(_MOST_POINTS, pin * (pins + 1))
        return Prices(stay, rule, pin, waiver, vacancy)

    def _spread(self) -> int:
        """More than the points one seat can make a difference of, team preferences included."""
        w = self.weights
        tags = max((len(c.tags) for c in self.problem.candidates), default=0)
        lent = max((c.days_lent for c in self.problem.candidates), default=0)
        gains = w["own_area"] + w["pool_kind"] + w["rank"] + w["tag"] * tags + 5 * w["experience"] + w["continuity"]
        gains += 2 * w["appraisal"] + w["fair_share"] + MOST_PAIRS * w["cooperation"]
        return int(gains + w["linked_office"] + w["fairness"] * lent / 30 + 4 * max(w.values())) + 1

    def _label(self, name: str) -> int:
        return self.labels.setdefault(name, len(self.labels))

    def _person(self, cadre_id: str, home_unit: str) -> int:
        if cadre_id not in self.person_index:
            self.person_index[cadre_id] = len(self.people)
            unit = self.units.setdefault(home_unit, len(self.units))
            self.people.append({"id": cadre_id, "home_unit": unit})
        return self.person_index[cadre_id]

    def _unit(self, code: str) -> dict[str, Any]:
        cap = self.problem.unit_caps.get(code, len(self.people))
        # In a search for what is missing, scores say nothing.
        price = 0 if self.easing.vacancies else round(self.weights["fair_share"])
        share = self.problem.fair_shares.get(code, cap) if price else cap
        return {"cap": cap, "quota": min(cap, share), "over_quota_penalty": price if share < cap else 0}

    def _rows(self, candidate: Candidate, at: int, target: Target) -> list[list[Any]]:
        grounds = team_grounds(candidate, target, self.lookup)
        waived = self.easing.with_review and grounds == [Ground.REVIEW]
        if grounds and not waived:
            return []
        narrowed = self.open_to_all is not None and candidate.cadre_id not in self.staying
        rows = []
        for slot in self.slots[at]:
            if (narrowed and slot.role != self.open_to_all) or seat_grounds(candidate, slot.demand, self.lookup):
                continue
            points = 0 if self.easing.vacancies else score(candidate, target, slot.demand, self.facts, self.weights)
            points -= self.prices.waiver if waived else 0
            person = self._person(candidate.cadre_id, candidate.home_unit)
            rows.append([person, at, slot.role, points, self._labels(candidate, target, slot)])
        return rows

    def _labels(self, candidate: Candidate, target: Target, slot: _Slot) -> list[int]:
        labels = [label for label, rule in slot.rules if meets(rule.condition, candidate, target, self.facts)]
        names = []
        pair = (candidate.cadre_id, target.unit_code)
        if pair in self.stays and self.stays[pair] in (None, slot.demand.role):
            names.append(stay_label(candidate.cadre_id))
        if self.lookup.pinned.get(candidate.cadre_id) == target.unit_code:
            names.append(pin_label(candidate.cadre_id))
        if candidate.gender in {"female", "male"}:
            names.append(candidate.gender)
        if candidate.party_member:
            names.append("party")
        names.append("veteran" if candidate.cadre_id in self.facts.ever_inspected else "newcomer")
        return labels + [self._label(name) for name in names]

    def _team(self, target: Target) -> dict[str, Any]:
        counts = dict.fromkeys(self.roles, 0)
        profile = profile_of(target, self.problem)
        for demand in target.seats:
            counts[seat_name(demand)] += demand.count
        bounds: list[dict[str, Any]] = []
        rewards: list[dict[str, Any]] = []
        for rule in rules_of(target, self.problem):
            price = self.prices.rule * rule.weight // rule.at_least
            self._require(rule_label(rule), self.easing.soft_rules, price, bounds, rewards, rule.at_least)
        for cadre_id in sorted({s.cadre_id for s in self.problem.stays if s.unit_code == target.unit_code}):
            self._require(stay_label(cadre_id), True, self.prices.stay, bounds, rewards)
        for pin in sorted({p.cadre_id for p in self.problem.pins if p.unit_code == target.unit_code}):
            self._require(pin_label(pin), self.easing.vacancies, self.prices.pin, bounds, rewards)
        if not self.easing.vacancies:
            rewards += self._team_preferences()
        return {
            "id": target.unit_code,
            "roles": [counts[role] for role in self.roles],
            "home_unit_cap": None if profile is None else profile.most_from_one_unit,
            "bounds": bounds,
            "rewards": rewards,
        }

    def _require(
        self,
        label: str,
        soft: bool,
        price: int,
        bounds: list[dict[str, Any]],
        rewards: list[dict[str, Any]],
        at_least: int = 1,
    ) -> None:
        if soft:
            rewards.append({"label": self._label(label), "each": price, "up_to": at_least})
        else:
            bounds.append({"label": self._label(label), "min": at_least, "max": None})

    def _team_preferences(self) -> list[dict[str, Any]]:
        """One newcomer beside one veteran, women and men, three Party members for a temporary branch."""
        w = self.weights
        wishes = (
            ("newcomer", w["newcomer"], 1),
            ("veteran", w["newcomer"], 1),
            ("female", w["mixed_team"], 1),
            ("male", w["mixed_team"], 1),
            ("party", w["party"], 3),
        )
        return [{"label": self._label(name), "each": round(each), "up_to": up_to} for name, each, up_to in wishes]

    def _vacancies(self) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for at, target in enumerate(self.problem.targets):
            for seat in sorted({seat_name(d) for d in target.seats}):
                count = sum(d.count for d in target.seats if seat_name(d) == seat)
                for n in range(count):
                    nobody = vacancy_id(target.unit_code, seat, n)
                    person = self._person(nobody, nobody)  # nobody's home counts towards no unit's share
                    rows.append([person, at, self.roles.index(seat), -self.prices.vacancy, []])
        return rows
