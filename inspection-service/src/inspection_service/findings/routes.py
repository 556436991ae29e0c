"""Findings over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, encode_cursor
from chassis.service import resources_of
from chassis.web import IfMatch, UowDep, answer_resource, check_version, open_uow, require, set_etag
from fastapi import APIRouter, Body, Query, Request, Response

from inspection_service.evidence_references.schemas import EvidenceListOut
from inspection_service.findings import service
from inspection_service.findings.domain import MOVES
from inspection_service.findings.schemas import (
    AddEvidenceIn,
    FindingOut,
    HandOverIn,
    RecordFindingIn,
    ReferFindingIn,
    WithdrawFindingIn,
)
from inspection_service.involvements.policy import LEADER_ROLES
from inspection_service.involvements.routes import TreeDep, id_of_cursor
from inspection_service.involvements.service import viewer_of
from inspection_service.steps.schemas import StepsOut

router = APIRouter(tags=["findings"])
_WRITERS = sorted(MOVES["hand-over"].roles)
_READERS = sorted({*MOVES["hand-over"].roles, *LEADER_ROLES})


@router.post("/v1/teams/{team_id}/findings", status_code=201)
async def record_finding(
    team_id: UUID,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*_WRITERS)],
    tree: TreeDep,
    body: RecordFindingIn,
) -> FindingOut:
    """Write down what the team found, while it is at its unit."""
    if body.person is not None and body.person.unit_code is not None:
        tree = await resources_of(request).directory.require({"/person/unit_code": body.person.unit_code})
    async with open_uow(request, caller) as uow:
        finding = await service.record_finding(uow, await viewer_of(uow, tree), team_id, body)
        answer_resource(response, uow, f"/v1/findings/{finding.id}", finding.version, created=True)
        return service.describe_finding(finding)


@router.get("/v1/teams/{team_id}/findings")
async def list_findings(
    team_id: UUID,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[FindingOut]:
    """Findings of a team, in the order they were recorded."""
    viewer = await viewer_of(uow, tree)
    found = await service.list_findings(uow, viewer, team_id, after=id_of_cursor(cursor), limit=limit + 1)
    page = found[:limit]
    return Page(
        items=[service.describe_finding(finding) for finding in page],
        next_cursor=encode_cursor(str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/v1/findings/{finding_id}")
async def get_finding(
    finding_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*_READERS)],
    tree: TreeDep,
    uow: UowDep,
) -> FindingOut:
    """One finding."""
    finding = await service.read_finding(uow, await viewer_of(uow, tree), finding_id)
    set_etag(response, finding.version)
    return service.describe_finding(finding)


@router.post("/v1/findings/{finding_id}/hand-over")
async def hand_over_finding(
    finding_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*_WRITERS)],
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
    _body: Annotated[HandOverIn | None, Body()] = None,
) -> FindingOut:
    """Let a clue come of a finding: exactly one for ever, however often this is asked."""
    viewer = await viewer_of(uow, tree)
    check_version(if_match, (await service.visible_finding(uow, viewer, finding_id)).version)
    finding = await service.hand_over_finding(uow, viewer, finding_id)
    answer_resource(response, uow, f"/v1/findings/{finding.id}", finding.version)
    return service.describe_finding(finding)


@router.post("/v1/findings/{finding_id}/refer")
async def refer_finding(
    finding_id: UUID,
    request: Request,
    response: Response,
    caller: Annotated[Principal, require(*sorted(MOVES["refer"].roles))],
    _known: TreeDep,
    if_match: IfMatch,
    body: ReferFindingIn,
) -> FindingOut:
    """Give a finding that is no violation of a person to the organisation department or another unit."""
    tree = await resources_of(request).directory.require({"/to_unit": body.to_unit})
    async with open_uow(request, caller) as uow:
        viewer = await viewer_of(uow, tree)
        check_version(if_match, (await service.visible_finding(uow, viewer, finding_id)).version)
        finding = await service.refer_finding(uow, viewer, finding_id, body.to_unit)
        answer_resource(response, uow, f"/v1/findings/{finding.id}", finding.version)
        return service.describe_finding(finding)


@router.post("/v1/findings/{finding_id}/withdraw")
async def withdraw_finding(
    finding_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*sorted(MOVES["withdraw"].roles))],
    tree: TreeDep,
    uow: UowDep,
    if_match: IfMatch,
    body: WithdrawFindingIn,
) -> FindingOut:
    """Take back a finding that does not hold."""
    viewer = await viewer_of(uow, tree)
    check_version(if_match, (await service.visible_finding(uow, viewer, finding_id)).version)
    finding = await service.withdraw_finding(uow, viewer, finding_id, body.reason)
    answer_resource(response, uow, f"/v1/findings/{finding.id}", finding.version)
    return service.describe_finding(finding)


@router.post("/v1/findings/{finding_id}/evidence", status_code=201)
async def add_finding_evidence(
    finding_id: UUID,
    response: Response,
    _caller: Annotated[Principal, require(*_WRITERS)],
    tree: TreeDep,
    uow: UowDep,
    body: AddEvidenceIn,
) -> EvidenceListOut:
    """Add evidence by reference and hash; the thing itself stays where it is kept."""
    items = await service.add_finding_evidence(uow, await viewer_of(uow, tree), finding_id, body.items)
    answer_resource(response, uow, f"/v1/findings/{finding_id}/evidence", len(items), created=True)
    return EvidenceListOut(items=items)


@router.get("/v1/findings/{finding_id}/evidence")
async def list_finding_evidence(
    finding_id: UUID, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> EvidenceListOut:
    """The evidence of a finding, in the order it was added."""
    return EvidenceListOut(items=await service.finding_evidence(uow, await viewer_of(uow, tree), finding_id))


@router.get("/v1/findings/{finding_id}/steps")
async def list_finding_steps(
    finding_id: UUID, _caller: Annotated[Principal, require(*_READERS)], tree: TreeDep, uow: UowDep
) -> StepsOut:
    """How a finding came to where it is."""
    return StepsOut(items=await service.finding_steps(uow, await viewer_of(uow, tree), finding_id))
