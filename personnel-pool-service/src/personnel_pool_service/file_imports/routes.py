"""Imports over HTTP: the same five operations for every kind of file."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from chassis.errors import RoleRequired, UnsupportedMediaType, invalid_field
from chassis.identity import Principal
from chassis.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor, encode_cursor
from chassis.problems import language_of
from chassis.service import resources_of
from chassis.spreadsheets.files import FORMATS, XLSX_TYPE
from chassis.web import IfMatch, ResponseModel, UowDep, answer_resource, open_uow, require, set_etag
from fastapi import APIRouter, Query, Request, Response

from personnel_pool_service.cursors import cursor_of_id, id_of_cursor
from personnel_pool_service.file_imports import service
from personnel_pool_service.file_imports.domain import MESSAGES
from personnel_pool_service.file_imports.schemas import CellErrorOut, FieldChangeOut, ImportOut, ImportRowOut
from personnel_pool_service.file_imports.service import Importer


@dataclass(frozen=True)
class Lines:
    """How the same address takes lines of JSON from programs: stored at once, answered with 200 and ``answer``."""

    media_types: frozenset[str]
    roles: tuple[str, ...]
    answer: type[ResponseModel]
    take: Callable[[Request, Principal], Awaitable[ResponseModel]]


def _body(lines: Lines | None) -> dict[str, Any]:
    content: dict[str, Any] = {
        "text/csv": {"schema": {"type": "string", "format": "binary"}},
        XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
    }
    if lines is not None:
        content |= {
            media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in sorted(lines.media_types)
        }
    return {"requestBody": {"required": True, "content": content}}


def import_router(importer: Importer, noun: str, *roles: str, lines: Lines | None = None) -> APIRouter:
    """The routes of one kind of import under ``/v1/<noun>-imports``, for the given roles."""
    router = APIRouter(tags=[f"{noun} imports"])
    caller_type = Annotated[Principal, require(*roles)]
    sender_type = Annotated[Principal, require(*roles, *(lines.roles if lines else ()))]
    path = f"/v1/{noun}-imports"
    name = noun.replace("-", "_")

    async def take_file(
        request: Request,
        response: Response,
        caller: sender_type,
        dry_run: Annotated[bool, Query(description="Store nothing; show what would change")] = False,
    ) -> Any:
        """Read a file (CSV in UTF-8 or GB18030, or XLSX). A dry run stores nothing and shows what would change."""
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if lines is not None and media_type in lines.media_types:
            if dry_run:
                raise invalid_field("/dry_run", "files_only", "仅文件支持试算", "Only files can be run dry")
            answer = await lines.take(request, caller)
            return Response(answer.model_dump_json(), media_type="application/json")
        form = FORMATS.get(media_type)
        if form is None:
            raise UnsupportedMediaType
        if not caller.has_any(*roles):
            raise RoleRequired(members={"roles": sorted(roles)})
        # Read before the transaction opens: neither a slow sender nor a large file may hold one.
        body = await request.body()
        rows = await asyncio.to_thread(service.read_file, body, form, importer.columns)
        async with open_uow(request, caller) as uow:
            keys = resources_of(request).keys
            row = await service.take_file(uow, keys, importer, body, form, rows, apply=not dry_run)
            answer_resource(response, uow, f"{path}/{row.id}", row.version, created=True)
            return ImportOut.model_validate(row)

    async def apply_file(
        import_id: UUID, request: Request, response: Response, seen: IfMatch, caller: caller_type
    ) -> ImportOut:
        """Store what a dry run showed, all valid rows or nothing; refused if it would now be something else."""
        resources = resources_of(request)
        async with resources.transactions(caller, request.state.cause) as uow:
            found = await service.open_file(uow, resources.keys, importer.kind, import_id)
        rows = await asyncio.to_thread(service.read_file, *found, importer.columns) if found else []
        async with open_uow(request, caller) as uow:
            row = await service.apply_file(uow, resources.keys, importer, import_id, rows, seen_version=seen)
            answer_resource(response, uow, f"{path}/{row.id}", row.version)
            return ImportOut.model_validate(row)

    router.add_api_route(
        path,
        take_file,
        methods=["POST"],
        status_code=201,
        name=f"import_{name}s",
        openapi_extra=_body(lines),
        response_model=ImportOut,
        responses={200: {"model": lines.answer, "description": "Lines of JSON, stored"}} if lines else None,
    )
    router.add_api_route(f"{path}/{{import_id}}/apply", apply_file, methods=["POST"], name=f"apply_{name}_import")
    _add_reading(router, importer, path, name, caller_type)
    return router


def _add_reading(router: APIRouter, importer: Importer, path: str, name: str, caller_type: Any) -> None:
    async def list_imports(
        uow: UowDep,
        _caller: caller_type,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    ) -> Page[ImportOut]:
        """Imports, latest first."""
        rows = await service.list_imports(uow, importer.kind, before=id_of_cursor(cursor), limit=limit)
        items = [ImportOut.model_validate(row) for row in rows[:limit]]
        more = len(rows) > limit
        return Page(items=items, next_cursor=cursor_of_id(items[-1].id, more=more) if items else None)

    async def get_import(import_id: UUID, response: Response, uow: UowDep, _caller: caller_type) -> ImportOut:
        """One import."""
        row = await service.get_import(uow, importer.kind, import_id)
        set_etag(response, row.version)
        return ImportOut.model_validate(row)

    async def list_rows(
        import_id: UUID,
        request: Request,
        uow: UowDep,
        _caller: caller_type,
        action: str | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    ) -> Page[ImportRowOut]:
        """What becomes of each row, in the order of the file."""
        keys = resources_of(request).keys
        start = decode_cursor(cursor, int)[0] if cursor else 0
        outcomes = await service.list_outcomes(uow, keys, importer.kind, import_id, action=action)
        language = language_of(request.headers)
        page = [_row_out(one, language) for one in outcomes[start : start + limit]]
        more = start + limit < len(outcomes)
        return Page(items=page, next_cursor=encode_cursor(start + limit) if more else None)

    async def get_error_file(import_id: UUID, request: Request, uow: UowDep, _caller: caller_type) -> Response:
        """The refused and doubtful rows as CSV, to be mended in a spreadsheet program."""
        keys = resources_of(request).keys
        outcomes = await service.list_outcomes(uow, keys, importer.kind, import_id, with_errors=True)
        return Response(
            _error_file(outcomes, language_of(request.headers)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="errors-{import_id}.csv"'},
        )

    router.add_api_route(path, list_imports, methods=["GET"], name=f"list_{name}_imports")
    router.add_api_route(f"{path}/{{import_id}}", get_import, methods=["GET"], name=f"get_{name}_import")
    router.add_api_route(f"{path}/{{import_id}}/rows", list_rows, methods=["GET"], name=f"list_{name}_import_rows")
    router.add_api_route(
        f"{path}/{{import_id}}/error-file", get_error_file, methods=["GET"], name=f"get_{name}_import_errors",
        response_class=Response, responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )  # fmt: skip


def _cell_error(column: str | None, code: str, language: str) -> CellErrorOut:
    text = MESSAGES.get(code)
    return CellErrorOut(column=column, code=code, message=text.in_language(language) if text else code)


def _row_out(one: dict[str, Any], language: str) -> ImportRowOut:
    return ImportRowOut(
        row=one["row"],
        action=one["action"],
        key=one["key"],
        changes=[FieldChangeOut(field=name, before=old, after=new) for name, (old, new) in one["changes"].items()],
        errors=[_cell_error(column, code, language) for column, code in one["errors"]],
        flags=[_cell_error(None, code, language) for code in one["flags"]],
    )


def _error_file(outcomes: list[dict[str, Any]], language: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["row", "kind", "column", "code", "message"])
    for one in outcomes:
        found = [("refused", column, code) for column, code in one["errors"]]
        found += [("flag", None, code) for code in one["flags"]]
        for kind, column, code in found:
            writer.writerow([one["row"], kind, column or "", code, _cell_error(column, code, language).message])
    # With a byte order mark, without which spreadsheet programs take UTF-8 for something else.
    return text.getvalue().encode("utf-8-sig")
