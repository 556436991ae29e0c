"""Use cases of replacement plans: drawing one up, and carrying one option out in steps that are safe to repeat.

1. ``begin_carrying_out`` records the decision and a job that carries it on after a crash.
2. The pool frees the seats of those who leave and asks for those who come (``exchanges.exchange_seats``).
3. ``exchanges.settle_exchange`` writes the members, or the refusal: then the seat stays open for another plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chassis.errors import MoveRefused, NotFound, Text, invalid_field
from chassis.uow import Uow

from inspection_service.assembly.problem import Role
from inspection_service.assembly.questions import ReplacementQuestion, Replacements
from inspection_service.assembly_runs.schemas import UnmetOut
from inspection_service.involvements.policy import Viewer
from inspection_service.replacement_plans import domain, repository
from inspection_service.replacement_plans.domain import PlanState
from inspection_service.replacement_plans.errors import (
    ChiefIsAuthorised,
    NoEmptySeat,
    NoSuchOption,
    NotOneForOne,
    ReplacementReasonRequired,
    ReplacementUnderWay,
    TeamHasChanged,
)
from inspection_service.replacement_plans.events import emit_plan
from inspection_service.replacement_plans.models import ReplacementPlan
from inspection_service.replacement_plans.schemas import CarryOutIn, OptionOut, PlanOut
from inspection_service.rounds import service as rounds
from inspection_service.rule_sets import service as rule_sets
from inspection_service.rule_sets.domain import Version
from inspection_service.teams import service as teams
from inspection_service.teams.errors import ProposerMayNotAuthorise
from inspection_service.teams.models import Team, TeamMember

RESCUE_AFTER = timedelta(seconds=20)
"""A request that carries a plan out has answered by then: calls to the pool end within 10 s."""


@dataclass(frozen=True)
class Vacancy:
    """What must be known to look for replacements."""

    team: Team
    members: Sequence[TeamMember]
    plan: rounds.RoundPlan
    past: Sequence[rounds.PastTeam]
    versions: Sequence[Version]
    since: date | None = None
    """The first day of whoever comes, where the team is at its unit already."""
    left: frozenset[str] = frozenset()
    """Who has left the team or was refused to it: they are not asked for again."""

    def question(self, out: Sequence[UUID], most: int) -> ReplacementQuestion:
        """The question the engine is asked."""
        seated = tuple((str(m.cadre_id), Role(m.role)) for m in self.members)
        return ReplacementQuestion(
            unit_code=self.team.unit_code, seated=seated, out=tuple(str(one) for one in out), most=most
        )


async def vacancy_of(uow: Uow, team: Team, out: Sequence[UUID]) -> Vacancy:
    """What must be known to replace some members, or to fill empty seats.

    Raises MoveRefused for a team that is over, NoEmptySeat, and by field.
    """
    if team.state not in domain.REPLACEABLE_STATES:
        text = Text(
            f"状态为 {team.state} 的组不能更换组员", f"members of a team in state {team.state} are not replaced"
        )
        raise MoveRefused(text, members={"state": team.state, "allowed_moves": []})
    members = await repository.list_members(uow.session, team.id)
    there = {member.cadre_id for member in members}
    for at, cadre_id in enumerate(out):
        if cadre_id not in there:
            raise invalid_field(f"/cadre_ids/{at}", "not_a_member", "该干部不是组员", "not a member of the team")
    plan = await rounds.plan_of(uow, team.round_id)
    targets = [target for target in plan.targets if target.unit_code == team.unit_code]
    if not out and not domain.empty_seats(targets[0].demands, len(members)):
        raise NoEmptySeat
    return Vacancy(
        team=team,
        members=members,
        plan=rounds.RoundPlan(plan.round, targets),
        past=await rounds.past_teams(uow),
        versions=await rule_sets.versions_in_force(uow, plan.round.office_unit),
        since=domain.first_day_of_newcomers(team.state, uow.clock.today()),
        left=frozenset(await repository.list_dropped(uow.session, team.id)) - {str(one) for one in there},
    )


async def visible_team(uow: Uow, viewer: Viewer, team_id: UUID) -> Team:
    """The team; raises NotFound where the viewer may not meet its matter."""
    return await teams.visible_team(uow, viewer, team_id)


async def store_plan(uow: Uow, team: Team, out: Sequence[UUID], cause: str, found: Replacements) -> ReplacementPlan:
    """Keep what was drawn up; an undecided plan about the same people is drawn up anew in place."""
    who = sorted(str(one) for one in out)
    document = found.model_dump(mode="json")
    plan = await repository.find_open_plan(uow.session, team.id, who)
    if plan is None:
        plan = ReplacementPlan(
            team_id=team.id,
            out=who,
            cause=cause,
            state=PlanState.OPEN,
            created_by=uow.actor.acting_for or uow.actor.sub,
            created_at=uow.now,
            version=0,
        )
        uow.session.add(plan)
    if plan.cause in domain.AFTERTHOUGHTS:  # the event came first; whoever gave the seat back knows better why
        plan.cause = cause
    plan.authorised_option = plan.authorised_by = plan.authorised_at = None  # agreed to other options
    plan.options, plan.sentence, plan.unmet = document["options"], document["sentence"], document["unmet"]
    plan.version += 1
    await uow.session.flush()
    await uow.audit("plan_replacement", "team", team.id, detail={"plan_id": str(plan.id), "out": who})
    await emit_plan(uow, plan, team)
    return plan


async def without_plan(uow: Uow, team_id: UUID, cadre_ids: Sequence[UUID]) -> list[UUID]:
    """Those of some members whom no plan that is open or under way is about."""
    planned = await repository.list_planned_out(uow.session, team_id)
    return [cadre_id for cadre_id in cadre_ids if str(cadre_id) not in planned]


async def visible_plan(uow: Uow, viewer: Viewer, plan_id: UUID) -> tuple[ReplacementPlan, Team]:
    """A plan of a team the viewer may see."""
    plan = await repository.find_plan(uow.session, plan_id)
    if plan is None:
        raise NotFound
    return plan, await teams.visible_team(uow, viewer, plan.team_id)


async def list_plans(uow: Uow, viewer: Viewer, team_id: UUID) -> Sequence[ReplacementPlan]:
    """Plans of a team, newest first."""
    await teams.visible_team(uow, viewer, team_id)
    return await repository.list_plans(uow.session, team_id)


async def dismiss_plan(uow: Uow, viewer: Viewer, plan_id: UUID) -> ReplacementPlan:
    """Decide against a plan."""
    await visible_plan(uow, viewer, plan_id)
    plan = await repository.lock_plan(uow.session, plan_id)
    assert plan is not None
    domain.MOVES.take("dismiss", plan.state)
    await move_plan(uow, plan, PlanState.DISMISSED)
    return plan


async def authorise_option(uow: Uow, viewer: Viewer, plan_id: UUID, rank: int) -> ReplacementPlan:
    """A leader agrees that the chiefs of an authorised team are exchanged as one option says.

    Raises NoSuchOption, and ProposerMayNotAuthorise for who drew the plan up.
    """
    await visible_plan(uow, viewer, plan_id)
    plan = await repository.lock_plan(uow.session, plan_id)
    assert plan is not None
    domain.MOVES.take("authorise", plan.state)
    by = uow.actor.acting_for or uow.actor.sub
    if by == plan.created_by:
        raise ProposerMayNotAuthorise
    if all(option["rank"] != rank for option in plan.options):
        raise NoSuchOption
    plan.authorised_option, plan.authorised_by, plan.authorised_at = rank, by, uow.now
    await move_plan(uow, plan, PlanState.OPEN)
    return plan


async def begin_carrying_out(uow: Uow, viewer: Viewer, plan_id: UUID, body: CarryOutIn) -> ReplacementPlan:
    """Record which option is taken; a plan under way or done is answered as it is.

    Raises NoSuchOption, NotOneForOne, ChiefIsAuthorised, ReplacementReasonRequired, ReplacementUnderWay and
    TeamHasChanged.
    """
    seen, team = await visible_plan(uow, viewer, plan_id)
    locked = await repository.lock_team(uow.session, team.id)
    plan = await repository.lock_plan(uow.session, plan_id)
    assert plan is not None
    assert locked is not None
    if plan.state in (PlanState.CARRYING_OUT, PlanState.CARRIED_OUT) and seen.chosen == body.option:
        return plan
    domain.MOVES.take("carry-out", plan.state)
    option = next((one for one in plan.options if one["rank"] == body.option), None)
    if option is None:
        raise NoSuchOption
    _check_option(option, plan, locked, body.reason)
    there = {str(m.cadre_id) for m in await repository.list_members(uow.session, team.id)}
    if not set(plan.out) <= there or any(change["cadre_id"] in there for change in option["changes"]):
        raise TeamHasChanged
    targets = (await rounds.plan_of(uow, team.round_id)).targets
    demands = next(target.demands for target in targets if target.unit_code == team.unit_code)
    if domain.vacancies_filled(option) > domain.empty_seats(demands, len(there)):
        raise TeamHasChanged  # somebody sits there by now
    if await repository.is_under_way(uow.session, team.id):
        raise ReplacementUnderWay(headers={"Retry-After": "1"})
    plan.chosen, plan.reason = body.option, body.reason
    plan.carried_out_by = uow.actor.acting_for or uow.actor.sub
    await move_plan(uow, plan, PlanState.CARRYING_OUT)
    await uow.enqueue("carry-on-replacement", {"plan_id": str(plan.id)}, delay=RESCUE_AFTER)
    return plan


def _check_option(option: dict[str, Any], plan: ReplacementPlan, team: Team, reason: str | None) -> None:
    if team.state not in domain.REPLACEABLE_STATES:
        raise TeamHasChanged
    if not domain.is_one_for_one(option, plan.out):
        raise NotOneForOne
    if domain.needs_authorisation(option, team.state) and plan.authorised_option != option["rank"]:
        raise ChiefIsAuthorised
    if (option["unmet"] or option["waivers"]) and reason is None:
        unmet = [{"rule": one["rule"], "unit_code": one["unit_code"]} for one in option["unmet"]]
        raise ReplacementReasonRequired(members={"unmet": unmet, "waivers": option["waivers"]})


async def find_plan(uow: Uow, plan_id: UUID) -> tuple[ReplacementPlan, Team] | None:
    """A plan and its team, for the service's own work."""
    plan = await repository.find_plan(uow.session, plan_id)
    return None if plan is None else (plan, (await teams.teams_by_id(uow, [plan.team_id]))[0])


async def move_plan(uow: Uow, plan: ReplacementPlan, state: PlanState) -> None:
    """Write a plan's next state and its audit row."""
    plan.state = state
    plan.version += 1
    if state not in domain.UNFINISHED:
        plan.finished_at = uow.now
    await uow.session.flush()
    detail = {"plan_id": str(plan.id), "option": plan.chosen, "code": plan.refusal_code}
    await uow.audit(f"replacement_{state.value}", "team", plan.team_id, detail=detail)


def describe_plan(plan: ReplacementPlan, language: str) -> PlanOut:
    """A plan as callers see it."""

    def unmet(rows: Sequence[dict[str, Any]]) -> list[UnmetOut]:
        return [UnmetOut.model_validate({**u, "text": Text(*u["text"]).in_language(language)}) for u in rows]

    columns = {column.key: getattr(plan, column.key) for column in ReplacementPlan.__table__.columns}
    own = ("options", "unmet", "sentence")
    shown = {name: columns[name] for name in PlanOut.model_fields if name in columns and name not in own}
    return PlanOut(
        **shown,
        allowed_moves=domain.MOVES.allowed(plan.state),
        options=[OptionOut.model_validate({**one, "unmet": unmet(one["unmet"])}) for one in plan.options],
        unmet=unmet(plan.unmet),
        sentence=Text(*plan.sentence).in_language(language) if plan.sentence else None,
    )
