"""The saga that adopts a run, step by step. Each step is one transaction or one round of calls, and safe to repeat.

1. ``begin_adoption`` records the decision, with the ids of the teams to be and a job that carries it on after a crash.
2. ``reserve_teams`` asks the pool for one secondment per team; the team's id makes that call idempotent.
3. ``settle_adoption`` writes the teams if every reservation was made, else the adoption turns to ``compensating``.
4. ``withdraw`` gives back what was reserved, then ``finish_withdrawal`` closes the adoption: nothing was kept.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from chassis.errors import NotFound
from chassis.http import PeerFailed
from chassis.uow import Uow

from inspection_service.adoptions import repository
from inspection_service.adoptions.domain import AdoptionState, Outcome, Reservation, waivers_of
from inspection_service.adoptions.errors import AdoptionInProgress, OverrideReasonRequired, RunNotAdoptable
from inspection_service.adoptions.models import Adoption
from inspection_service.adoptions.schemas import AdoptionOut
from inspection_service.assembly_runs import service as runs
from inspection_service.assembly_runs.models import AssemblyProposal
from inspection_service.assembly_runs.schemas import RunStatus
from inspection_service.clients.errors import PeerRefused
from inspection_service.clients.pool import PoolClient
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds import service as rounds
from inspection_service.rounds.errors import TargetIsManned
from inspection_service.rounds.models import Round
from inspection_service.teams import service as teams
from inspection_service.teams.descriptions import describe_teams
from inspection_service.teams.service import SeatPlan, TeamPlan

RESCUE_AFTER = timedelta(seconds=20)
"""A request that adopts has answered by then: calls to the pool end within 10 s."""


async def begin_adoption(uow: Uow, viewer: Viewer, run_id: UUID, override_reason: str | None) -> Adoption:
    """Record the decision; a run whose adoption is under way or done is answered with that adoption.

    Raises NotFound, RunNotAdoptable, OverrideReasonRequired, AdoptionInProgress, TargetIsManned, RoundIsOver.
    """
    run = await runs.visible_run(uow, viewer, run_id)
    await rounds.locked_round(uow, run.round_id)
    known = await repository.find_latest_of_run(uow.session, run_id)
    if known is not None and known.state in (AdoptionState.ADOPTED, AdoptionState.RESERVING):
        return known
    if await repository.find_live_of_round(uow.session, run.round_id) is not None:
        raise AdoptionInProgress(headers={"Retry-After": "1"})
    found = await rounds.locked_open_round(uow, run.round_id)
    proposal = await runs.proposal_of(uow, run_id)
    if run.status != RunStatus.SUCCEEDED or proposal is None:
        raise RunNotAdoptable(members={"status": run.status})
    _require_reason(proposal, override_reason)
    await _require_free_targets(uow, found.id, proposal)
    ids = await repository.new_ids(uow.session, len(proposal.teams))
    adoption = Adoption(
        run_id=run_id,
        round_id=found.id,
        state=AdoptionState.RESERVING,
        teams=[_team_to_be(team_id, team) for team_id, team in zip(ids, proposal.teams, strict=True)],
        override_reason=override_reason,
        started_by=uow.actor.acting_for or uow.actor.sub,
        created_at=uow.now,
        version=1,
    )
    uow.session.add(adoption)
    await uow.session.flush()
    await uow.enqueue("carry-on-adoption", {"adoption_id": str(adoption.id)}, delay=RESCUE_AFTER)
    await uow.audit("adopt", "assembly_run", run_id, detail={"overridden": override_reason is not None})
    return adoption


def _require_reason(proposal: AssemblyProposal, override_reason: str | None) -> None:
    waivers = waivers_of(proposal.teams)
    if (proposal.unmet or waivers) and override_reason is None:
        unmet = [{"rule": one["rule"], "unit_code": one["unit_code"]} for one in proposal.unmet]
        raise OverrideReasonRequired(members={"unmet": unmet, "waivers": waivers})


async def _require_free_targets(uow: Uow, round_id: UUID, proposal: AssemblyProposal) -> None:
    wanted = {team["unit_code"] for team in proposal.teams}
    manned = [t.unit_code for t in (await rounds.plan_of(uow, round_id)).targets if t.team_id is not None]
    if wanted.intersection(manned):
        raise TargetIsManned(members={"targets": sorted(wanted.intersection(manned))})


def _team_to_be(team_id: UUID, team: dict[str, Any]) -> dict[str, Any]:
    seats = [
        {
            "cadre_id": member["cadre_id"],
            "role": member["role"],
            "reasons": [reason["code"] for reason in member["reasons"]],
        }
        for member in team["members"]
    ]
    unknown = {"outcome": Outcome.UNKNOWN.value, "secondment_id": None}
    return {"team_id": str(team_id), "unit_code": team["unit_code"], "seats": seats, **unknown}


def plan_of_team(row: dict[str, Any]) -> TeamPlan:
    """A stored team to be, typed."""
    seats = tuple(SeatPlan(UUID(s["cadre_id"]), s["role"], tuple(s["reasons"])) for s in row["seats"])
    return TeamPlan(UUID(row["team_id"]), row["unit_code"], seats)


async def period_of(uow: Uow, adoption: Adoption) -> tuple[date, date]:
    """First and last day of the round, for its secondments."""
    found = (await rounds.plan_of(uow, adoption.round_id)).round
    return found.starts_on, found.ends_on


async def reserve_teams(pool: PoolClient, adoption: Adoption, period: tuple[date, date]) -> list[Reservation]:
    """Ask the pool for every team at once; an answer that does not come is not an answer."""
    return list(await asyncio.gather(*(_reserve(pool, adoption, row, period) for row in adoption.teams)))


async def _reserve(pool: PoolClient, adoption: Adoption, row: dict[str, Any], period: tuple[date, date]) -> Reservation:
    plan = plan_of_team(row)
    try:
        secondment = await pool.reserve(
            purpose="inspection",
            request_ref=f"team:{plan.team_id}",
            period=period,
            members=[(seat.cadre_id, seat.role) for seat in plan.seats],
            acting_for=adoption.started_by,
        )
    except PeerFailed:
        return Reservation(Outcome.UNKNOWN)
    except PeerRefused as error:
        return Reservation(Outcome.REFUSED, refusal=error)
    return Reservation(Outcome.RESERVED, secondment)


async def settle_adoption(uow: Uow, adoption_id: UUID, reservations: Sequence[Reservation]) -> Adoption:
    """Turn reservations into teams, or the adoption into one to be undone. Unknown ones leave it as it is."""
    adoption, found = await _locked(uow, adoption_id)
    if adoption.state != AdoptionState.RESERVING:
        return adoption
    refusal = next((one.refusal for one in reservations if one.refusal is not None), None)
    if refusal is None and any(one.secondment is None for one in reservations):
        return adoption
    adoption.teams = [
        {**row, "outcome": one.outcome.value, "secondment_id": str(one.secondment.id) if one.secondment else None}
        for row, one in zip(adoption.teams, reservations, strict=True)
    ]
    if refusal is not None:
        adoption.refusal_code = refusal.code
        await _move(uow, adoption, AdoptionState.COMPENSATING)
        await uow.enqueue("carry-on-adoption", {"adoption_id": str(adoption.id)}, delay=RESCUE_AFTER)
        return adoption
    for row, one in zip(adoption.teams, reservations, strict=True):
        assert one.secondment is not None
        await teams.propose_team(
            uow,
            found,
            plan_of_team(row),
            one.secondment,
            run_id=adoption.run_id,
            proposed_by=adoption.started_by,
            reason=adoption.override_reason,
        )
    await _move(uow, adoption, AdoptionState.ADOPTED)
    return adoption


async def withdraw(pool: PoolClient, adoption: Adoption, period: tuple[date, date]) -> None:
    """Give back every secondment the pool made, also one whose answer never reached us.

    Raises PeerFailed while the pool cannot say or do it; trying again is safe.
    """
    for row in adoption.teams:
        secondment_id = row["secondment_id"]
        if row["outcome"] == Outcome.UNKNOWN:
            # Asking again under the same key tells what became of the first question; a group made only now is
            # given back like one made then.
            reservation = await _reserve(pool, adoption, row, period)
            if reservation.outcome is Outcome.UNKNOWN:
                raise PeerFailed(members={"peer": "pool"})
            secondment_id = reservation.secondment.id if reservation.secondment else None
        if secondment_id is not None:
            await pool.settle(UUID(str(secondment_id)), "recall", acting_for=adoption.started_by)


async def finish_withdrawal(uow: Uow, adoption_id: UUID) -> Adoption:
    """Nothing is reserved any more: the round is free for another adoption."""
    adoption, _found = await _locked(uow, adoption_id)
    if adoption.state == AdoptionState.COMPENSATING:
        await _move(uow, adoption, AdoptionState.WITHDRAWN)
    return adoption


async def _locked(uow: Uow, adoption_id: UUID) -> tuple[Adoption, Round]:
    seen = await repository.find_adoption(uow.session, adoption_id)
    if seen is None:
        raise NotFound
    found = await rounds.locked_round(uow, seen.round_id)
    adoption = await repository.lock_adoption(uow.session, adoption_id)
    assert adoption is not None
    return adoption, found


async def _move(uow: Uow, adoption: Adoption, state: AdoptionState) -> None:
    adoption.state = state
    adoption.version += 1
    if state in (AdoptionState.ADOPTED, AdoptionState.WITHDRAWN):
        adoption.finished_at = uow.now
    await uow.session.flush()
    detail = {"adoption_id": str(adoption.id), "code": adoption.refusal_code}
    await uow.audit(state.value, "adoption", adoption.run_id, detail=detail)


async def find_adoption(uow: Uow, adoption_id: UUID) -> Adoption | None:
    """The adoption, for the service's own work."""
    return await repository.find_adoption(uow.session, adoption_id)


async def adoption_of_run(uow: Uow, viewer: Viewer, run_id: UUID) -> Adoption:
    """The adoption of a run the viewer may see."""
    await runs.visible_run(uow, viewer, run_id)
    found = await repository.find_latest_of_run(uow.session, run_id)
    if found is None:
        raise NotFound
    return found


async def describe_adoption(uow: Uow, adoption: Adoption) -> AdoptionOut:
    """An adoption as callers see it."""
    made = []
    if adoption.state == AdoptionState.ADOPTED:
        rows = await teams.teams_by_id(uow, [UUID(row["team_id"]) for row in adoption.teams])
        made = await describe_teams(uow, rows)
    columns = {column.key: getattr(adoption, column.key) for column in Adoption.__table__.columns}
    shown = {name: columns[name] for name in AdoptionOut.model_fields if name in columns and name != "teams"}
    return AdoptionOut(**shown, teams=made)
