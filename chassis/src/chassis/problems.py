"""Every answer of 400 and above is a problem document (RFC 9457), in the caller's language."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException as StarletteHTTPException  # noqa: TID251 - mapped here, raised nowhere
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from chassis import errors
from chassis.errors import Category, FieldError, HeliError, Text
from chassis.logging import get_logger
from chassis.uow import Replayed

PROBLEM_TYPE = "application/problem+json"

STATUS = {
    Category.MALFORMED: 400,
    Category.UNAUTHENTICATED: 401,
    Category.FORBIDDEN: 403,
    Category.MISSING: 404,
    Category.METHOD: 405,
    Category.TOO_SLOW: 408,
    Category.CONFLICT: 409,
    Category.STALE: 412,
    Category.TOO_LARGE: 413,
    Category.MEDIA_TYPE: 415,
    Category.INVALID: 422,
    Category.PRECONDITION_REQUIRED: 428,
    Category.TOO_MANY: 429,
    Category.HEADERS_TOO_LARGE: 431,
    Category.INTERNAL: 500,
    Category.BAD_GATEWAY: 502,
    Category.UNAVAILABLE: 503,
    Category.TIMEOUT: 504,
}

log = get_logger(__name__)


def language_of(headers: Headers) -> str:
    """``en`` or ``zh-CN``: the first supported language of ``Accept-Language``, by weight; Chinese otherwise."""
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(headers.get("accept-language", "")[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        wishes.append((-quality, position, tag.strip().lower()))
    for negative, _, tag in sorted(wishes):
        if negative < 0 and tag.split("-")[0] in ("zh", "en"):
            return "en" if tag.startswith("en") else "zh-CN"
    return "zh-CN"


def problem_body(error: HeliError, *, language: str, request_id: str) -> dict[str, Any]:
    """The document of an error."""
    body: dict[str, Any] = {
        "type": f"urn:heli:problem:{error.code}",
        "title": error.title.in_language(language),
        "status": STATUS[error.category],
        "detail": (error.detail or error.title).in_language(language),
        "code": error.code,
        "request_id": request_id,
        "errors": [
            {"pointer": one.pointer, "code": one.code, "message": one.message.in_language(language)}
            for one in error.errors
        ],
    }
    return {**{key: value for key, value in error.members.items() if key not in body}, **body}


def problem_response(error: HeliError, headers: Headers, request_id: str) -> JSONResponse:
    """The response of an error in the language the request's headers ask for."""
    language = language_of(headers)
    return JSONResponse(
        problem_body(error, language=language, request_id=request_id),
        status_code=STATUS[error.category],
        headers={**error.headers, "Content-Language": language, "Cache-Control": "no-store"},
        media_type=PROBLEM_TYPE,
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Map every way a request can fail to a problem document."""
    handlers: dict[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
        HeliError: _on_named,
        RequestValidationError: _on_validation,
        StarletteHTTPException: _on_http,
        DBAPIError: _on_database,
        PoolTimeout: _on_unreachable,
        # What asyncpg raises before SQLAlchemy has a connection to wrap it for.
        OSError: _on_unreachable,
        asyncpg.PostgresError: _on_unreachable,
        asyncpg.InterfaceError: _on_unreachable,
        Replayed: _on_replayed,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def _respond(request: Request, error: HeliError) -> Response:
    return problem_response(error, request.headers, request.state.request_id)


async def _on_named(request: Request, error: HeliError) -> Response:
    if error.category is Category.INTERNAL:
        log.error("internal_error", code=error.code, exc_info=error)
    return _respond(request, error)


async def _on_validation(request: Request, error: RequestValidationError) -> Response:
    return _respond(request, _of_validation(error.errors(), request.headers.get("content-type", "")))


async def _on_http(request: Request, error: StarletteHTTPException) -> Response:
    return _respond(request, _of_http(request, error))


async def _on_database(request: Request, error: DBAPIError) -> Response:
    named = _of_database(error)
    if named.category is not Category.CONFLICT:
        log.error("database_error", exc_info=error)
    return _respond(request, named)


async def _on_unreachable(request: Request, error: Exception) -> Response:
    log.error("database_unreachable", exc_info=error)
    return _respond(request, errors.Unavailable(headers={"Retry-After": "1"}))


async def _on_replayed(request: Request, replayed: Replayed) -> Response:
    return _AnswerOf(request, replayed)


class _AnswerOf(Response):
    """Answers a repeated request by reading the resource it made, with the caller's present rights."""

    def __init__(self, request: Request, replayed: Replayed) -> None:
        super().__init__(status_code=replayed.status_code)
        self._request = request
        self._replayed = replayed

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the GET of the remembered resource."""
        path = self._replayed.location
        inner = {**self._request.scope, "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        for stale in ("route", "endpoint", "path_params", "router", "state"):
            inner.pop(stale, None)
        inner["headers"] = [
            (name, value)
            for name, value in self._request.scope["headers"]
            if name in (b"authorization", b"accept-language", b"x-request-id", b"traceparent", b"heli-acting-sub")
        ]

        async def forward(message: Any) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                message = {
                    **message,
                    "status": self._replayed.status_code,
                    "headers": [*message["headers"], (b"idempotency-replayed", b"true"), (b"location", path.encode())],
                }
            await send(message)

        await self._request.app(inner, receive, forward)


_PYDANTIC_MESSAGES = {
    "missing": Text("缺少该字段", "This field is required"),
    "extra_forbidden": Text("不接受未知字段", "Unknown fields are refused"),
    "string_type": Text("应为文本", "Must be text"),
    "string_too_short": Text("文本过短", "The text is too short"),
    "string_too_long": Text("文本过长", "The text is too long"),
    "string_pattern_mismatch": Text("格式不正确", "The format is not right"),
    "literal_error": Text("取值不在允许范围内", "Not one of the allowed values"),
    "enum": Text("取值不在允许范围内", "Not one of the allowed values"),
    "int_type": Text("应为整数", "Must be a whole number"),
    "int_parsing": Text("应为整数", "Must be a whole number"),
    "bool_type": Text("应为布尔值", "Must be true or false"),
    "list_type": Text("应为数组", "Must be a list"),
    "too_short": Text("数量过少", "Too few items"),
    "too_long": Text("数量过多", "Too many items"),
    "greater_than_equal": Text("数值过小", "The number is too small"),
    "less_than_equal": Text("数值过大", "The number is too large"),
    "date_from_datetime_parsing": Text("应为日期 YYYY-MM-DD", "Must be a date, YYYY-MM-DD"),
    "date_from_datetime_inexact": Text("应为日期 YYYY-MM-DD", "Must be a date, YYYY-MM-DD"),
    "date_type": Text("应为日期 YYYY-MM-DD", "Must be a date, YYYY-MM-DD"),
    "date_parsing": Text("应为日期 YYYY-MM-DD", "Must be a date, YYYY-MM-DD"),
    "datetime_from_date_parsing": Text("应为 RFC 3339 时间", "Must be an RFC 3339 instant"),
    "uuid_parsing": Text("应为 UUID", "Must be a UUID"),
    "time_parsing": Text("应为时间 HH:MM", "Must be a time, HH:MM"),
    "decimal_parsing": Text("应为数字", "Must be a number"),
    "float_parsing": Text("应为数字", "Must be a number"),
    "float_type": Text("应为数字", "Must be a number"),
    "finite_number": Text("应为数字", "Must be a number"),
    "dict_type": Text("应为 JSON 对象", "Must be a JSON object"),
    "model_attributes_type": Text("应为 JSON 对象", "Must be a JSON object"),
}
_NOT_JSON = FieldError(
    "",
    "not_json",
    Text(
        "请求内容应为 JSON，并注明 Content-Type: application/json",
        "Send JSON, and say so: Content-Type: application/json",
    ),
)
_OTHERWISE = Text("取值不正确", "The value is not right")


def validation_message(kind: str) -> Text:
    """What is wrong with a field, by the code under which Pydantic refuses it."""
    return _PYDANTIC_MESSAGES.get(kind, _OTHERWISE)


def _of_validation(found: Iterable[Any], media_type: str) -> HeliError:
    fields: list[FieldError] = []
    for one in found:
        kind, location = str(one["type"]), tuple(one["loc"])
        if location and location[0] == "path":
            return errors.NotFound()  # an id that cannot be one names nothing
        if kind == "json_invalid":
            return errors.MalformedJson()
        if location == ("body",) and kind in _NO_OBJECT and not _is_json(media_type):
            fields.append(_NOT_JSON)
            continue
        carried = one.get("ctx", {}).get("error") if kind == "value_error" else None
        if isinstance(carried, FieldRefused):
            fields.append(FieldError(_pointer(location), carried.code, carried.text))
        else:
            fields.append(FieldError(_pointer(location), kind, validation_message(kind)))
    return errors.Invalid(errors=fields[:50])


_NO_OBJECT = ("dict_type", "model_attributes_type")


def _is_json(media_type: str) -> bool:
    subtype = media_type.partition(";")[0].strip().lower().partition("/")[2]
    return subtype == "json" or subtype.endswith("+json")


class FieldRefused(ValueError):
    """Raised in Pydantic validators: a stable code and a message in both languages."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = Text(zh, en)


def _pointer(location: tuple[Any, ...]) -> str:
    parts = location[1:] if location and location[0] == "body" else location
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')[:80]}" for part in parts)


def _of_http(request: Request, error: StarletteHTTPException) -> HeliError:
    if error.status_code == 405:
        allowed = sorted(_allowed_methods(request.app.routes, request.scope))
        return errors.MethodNotAllowed(headers={"Allow": ", ".join(allowed)})
    if error.status_code == 404:
        return errors.NotFound()
    if error.status_code == 413:
        return errors.BodyTooLarge()
    if 400 <= error.status_code < 500:
        return errors.MalformedJson() if error.status_code == 400 else errors.Invalid()
    log.error("unexpected_http_error", status=error.status_code, exc_info=error)
    return errors.InternalError()


def _allowed_methods(routes: Iterable[BaseRoute], scope: Scope) -> set[str]:
    """Asked method by method: a route shared by several methods answers for its own only."""
    routes = list(routes)
    return {
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)
    }


# Lost or refused connections, shutdown and recovery, exhausted resources: safe to try again.
_PASSING_SQLSTATES = ("08", "53", "57P", "58", "40001", "40P01", "55P03")


def _of_database(error: DBAPIError) -> HeliError:
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    if isinstance(error, IntegrityError) or sqlstate.startswith("23"):
        return errors.Conflict()
    if sqlstate.startswith(_PASSING_SQLSTATES) or error.connection_invalidated:
        return errors.Unavailable(headers={"Retry-After": "1"})
    if isinstance(error, OperationalError | InterfaceError):
        return errors.Unavailable(headers={"Retry-After": "2"})
    return errors.InternalError()
