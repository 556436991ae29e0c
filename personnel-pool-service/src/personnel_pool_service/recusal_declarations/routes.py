"""Declarations over HTTP."""

from typing import Annotated
from uuid import UUID

from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page
from chassis.service import resources_of
from chassis.web import Caller, UowDep, answer_resource, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from personnel_pool_service.cursors import cursor_of_id, id_of_cursor
from personnel_pool_service.recusal_declarations import service
from personnel_pool_service.recusal_declarations.schemas import DeclarationIn, DeclarationOut, FormOut, form
from personnel_pool_service.secondments.schemas import Reference

router = APIRouter(tags=["recusals"])

_READERS = ("pool_manager", "inspection_office", "org_department", "service")


@router.get("/v1/recusal-declaration-form")
async def get_declaration_form(_caller: Caller) -> FormOut:
    """What a cadre is asked at mobilisation."""
    return form()


@router.post("/v1/recusal-declarations", status_code=201)
async def declare_recusal(
    body: DeclarationIn, request: Request, response: Response, uow: UowDep, caller: Caller
) -> DeclarationOut:
    """A cadre declares ties, under the account linked to the cadre. They are sealed and never returned."""
    ties = [tie.to_domain() for tie in body.ties]
    row = await service.declare(uow, resources_of(request).keys, _person(caller), body.occasion_ref, ties)
    answer_resource(response, uow, f"/v1/recusal-declarations/{row.id}", 1, created=True)
    return DeclarationOut.model_validate(row)


@router.get("/v1/recusal-declarations")
async def list_declarations(
    uow: UowDep,
    _caller: Annotated[Principal, require(*_READERS)],
    occasion_ref: Annotated[Reference | None, Query()] = None,
    cadre_id: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[DeclarationOut]:
    """Who has declared, and when."""
    rows = await service.list_declarations(
        uow, occasion_ref=occasion_ref, cadre_id=cadre_id, after=id_of_cursor(cursor), limit=limit
    )
    items = [DeclarationOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of_id(items[-1].id, more=len(rows) > limit) if items else None)


@router.get("/v1/recusal-declarations/{declaration_id}")
async def get_declaration(
    declaration_id: UUID, request: Request, response: Response, uow: UowDep, caller: Caller
) -> DeclarationOut:
    """That somebody declared; cadres read their own."""
    row = await service.get_declaration(
        uow, resources_of(request).keys, declaration_id, _person(caller), reads_all=caller.has_any(*_READERS)
    )
    set_etag(response, 1)
    return DeclarationOut.model_validate(row)


def _person(caller: Principal) -> str:
    return caller.acting_for or caller.sub
