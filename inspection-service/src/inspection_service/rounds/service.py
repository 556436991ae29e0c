"""Use cases of rounds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import FieldError, NotFound, RoleRequired, Text
from chassis.moves import Move
from chassis.uow import Uow

from inspection_service.assembly.problem import Role
from inspection_service.assembly.rule_set import WEIGHTS_NAME
from inspection_service.involvements.policy import Viewer, competent_commission
from inspection_service.involvements.service import end_memberships, recused_targets
from inspection_service.rounds import domain, repository
from inspection_service.rounds.domain import RoundState
from inspection_service.rounds.errors import RoundHasOpenTeams, RoundIsOver, UnitRequired, UnknownProfile
from inspection_service.rounds.events import emit_round
from inspection_service.rounds.models import Participation, Round, RoundTarget
from inspection_service.rounds.schemas import (
    DemandIn,
    PastMemberOut,
    PastOut,
    PastTeamOut,
    PlanRoundIn,
    RoundOut,
    TargetIn,
    TargetOut,
)
from inspection_service.rule_sets import service as rule_sets
from inspection_service.steps.service import record_step

STEP = "round"
"""How rounds are named in the journal of steps."""


@dataclass(frozen=True)
class RoundPlan:
    """A round and its targets, for features that build on them."""

    round: Round
    targets: Sequence[RoundTarget]


@dataclass(frozen=True)
class PastTeam:
    """Who inspected a unit in one closed round, with roles by cadre."""

    unit_code: str
    round_type: str
    closed_on: date
    members: dict[UUID, str]


async def plan_round(uow: Uow, tree: UnitTree, body: PlanRoundIn, *, look_back_of: UUID | None = None) -> Round:
    """Plan a round of the caller's unit or, with ``past``, record one that is over.

    Raises UnitRequired and UnknownProfile. Unit codes are known by now.
    """
    office = uow.actor.unit
    if office is None or office not in tree:
        raise UnitRequired
    _check_profiles(body, {version.name for version in await rule_sets.versions_in_force(uow, office)})
    targets = _all_targets(body)
    past = body.past
    planned = Round(
        **body.model_dump(exclude={"targets", "past"}),
        state=RoundState.PLANNED if past is None else RoundState.CLOSED,
        office_unit=office,
        commission=competent_commission(tree, targets[0].unit_code, office),
        closed_on=past.closed_on if past else None,
        is_past=past is not None,
        look_back_of=look_back_of,
        created_by=uow.actor.acting_for or uow.actor.sub,
        created_at=uow.now,
        version=1,
    )
    uow.session.add(planned)
    await uow.session.flush()
    rows = [
        RoundTarget(
            round_id=planned.id,
            unit_code=target.unit_code,
            position=position,
            profile=target.profile,
            demands=[demand.model_dump(mode="json") for demand in target.demands or _default_demands()],
            secrecy_level=target.secrecy_level,
            commission=competent_commission(tree, target.unit_code, office),
            is_finished=past is not None,
        )
        for position, target in enumerate(targets)
    ]
    uow.session.add_all(rows)
    for team in past.teams if past else ():
        members = [(member.cadre_id, member.role) for member in team.members]
        await repository.add_participations(uow.session, planned.id, team.unit_code, members)
    await uow.session.flush()
    if past is None:
        await record_step(uow, STEP, planned.id, planned.version, "plan", source=None, target=planned.state)
        await emit_round(uow, "inspection.round.planned.v1", planned, rows)
    await uow.audit("plan" if past is None else "record_past", "round", planned.id)
    return planned


def _check_profiles(body: PlanRoundIn, in_force: set[str]) -> None:
    names = sorted(in_force - {WEIGHTS_NAME})
    errors = [
        FieldError(f"/targets/{index}/profile", "unknown_profile", UnknownProfile.title)
        for index, target in enumerate(body.targets)
        if target.profile is not None and target.profile not in names
    ]
    if errors:
        known = ", ".join(names)
        raise UnknownProfile(Text(f"可用的规则集：{known}", f"Rule sets there are: {known}"), errors=errors)


def _all_targets(body: PlanRoundIn) -> list[TargetIn]:
    """The targets given, then the units that past teams inspected besides."""
    given = {target.unit_code for target in body.targets}
    besides = [team.unit_code for team in (body.past.teams if body.past else ()) if team.unit_code not in given]
    return [*body.targets, *(TargetIn(unit_code=code) for code in besides)]


def _default_demands() -> list[DemandIn]:
    return [DemandIn(role=Role(role), count=count) for role, count in domain.DEFAULT_SEATS]


async def visible_round(uow: Uow, viewer: Viewer, round_id: UUID) -> Round:
    """The round; raises NotFound where the viewer may not meet it."""
    found = await repository.find_visible_round(uow.session, viewer, round_id)
    if found is None:
        raise NotFound
    return found


async def list_rounds(
    uow: Uow,
    viewer: Viewer,
    *,
    state: str | None,
    round_type: str | None,
    unit_code: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Round]:
    """Rounds the viewer may meet, newest first."""
    return await repository.list_visible_rounds(
        uow.session, viewer, state=state, round_type=round_type, unit_code=unit_code, before=before, limit=limit
    )


async def describe_rounds(uow: Uow, viewer: Viewer, rounds: Sequence[Round]) -> list[RoundOut]:
    """Rounds as callers see them, without the targets a viewer is recused from."""
    ids = [found.id for found in rounds]
    targets: dict[UUID, list[RoundTarget]] = defaultdict(list)
    for target in await repository.list_targets(uow.session, ids):
        targets[target.round_id].append(target)
    took_part: dict[UUID, list[Participation]] = defaultdict(list)
    for row in await repository.list_participations(uow.session, [found.id for found in rounds if found.is_past]):
        took_part[row.round_id].append(row)
    answers = []
    for found in rounds:
        hidden = await recused_targets(uow, viewer, found.id)
        shown = [target for target in targets[found.id] if target.unit_code not in hidden]
        past = [row for row in took_part[found.id] if row.unit_code not in hidden]
        answers.append(_describe(found, shown, past))
    return answers


def _describe(found: Round, targets: Sequence[RoundTarget], past: Sequence[Participation]) -> RoundOut:
    columns = {column.key: getattr(found, column.key) for column in Round.__table__.columns}
    teams: dict[str, list[PastMemberOut]] = defaultdict(list)
    for row in past:
        teams[row.unit_code].append(PastMemberOut.model_validate(row))
    record = None
    if found.is_past and found.closed_on is not None:
        record = PastOut(
            closed_on=found.closed_on,
            teams=[PastTeamOut(unit_code=code, members=members) for code, members in sorted(teams.items())],
        )
    return RoundOut(
        **{name: columns[name] for name in RoundOut.model_fields if name in columns},
        days=domain.days_of(found.starts_on, found.ends_on),
        report_due_on=domain.report_due_on(found.state, found.ends_on, found.report_due_days),
        feedback_due_on=domain.feedback_due_on(found.state, found.ends_on, found.feedback_due_days),
        allowed_moves=domain.MOVES.allowed(found.state),
        targets=[TargetOut.model_validate(target) for target in targets],
        past=record,
    )


async def move_round(uow: Uow, viewer: Viewer, round_id: UUID, verb: str) -> Round:
    """Take one move of the table. Raises NotFound, RoleRequired, MoveRefused, RoundHasOpenTeams."""
    await visible_round(uow, viewer, round_id)
    found = await locked_round(uow, round_id)
    move = domain.MOVES[verb]
    if not uow.actor.has_any(*move.roles):
        raise RoleRequired(members={"roles": sorted(move.roles)})
    domain.MOVES.take(verb, found.state)
    if verb == "close":
        open_teams = [
            t for t in await repository.list_targets(uow.session, [round_id]) if t.team_id and not t.is_finished
        ]
        if open_teams:
            raise RoundHasOpenTeams(members={"teams": [str(target.team_id) for target in open_teams]})
        found.closed_on = uow.clock.today()
    await _move(uow, found, move)
    if verb == "close":
        await end_memberships(uow, found.id)  # what was given for the round ends with it
    await uow.audit(verb, "round", found.id)
    return found


async def follow(uow: Uow, found: Round, consequence: str) -> None:
    """Let the round follow what a team or a finding did, where its state still waits for it."""
    move = domain.CONSEQUENCES[consequence]
    if found.state in move.sources:
        await _move(uow, found, move)


async def _move(uow: Uow, found: Round, move: Move) -> None:
    source, found.state = found.state, str(move.target)
    found.version += 1
    await uow.session.flush()
    await record_step(uow, STEP, found.id, found.version, move.verb, source=source, target=found.state)
    if move.event is not None:
        await emit_round(uow, move.event, found, await repository.list_targets(uow.session, [found.id]))


async def locked_round(uow: Uow, round_id: UUID) -> Round:
    """The round, locked for this transaction."""
    found = await repository.lock_round(uow.session, round_id)
    if found is None:
        raise NotFound
    return found


async def locked_open_round(uow: Uow, round_id: UUID) -> Round:
    """The round, locked; raises RoundIsOver once it has closed: authorisations end with it."""
    found = await locked_round(uow, round_id)
    if found.state == RoundState.CLOSED:
        raise RoundIsOver
    return found


async def plan_of(uow: Uow, round_id: UUID) -> RoundPlan:
    """The round with its targets."""
    found = await repository.find_round(uow.session, round_id)
    if found is None:
        raise NotFound
    return RoundPlan(found, await repository.list_targets(uow.session, [round_id]))


async def man_target(uow: Uow, round_id: UUID, unit_code: str, team_id: UUID | None) -> None:
    """Name the team in charge of a target, or none."""
    target = await repository.find_target(uow.session, round_id, unit_code)
    if target is None:
        raise NotFound
    target.team_id = team_id
    await uow.session.flush()


async def finish_target(uow: Uow, round_id: UUID, unit_code: str) -> None:
    """The team of a target has closed."""
    target = await repository.find_target(uow.session, round_id, unit_code)
    if target is None:
        raise NotFound
    target.is_finished = True
    await uow.session.flush()


async def record_participation(uow: Uow, round_id: UUID, unit_code: str, members: Iterable[tuple[UUID, str]]) -> None:
    """Remember who inspected a unit; becomes history once the round has closed. Safe to repeat."""
    await repository.add_participations(uow.session, round_id, unit_code, members)


async def past_teams(uow: Uow) -> list[PastTeam]:
    """The teams of all closed rounds."""
    teams: dict[tuple[UUID, str], PastTeam] = {}
    for row, kind, closed_on in await repository.list_history(uow.session):
        key = (row.round_id, row.unit_code)
        team = teams.setdefault(key, PastTeam(row.unit_code, kind, closed_on, {}))
        team.members[row.cadre_id] = row.role
    return list(teams.values())


async def closed_among(uow: Uow, round_ids: Iterable[UUID]) -> set[UUID]:
    """Which of some rounds are closed."""
    return await repository.list_closed(uow.session, round_ids)
