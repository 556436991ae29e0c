"""A recusal check from question to verdicts. Facts come in, verdicts go out, nothing else does.

clue-service is asked between transactions: it may take its time.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chassis.directory import UnitTree
from chassis.identity import Principal
from chassis.service import Resources
from chassis.uow import Cause

from personnel_pool_service.cadres import service as cadres
from personnel_pool_service.cadres.domain import CadreFacts, RecusalFacts
from personnel_pool_service.clients import clue
from personnel_pool_service.recusals import service
from personnel_pool_service.recusals.domain import CLEAR, Circumstances, Verdict, Weight, grounds_of, weigh_cadre
from personnel_pool_service.recusals.grounds import Rank
from personnel_pool_service.recusals.targets import Targets
from personnel_pool_service.settings import PoolSettings


@dataclass(frozen=True)
class Question:
    """Whom, for what, in which seat. Cadre ids are distinct."""

    cadre_ids: tuple[UUID, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    """JSON pointer → unit code."""
    clues: Mapping[str, UUID] = field(default_factory=dict)
    """JSON pointer → clue id."""
    role: str | None = None
    known: Mapping[UUID, CadreFacts] | None = None
    """What the cadres' rows and posts say, where the asker has just read it."""


@dataclass(frozen=True)
class _Gathered:
    facts: Mapping[UUID, RecusalFacts]
    circumstances: Mapping[UUID, Circumstances]
    with_open_clue: frozenset[UUID]
    targets: Targets
    region_rank: Rank


async def check(resources: Resources, caller: Principal, cause: Cause, question: Question) -> list[Verdict]:
    """A verdict per cadre and target, cadres in the order of the question; raises what ``weigh`` raises."""
    weights = await weigh(resources, caller, cause, question)
    keys = [*question.units.values(), *map(str, question.clues.values())]
    return [
        Verdict(cadre_id, key, *found.get(key, CLEAR))
        for cadre_id, found in weights.items()
        for key in dict.fromkeys(keys)
    ]


async def weigh(
    resources: Resources, caller: Principal, cause: Cause, question: Question
) -> dict[UUID, dict[str, Weight]]:
    """Cadre → target → what stands against it; pairs without any ground are absent.

    Raises:
        UnknownUnit, UnknownCadre, UnknownClue: the question is wrong; names the fields.
        PeerFailed: clue-service does not answer; never a silent clear.
    """
    gathered = await _gather(resources, caller, cause, question)
    today = resources.clock.today()
    return {
        cadre_id: weigh_cadre(
            gathered.facts[cadre_id],
            gathered.targets,
            today,
            has_open_clue=cadre_id in gathered.with_open_clue,
            role=question.role,
            more=gathered.circumstances[cadre_id],
            region_rank=gathered.region_rank,
        )
        for cadre_id in question.cadre_ids
    }


async def explain(resources: Resources, caller: Principal, cause: Cause, question: Question) -> list[tuple[str, Rank]]:
    """Every kind of ground the one cadre of the question has, weightiest first. For the two who may know alone."""
    gathered = await _gather(resources, caller, cause, question)
    (cadre_id,) = question.cadre_ids
    grounds = grounds_of(
        gathered.facts[cadre_id],
        gathered.targets,
        resources.clock.today(),
        cadre_id in gathered.with_open_clue,
        question.role,
        gathered.circumstances[cadre_id],
        gathered.region_rank,
    )
    held = {(ground.name, ground.rank) for ground in grounds if ground.units and ground.rank > Rank.CLEAR}
    return sorted(held, key=lambda one: (-one[1], one[0]))


async def with_open_clue(
    resources: Resources, caller: Principal, cause: Cause, cadre_ids: Sequence[UUID]
) -> frozenset[UUID]:
    """Those of the cadres who are the subject of an open clue; unknown ids are nobody. Never store or answer why.

    Raises:
        PeerFailed: clue-service does not answer.
    """
    async with resources.transactions(caller, cause) as uow:
        facts = await cadres.recusal_facts(uow, resources.keys, cadre_ids)
    return await clue.cadres_with_open_clue(resources.peers, facts.values(), cause)


async def _gather(resources: Resources, caller: Principal, cause: Cause, question: Question) -> _Gathered:
    tree: UnitTree = await resources.directory.tree(fresh=True)
    acting_for = caller.acting_for or caller.sub
    units_of_clues = await clue.units_of_clues(resources.peers, question.clues, acting_for, cause)
    persons = {code for facts in units_of_clues.values() for code in facts.person_codes}
    # Who was just read is asked about while the rest is gathered; others must be read first.
    asking = None if question.known is None else _start_asking(resources, question.known.values(), cause)
    try:
        async with resources.transactions(caller, cause) as uow:
            people = await service.gather_people(
                uow, resources.keys, question.cadre_ids, question.units, question.known
            )
            units_of_persons = await service.units_of_persons(uow, persons)
        with_open_clue = await (asking or _start_asking(resources, people.facts.values(), cause))
    finally:
        if asking is not None:
            asking.cancel()
    clues = {
        str(clue_id): _units(facts.unit_codes, facts.person_codes, units_of_persons)
        for clue_id, facts in units_of_clues.items()
    }
    own: PoolSettings = resources.own
    return _Gathered(
        facts=people.facts,
        circumstances=people.circumstances,
        with_open_clue=with_open_clue,
        targets=Targets(tree, list(question.units.values()), clues),
        region_rank=Rank[own.recusal_region_rank.upper()],
    )


def _start_asking(resources: Resources, facts: Iterable[CadreFacts], cause: Cause) -> asyncio.Task[frozenset[UUID]]:
    return asyncio.create_task(clue.cadres_with_open_clue(resources.peers, facts, cause))


def _units(codes: Sequence[str], persons: Sequence[str], units_of_persons: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys([*codes, *(units_of_persons[one] for one in persons if one in units_of_persons)]))
