"""Matching models over HTTP, for operators."""

from typing import Annotated

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from chassis.web import RequiredIfMatch, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Path, Query, Response

from clue_service.matching_models import service
from clue_service.matching_models.schemas import MatchingModelOut

router = APIRouter(prefix="/v1/matching-models", tags=["matching models"])
Operator = Annotated[Principal, require("platform_admin")]
Number = Annotated[int, Path(ge=0, le=2**31 - 1)]


@router.get("")
async def list_matching_models(
    _caller: Operator,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[MatchingModelOut]:
    """Every version of the matching model, newest first; 0 is the one that ships with the service."""
    before = decode_cursor(cursor, int)[0] if cursor else None
    found = await service.list_models(uow, before=before, limit=limit + 1)
    page = found[:limit]
    return Page(items=page, next_cursor=encode_cursor(page[-1].number) if len(found) > limit else None)


@router.get("/{number}")
async def get_matching_model(number: Number, response: Response, _caller: Operator, uow: UowDep) -> MatchingModelOut:
    """One version with its measures."""
    found = await service.describe(uow, number)
    set_etag(response, found.version)
    return found


@router.post("/{number}/activate")
async def activate_matching_model(
    number: Number, response: Response, _caller: Operator, uow: UowDep, if_match: RequiredIfMatch
) -> MatchingModelOut:
    """Put a version into effect: every process scores with it within seconds. A worse one is refused."""
    found = await service.activate(uow, number, if_match)
    answer_resource(response, uow, f"/v1/matching-models/{number}", found.version)
    return found


@router.post("/{number}/retire")
async def retire_matching_model(
    number: Number, response: Response, _caller: Operator, uow: UowDep, if_match: RequiredIfMatch
) -> MatchingModelOut:
    """Take a version out for good; where it was in effect the packaged one takes over."""
    found = await service.retire(uow, number, if_match)
    answer_resource(response, uow, f"/v1/matching-models/{number}", found.version)
    return found
