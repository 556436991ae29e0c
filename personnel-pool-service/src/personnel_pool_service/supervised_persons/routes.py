"""Supervised persons over HTTP."""

import re
from typing import Annotated

from chassis.errors import NotFound, invalid_field
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from chassis.web import IfMatch, UowDep, answer_resource, open_uow, require, set_etag
from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from personnel_pool_service.supervised_persons import service
from personnel_pool_service.supervised_persons.domain import LineError, PersonDraft
from personnel_pool_service.supervised_persons.schemas import ImportOut, LineErrorOut, PersonIn, PersonLine, PersonOut
from personnel_pool_service.vocabulary import CODE_PATTERN, Rank, UnitCode

router = APIRouter(tags=["supervised persons"])

_READERS = (
    "pool_manager",
    "org_department",
    "inspection_office",
    "intake_officer",
    "case_supervisor",
    "handler",
    "leader",
    "principal_leader",
    "deputy_leader",
    "service",
)
_SHOWN_ERRORS = 1_000

WRITERS = ("pool_manager", "platform_admin", "service")
Writer = Annotated[Principal, require(*WRITERS)]
Reader = Annotated[Principal, require(*_READERS)]


@router.put("/v1/supervised-persons/{code}", responses={201: {"model": PersonOut}})
async def upsert_supervised_person(
    code: str, body: PersonIn, response: Response, uow: UowDep, if_match: IfMatch, _caller: Writer
) -> PersonOut:
    """Create or replace a supervised person. Repeating it changes nothing."""
    if not re.fullmatch(CODE_PATTERN, code):
        raise invalid_field("/code", "malformed", "人员代码格式不正确", "The person's code is malformed")
    row, created = await service.upsert_person(uow, body.to_draft(code), seen_version=if_match)
    answer_resource(response, uow, f"/v1/supervised-persons/{code}", row.version, created=created)
    return PersonOut.model_validate(row)


@router.get("/v1/supervised-persons")
async def list_supervised_persons(
    uow: UowDep,
    _caller: Reader,
    unit_code: Annotated[UnitCode | None, Query()] = None,
    rank: Rank | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
) -> Page[PersonOut]:
    """Supervised persons, by code."""
    after = decode_cursor(cursor, str)[0] if cursor else None
    rows = await service.list_persons(uow, unit_code=unit_code, rank=rank, after=after, limit=limit)
    items = [PersonOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=encode_cursor(items[-1].code) if len(rows) > limit else None)


@router.get("/v1/supervised-persons/{code}")
async def get_supervised_person(code: str, response: Response, uow: UowDep, _caller: Reader) -> PersonOut:
    """One supervised person."""
    if not re.fullmatch(CODE_PATTERN, code):
        raise NotFound
    row = await service.get_person(uow, code)
    set_etag(response, row.version)
    return PersonOut.model_validate(row)


async def take_lines(request: Request, caller: Principal) -> ImportOut:
    """Write many persons: one JSON object per line, idempotent by code; bad lines are reported, the rest stored."""
    # Read before the transaction opens: a slow sender must not hold one.
    body = await request.body()
    lines, errors = _parse(body)
    async with open_uow(request, caller) as uow:
        counts, refused = await service.import_persons(uow, lines)
    errors = sorted([*errors, *refused], key=lambda error: error.line)
    bad_lines = {error.line for error in errors}
    return ImportOut(
        lines=len(lines) + len({error.line for error in errors} - {number for number, _ in lines}),
        created=counts.created,
        updated=counts.updated,
        unchanged=counts.unchanged,
        refused=len(bad_lines),
        errors=[LineErrorOut.model_validate(error) for error in errors[:_SHOWN_ERRORS]],
    )


def _parse(body: bytes) -> tuple[list[tuple[int, PersonDraft]], list[LineError]]:
    lines: list[tuple[int, PersonDraft]] = []
    errors: list[LineError] = []
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            person = PersonLine.model_validate_json(line)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False, include_context=False):
                pointer = "".join(f"/{part}" for part in one["loc"])[:200]
                errors.append(LineError(number, pointer, str(one["type"])))
        else:
            lines.append((number, person.to_draft(person.code)))
    return lines, errors
