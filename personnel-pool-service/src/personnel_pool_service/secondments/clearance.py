"""Before people are lent: nobody is the subject of an open clue, nobody must be recused from what they will deal with.

Asked of clue-service before the transaction begins, so these are dependencies of the routes.
"""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.service import resources_of
from chassis.web import require
from fastapi import Request

from personnel_pool_service.recusals import checking
from personnel_pool_service.recusals.checking import Question
from personnel_pool_service.recusals.errors import PersonalGround, RecusalBlocks
from personnel_pool_service.recusals.grounds import Rank
from personnel_pool_service.recusals.schemas import TargetIn
from personnel_pool_service.secondments.domain import LENDERS
from personnel_pool_service.secondments.schemas import ReplaceIn, SecondmentIn
from personnel_pool_service.settings import PoolSettings

Lender = Annotated[Principal, require(*LENDERS)]


async def clear_group(request: Request, caller: Lender, body: SecondmentIn) -> None:
    """Refuse a group with somebody who cannot be lent now, or not for these targets."""
    await clear_people(request, caller, [one.cadre_id for one in body.members])
    for role in sorted({one.role for one in body.members}):
        people = [one.cadre_id for one in body.members if one.role == role]
        await clear_targets(request, caller, people, role, body.targets)


async def clear_replacements(request: Request, caller: Lender, body: ReplaceIn) -> None:
    """Refuse replacements who cannot be lent now."""
    await clear_people(request, caller, [one.cadre_id for one in body.members])


async def clear_people(request: Request, caller: Principal, cadre_ids: Sequence[UUID]) -> None:
    """Raise ``PersonalGround`` if somebody is the subject of an open clue; ``PeerFailed`` if nobody can say."""
    resources = resources_of(request)
    own: PoolSettings = resources.own
    if own.lending_integrity_check:
        found = await checking.with_open_clue(resources, caller, request.state.cause, cadre_ids)
        if found:
            raise PersonalGround(members={"cadre_ids": sorted(map(str, found))})


async def clear_targets(
    request: Request, caller: Principal, cadre_ids: Sequence[UUID], role: str, targets: Sequence[TargetIn]
) -> None:
    """Raise ``RecusalBlocks`` if somebody must not deal with a target in this seat."""
    if not targets:
        return
    question = Question(
        cadre_ids=tuple(dict.fromkeys(cadre_ids)),
        units={f"/targets/{index}/unit_code": one.unit_code for index, one in enumerate(targets) if one.unit_code},
        clues={f"/targets/{index}/clue_id": one.clue_id for index, one in enumerate(targets) if one.clue_id},
        role=role,
    )
    verdicts = await checking.check(resources_of(request), caller, request.state.cause, question)
    blocked = [
        {"cadre_id": str(one.cadre_id), "target": one.target, "code": one.code}
        for one in verdicts
        if one.rank is Rank.BLOCK
    ]
    if blocked:
        raise RecusalBlocks(members={"blocked": blocked})
