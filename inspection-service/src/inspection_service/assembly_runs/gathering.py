"""Everything the engine needs for some targets: people and verdicts from the pool, units and history from here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from chassis.service import Resources

from inspection_service.assembly.problem import AssemblyProblem
from inspection_service.assembly_runs import domain
from inspection_service.resources import own_of
from inspection_service.rounds.service import PastTeam, RoundPlan
from inspection_service.rule_sets.domain import Version, profiles_of, weights_of


async def gather_problem(
    resources: Resources,
    plan: RoundPlan,
    past: Sequence[PastTeam],
    versions: Sequence[Version],
    request: Mapping[str, Any],
    salt: str,
    *,
    since: date | None = None,
) -> AssemblyProblem:
    """The problem of manning a plan's targets, from ``since`` on where the round has begun without these people.

    Raises PeerFailed or PeerRefused where the pool cannot say.
    """
    pool, found = own_of(resources).pool, plan.round
    tree = await resources.directory.tree()
    period = (min(max(found.starts_on, since or found.starts_on), found.ends_on), found.ends_on)
    cadres = await pool.list_cadres(period)
    units = [target.unit_code for target in plan.targets]
    verdicts = await pool.check_recusals(units, [cadre.id for cadre in cadres])
    apart = await pool.team_separations()
    quotas = await pool.lending_quotas(period)
    candidates = tuple(domain.candidate_of(cadre, tree) for cadre in cadres)
    targets = tuple(
        domain.target_of(
            t.unit_code,
            t.profile,
            t.demands,
            tree,
            domain.own_units_of(found.office_unit, t.commission, found.mode, tree),
            secrecy=t.secrecy_level,
        )
        for t in plan.targets
    )
    return AssemblyProblem(
        candidates=candidates,
        targets=targets,
        verdicts=domain.verdicts_of(verdicts),
        past_teams=tuple(
            domain.past_team_of(team.unit_code, team.round_type, team.closed_on, team.members) for team in past
        ),
        never_together=tuple((str(one), str(other)) for one, other in apart),
        worked_together=domain.worked_together_of((team.members for team in past), candidates),
        unit_caps={one.home_unit: one.room for one in quotas},
        fair_shares=domain.fair_shares_of({one.home_unit: one.members for one in quotas}, targets, tree),
        salt=salt,
        profiles=profiles_of(versions),
        **domain.wishes_of(request, weights_of(versions)),
    )
