"""A member drops out of a team: how long until replacements are ranked, through the service's solver process."""

import asyncio
import os
import random
import time

from assembly.instances import Size
from assembly.results import Figure
from inspection_service.assembly.problem import AssemblyProblem, Candidate, Target, Verdict, VerdictRank
from inspection_service.assembly.questions import ReplacementQuestion
from inspection_service.assembly.worker import SolverPool

UNIT = "target"
ASKED = 20
TAGS = ("audit", "finance", "law", "petition", "data", "writing")
KINDS = ("inspection_office", "supervision_office", "dispatched_group", "supervised_unit")
RANKS = ("clerk", "section_deputy", "section_chief", "division_deputy", "division_chief")


def replaced(size: Size) -> Figure:
    """The 95th of 100 in seconds over drop-outs of every seat, and how many changed one seat only."""
    return asyncio.run(_replaced(size))


async def _replaced(size: Size) -> Figure:
    pool = SolverPool(niceness=0)
    problem = _problem(size)
    team = (await pool.assemble(problem, time_limit=60)).teams[0]
    seated = tuple((member.cadre_id, member.role) for member in team.members)
    times, single = [], 0
    for n in range(ASKED):
        out = seated[n % len(seated)][0]
        started = time.perf_counter()
        question = ReplacementQuestion(unit_code=UNIT, seated=seated, out=(out,))
        answer = await pool.find_replacements(problem, question, time_limit=60)
        times.append(time.perf_counter() - started)
        single += bool(answer.options) and answer.options[0].seats_changed == 1
    times.sort()
    p95 = times[int(0.95 * (len(times) - 1))]
    said = f"p95 {p95:.2f} s, one seat changed in {single} of {ASKED}, load {os.getloadavg()[0]:.1f}"
    case = f"pool of {size.people}, through the service's solver process"
    return Figure("replacement of a drop-out", case, said, "p95 ≤ 2 s, one seat", p95 <= 2 and single == ASKED)


def _problem(size: Size) -> AssemblyProblem:
    rng = random.Random(f"drop-outs anew/{size}")
    people = tuple(
        Candidate(
            cadre_id=f"c{n:06d}",
            home_unit=f"u{(unit := rng.randrange(size.units)):04d}",
            home_unit_type=KINDS[unit % len(KINDS)],
            rank=rng.choice(RANKS),
            tags=frozenset(rng.sample(TAGS, 2)),
            pool_kinds=frozenset({"inspection_leader" if rng.random() < 0.1 else "inspection_member"}),
            gender=rng.choice(("female", "male")),
            party_member=rng.random() < 0.8,
            days_lent=rng.randrange(60),
        )
        for n in range(size.people)
    )
    verdicts = tuple(
        Verdict(cadre_id=one.cadre_id, unit_code=UNIT, verdict=VerdictRank.BLOCK)
        for one in people
        if rng.random() < 0.1
    )
    caps = {f"u{n:04d}": max(1, size.people // size.units // 5) for n in range(size.units)}
    return AssemblyProblem(candidates=people, targets=(Target(unit_code=UNIT),), verdicts=verdicts, unit_caps=caps)
