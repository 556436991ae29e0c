"""Imports of clues over HTTP: a file streamed in at once or in parts, and what becomes of it."""

import csv
import hashlib
import io
from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from chassis.errors import UnsupportedMediaType
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor, id_of_cursor
from chassis.problems import language_of
from chassis.service import resources_of
from chassis.spreadsheets.files import FORMATS, XLSX_TYPE
from chassis.web import Caller, UowDep, require, set_etag, streamed_claim
from fastapi import APIRouter, Path, Query, Request, Response

from clue_service.access.policy import OFFICE_ROLES
from clue_service.clue_imports import service
from clue_service.clue_imports.domain import NDJSON
from clue_service.clue_imports.messages import PROBLEMS, row_message
from clue_service.clue_imports.models import ClueImport, ClueImportError
from clue_service.clue_imports.opening import refuse_at_once
from clue_service.clue_imports.schemas import (
    ClueImportOut,
    ImportErrorOut,
    OperationOut,
    OperationProblem,
    ProgressOut,
)

router = APIRouter(tags=["clue imports"])
Sender = Annotated[Principal, require(*sorted(OFFICE_ROLES), "service")]
More = Annotated[bool, Query(description="The file goes on: send the next part to `/parts/{offset}`")]

_FORMATS = {**FORMATS, "application/x-ndjson": NDJSON, "application/ndjson": NDJSON, "application/jsonl": NDJSON}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string", "format": "binary"}},
            XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
            "application/x-ndjson": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}
_PART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/v1/clue-imports", status_code=202, openapi_extra=_BODY)
async def import_clues(
    request: Request,
    response: Response,
    caller: Sender,
    dry_run: Annotated[bool, Query(description="Store nothing; count and name what would be refused")] = False,
    more: More = False,
) -> OperationOut:
    """Send a file of clues: CSV (UTF-8 or GB18030), XLSX, or lines of JSON as `POST /v1/clues` takes them.

    Rows are stored some hundred at a time; a row with errors does not keep the others. Each row names its
    `origin_ref`, by which a file can be sent again: what is known stays as it is. Rows with `above_level` become
    sealed receipts. A file without a row, or one that cannot be read at all, is refused at once with `file_refused`;
    a larger one than 1 MiB may be refused later, in its operation.
    """
    form = _FORMATS.get(request.headers.get("content-type", "").partition(";")[0].strip().lower())
    if form is None:
        raise UnsupportedMediaType
    resources = resources_of(request)
    async with resources.transactions(caller, request.state.cause) as uow:
        row = await service.begin_import(uow, form, is_dry_run=dry_run)
    return await _take(request, response, caller, row.id, 0, is_last=not more)


@router.put("/v1/clue-imports/{import_id}/parts/{offset}", status_code=202, openapi_extra=_PART)
async def send_import_part(
    import_id: UUID,
    offset: Annotated[int, Path(ge=0, le=2**40, description="Where in the file the part begins, in bytes")],
    request: Request,
    response: Response,
    caller: Sender,
    more: More = False,
) -> OperationOut:
    """Go on with a file, also where an earlier request broke off: `received_bytes` of the import says from where."""
    return await _take(request, response, caller, import_id, offset, is_last=not more)


async def _take(
    request: Request, response: Response, caller: Principal, import_id: UUID, offset: int, *, is_last: bool
) -> OperationOut:
    resources, cause = resources_of(request), request.state.cause
    response.headers["Location"] = f"/v1/operations/{import_id}"
    digest = await service.take_part(resources, caller, cause, import_id, offset, request.stream())
    if is_last:
        await refuse_at_once(resources, caller, cause, import_id)
        key = hashlib.sha256(digest + request.url.query.encode()).digest()
        claim = streamed_claim(request, caller, key)
        row = await service.start_import(resources, caller, cause, import_id, claim)
    else:
        async with resources.transactions(caller, cause) as uow:
            row = await service.get_import(uow, import_id)
    return _operation(row, language_of(request.headers))


@router.get("/v1/operations/{operation_id}")
async def get_operation(operation_id: UUID, request: Request, _caller: Caller, uow: UowDep) -> OperationOut:
    """How far long work of yours has come."""
    return _operation(await service.get_import(uow, operation_id), language_of(request.headers))


@router.get("/v1/clue-imports")
async def list_clue_imports(
    _caller: Caller,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[ClueImportOut]:
    """Imports you sent, latest first."""
    found = await service.list_imports(uow, before=id_of_cursor(cursor), limit=limit + 1)
    return Page(
        items=[_import(row) for row in found[:limit]],
        next_cursor=encode_cursor(str(found[limit - 1].id)) if len(found) > limit else None,
    )


@router.get("/v1/clue-imports/{import_id}")
async def get_clue_import(import_id: UUID, response: Response, _caller: Caller, uow: UowDep) -> ClueImportOut:
    """One import you sent."""
    row = await service.get_import(uow, import_id)
    set_etag(response, row.version)
    return _import(row)


@router.get("/v1/clue-imports/{import_id}/errors")
async def list_clue_import_errors(
    import_id: UUID,
    request: Request,
    _caller: Caller,
    uow: UowDep,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Page[ImportErrorOut]:
    """Why rows were not taken, in the order of the file."""
    after = tuple(decode_cursor(cursor, int, int)) if cursor else (0, -1)
    found = await service.list_errors(uow, import_id, after=(after[0], after[1]), limit=limit + 1)
    language = language_of(request.headers)
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        items=[_error(one, language) for one in found[:limit]],
        next_cursor=encode_cursor(last.row, last.position) if last else None,
    )


@router.get(
    "/v1/clue-imports/{import_id}/error-file",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def get_clue_import_error_file(import_id: UUID, request: Request, _caller: Caller, uow: UowDep) -> Response:
    """The same as CSV, to be laid beside the file: row, field, code, and what the code means."""
    found = await service.list_errors(uow, import_id)
    return Response(
        _error_file(found, language_of(request.headers)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="errors-{import_id}.csv"'},
    )


def _import(row: ClueImport) -> ClueImportOut:
    columns = {name: getattr(row, name) for name in ClueImportOut.model_fields if name != "dry_run"}
    return ClueImportOut(**columns, dry_run=row.is_dry_run)


def _operation(row: ClueImport, language: str) -> OperationOut:
    problem = row.problem
    if problem is not None:
        title = PROBLEMS[problem.get("reason") or problem["code"]].in_language(language)
        problem = {**problem, "title": title}
    return OperationOut.model_validate(
        {
            "id": row.id,
            "status": row.status,
            "progress": ProgressOut(done=row.rows_done, total=row.rows_total),
            "result": _import(row) if row.status == "succeeded" else None,
            "problem": OperationProblem.model_validate(problem) if problem else None,
        }
    )


def _error(one: ClueImportError, language: str) -> ImportErrorOut:
    return ImportErrorOut(row=one.row, field=one.field, code=one.code, message=row_message(one.code, language))


def _error_file(found: Iterable[ClueImportError], language: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["row", "field", "code", "message"])
    writer.writerows([one.row, one.field or "", one.code, row_message(one.code, language)] for one in found)
    # With a byte order mark, without which spreadsheet programs take UTF-8 for something else.
    return text.getvalue().encode("utf-8-sig")
