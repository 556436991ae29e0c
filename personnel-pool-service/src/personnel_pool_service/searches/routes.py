"""Searches for candidates over HTTP; also the bulk read of the services."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.errors import RoleRequired, invalid_field
from chassis.identity import Principal
from chassis.pagination import MAX_LIMIT, Page
from chassis.service import resources_of
from chassis.web import Caller, open_uow
from fastapi import APIRouter, Request, Response

from personnel_pool_service.appraisals import service as appraisals
from personnel_pool_service.cadres.policy import readable_homes
from personnel_pool_service.cadres.schemas import item_of
from personnel_pool_service.cadres.views import CadreView
from personnel_pool_service.cursors import cursor_of_id, id_of_cursor
from personnel_pool_service.recusals import checking
from personnel_pool_service.recusals.checking import Question
from personnel_pool_service.recusals.domain import Verdict
from personnel_pool_service.recusals.grounds import Rank
from personnel_pool_service.recusals.routes import CHECKERS
from personnel_pool_service.searches import service
from personnel_pool_service.searches.domain import RuleVerdict
from personnel_pool_service.searches.schemas import CandidateItem, CandidateSearch, RuleOut
from personnel_pool_service.secondments.limits import limits_of

router = APIRouter(tags=["cadres"])


@router.post("/v1/cadre-searches", response_model=Page[CandidateItem])
async def search_cadres(body: CandidateSearch, request: Request, caller: Caller) -> Response:
    """Look for candidates by name, text, qualifications, demands, period and targets, with the verdict of each rule."""
    resources = resources_of(request)
    tree = await resources.directory.tree(fresh=True)
    homes = readable_homes(caller, tree)
    if body.limit > MAX_LIMIT and not caller.is_service:
        raise invalid_field("/limit", "less_than_equal", "数值过大", "The number is too large")
    if body.targets and not caller.has_any(*CHECKERS):
        raise RoleRequired(members={"roles": sorted(CHECKERS)})
    async with open_uow(request, caller) as uow:
        found = await service.search(uow, body.to_criteria(), homes, after=id_of_cursor(body.cursor), limit=body.limit)
        # Recusals are weighed while the other rules are: each waits for the database most of its time.
        weighing = asyncio.create_task(_recusals(request, caller, body, found.views))
        try:
            is_explained = body.explain or bool(body.targets)
            rules = await service.rules_of(uow, tree, limits_of(resources.own), found) if is_explained else {}
            recusals = await weighing
            ids = [view.row.id for view in found.views]
            grades = await appraisals.latest_grades(uow, ids) if caller.is_service else {}
        finally:
            weighing.cancel()
    items = []
    for view in found.views:
        item = CandidateItem.model_construct(**dict(item_of(view, found.criteria.demands)))
        item.last_grade = grades.get(view.row.id)
        if view.row.id in rules:
            item.rules = [*map(_rule, rules[view.row.id]), *map(_recusal, recusals.get(view.row.id, ()))]
            item.eligible = _is_eligible(item.rules)
        items.append(item)
    page: Page[CandidateItem] = Page(items=items, next_cursor=cursor_of_id(ids[-1], more=found.more) if ids else None)
    # Written here once: answered as a model it would be checked and copied again, a service's two thousand items too.
    return Response(page.model_dump_json(by_alias=True), media_type="application/json")


async def _recusals(
    request: Request, caller: Principal, body: CandidateSearch, views: Sequence[CadreView]
) -> Mapping[UUID, Sequence[Verdict]]:
    found: dict[UUID, list[Verdict]] = defaultdict(list)
    if not body.targets:
        return found
    question = Question(
        cadre_ids=tuple(view.row.id for view in views),
        units={f"/targets/{index}/unit_code": one.unit_code for index, one in enumerate(body.targets) if one.unit_code},
        clues={f"/targets/{index}/clue_id": one.clue_id for index, one in enumerate(body.targets) if one.clue_id},
        role=body.role,
        known={view.row.id: view.facts() for view in views},
    )
    for verdict in await checking.check(resources_of(request), caller, request.state.cause, question):
        found[verdict.cadre_id].append(verdict)
    return found


def _rule(one: RuleVerdict) -> RuleOut:
    return RuleOut(rule=one.rule, ok=one.ok, reason=one.reason, detail=list(one.detail))


def _recusal(one: Verdict) -> RuleOut:
    return RuleOut.model_validate(
        {
            "rule": "recusal",
            "ok": one.rank < Rank.BLOCK,
            "verdict": one.rank.name.lower(),
            "reason": one.code,
            "detail": [one.target],
        }
    )


def _is_eligible(rules: Sequence[RuleOut]) -> bool:
    """Every rule lets the candidate come, and of the demands at least one is met."""
    demands = [rule.ok for rule in rules if rule.rule.startswith("demand:")]
    return all(rule.ok for rule in rules if not rule.rule.startswith("demand:")) and (not demands or any(demands))
