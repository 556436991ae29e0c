"""The HTTP face of a service: app factory, request context, dependencies for callers, units of work and ETags."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, get_args

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from prometheus_client import generate_latest
from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator
from starlette.responses import JSONResponse

from chassis import errors, refusals, telemetry
from chassis.errors import RoleRequired, Text
from chassis.identity import STANDING_IN, Principal, acting_for
from chassis.logging import get_logger
from chassis.problems import FieldRefused, install_problem_handlers
from chassis.request_context import RequestContextMiddleware
from chassis.uow import IdempotencyClaim, Uow

_IDEMPOTENCY_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_UNSEEN = re.compile(r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Zero-width spaces, marks of direction, soft hyphens, byte order marks; joiners have a use in some scripts."""
_UNSTORABLE_OR_UNSEEN = re.compile(f"{_UNSTORABLE.pattern}|{_UNSEEN.pattern}")
_OUTERMOST = ("0001", "9999")
_DATED = re.compile(r"\d{4}-")
_ETAG = re.compile(r'^"(\d{1,18})"$')

log = get_logger(__name__)

Ping = Callable[[], Awaitable[None]]


class RequestModel(BaseModel):
    """Parent of request bodies: unknown fields are refused, and text PostgreSQL cannot store.

    Characters nobody sees, which copying from web pages and chats brings along, are left out: with them a name is
    another one to every search. Days and instants are written out; a number is none.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    _dates: ClassVar[frozenset[str]] = frozenset()
    _instants: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Note which fields are days or instants."""
        super().__pydantic_init_subclass__(**kwargs)
        fields = cls.model_fields.items()
        cls._dates = frozenset(name for name, field in fields if _holds(field.annotation, date))
        cls._instants = frozenset(name for name, field in fields if _holds(field.annotation, datetime))

    @model_validator(mode="before")
    @classmethod
    def _take_text_as_it_can_be_kept(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        changed: dict[str, Any] = {}
        for name, value in data.items():
            if isinstance(value, str) and _UNSTORABLE_OR_UNSEEN.search(value) is not None:
                if not is_storable(value):
                    raise FieldRefused(
                        "unstorable_text", "文本含有无法保存的字符", "The text holds characters that cannot be stored"
                    )
                changed[name] = _UNSEEN.sub("", value)
        for name in cls._dates.intersection(data):
            if not _is_written_out(data[name], is_instant=name in cls._instants):
                changed[name] = ""  # refused as no date
        return {**data, **changed} if changed else data


class ResponseModel(BaseModel):
    """Parent of response bodies."""

    model_config = ConfigDict(from_attributes=True)


def _holds(annotation: Any, kind: type) -> bool:
    if isinstance(annotation, type):
        return annotation is AwareDatetime or issubclass(annotation, kind)
    return any(_holds(one, kind) for one in get_args(annotation))


def _is_written_out(value: Any, *, is_instant: bool) -> bool:
    """Whether a day or an instant is no number, which Pydantic would take for seconds since 1970.

    An instant of the first or the last year is none either: in another zone it lies outside the calendar.
    """
    if isinstance(value, str):
        return _DATED.match(value) is not None and not (is_instant and value[:4] in _OUTERMOST)
    return not isinstance(value, int | float)


def is_storable(value: str) -> bool:
    """Whether PostgreSQL can store a text: no NUL, no lone surrogate."""
    return _UNSTORABLE.search(value) is None


def create_app(
    *,
    title: str,
    routers: Sequence[APIRouter],
    pings: Mapping[str, Ping],
    body_limit: int,
    upload_limit: int | None = None,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """A FastAPI app with the house's errors, request context, health and metrics.

    Args:
        title: Name in the OpenAPI document.
        routers: The features' routes.
        pings: What readiness depends on, by name; each raises when its resource is not usable.
        body_limit: Largest request body in bytes.
        upload_limit: The same for addresses that take files, ``/v1/<noun>-imports`` and below, ``…/attachments``.
        lifespan: Opens and closes the service's resources.
    """
    app = FastAPI(
        title=title,
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        responses={"default": dict(refusals.ANSWER)},
        generate_unique_id_function=lambda route: route.name,
    )
    install_problem_handlers(app)
    for router in routers:
        app.include_router(router)
    app.include_router(_health_routes(pings))
    app.add_middleware(RequestContextMiddleware, body_limit=body_limit, upload_limit=upload_limit or body_limit)
    return app


def _health_routes(pings: Mapping[str, Ping]) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz(request: Request) -> JSONResponse:
        failing: list[str] = ["draining"] if getattr(request.app.state, "draining", False) else []
        for name, ping in pings.items():
            try:
                await ping()
            except Exception as error:
                log.warning("not_ready", resource=name, exc_info=error)
                failing.append(name)
        status = "unready" if failing else "ready"
        return JSONResponse({"status": status, "failing": failing}, status_code=503 if failing else 200)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(telemetry.REGISTRY), media_type="text/plain; version=0.0.4")

    return router


async def authenticated(request: Request) -> Principal:
    """The verified caller, or the person whom a trial within this process stands in for."""
    standing_in: Principal | None = request.scope.get(STANDING_IN)
    if standing_in is not None:
        return replace(standing_in, is_trial=True)
    principal = await request.app.state.resources.authenticator.authenticate(request.headers.get("authorization"))
    return acting_for(principal, request.headers.get("heli-acting-sub"))


Caller = Annotated[Principal, Depends(authenticated)]


def require(*roles: str) -> Any:
    """A dependency: the verified caller, who must hold one of the roles (``service`` for other services)."""

    async def check(caller: Caller) -> Principal:
        if not caller.has_any(*roles):
            raise RoleRequired(members={"roles": sorted(roles)})
        return caller

    return Depends(check)


@asynccontextmanager
async def open_uow(request: Request, caller: Principal) -> AsyncIterator[Uow]:
    """A unit of work for a request, under its Idempotency-Key if it has one."""
    resources = request.app.state.resources
    claim = await _idempotency_claim(request, caller)
    async with resources.transactions(caller, request.state.cause) as uow:
        if claim is not None:
            await uow.claim(claim)
        yield uow


async def _uow_of_request(request: Request, caller: Caller) -> AsyncIterator[Uow]:
    async with open_uow(request, caller) as uow:
        yield uow


# Function scope: the transaction commits before the first byte of the answer leaves (ADR 0005).
UowDep = Annotated[Uow, Depends(_uow_of_request, scope="function")]


async def _idempotency_claim(request: Request, caller: Principal) -> IdempotencyClaim | None:
    if (key := _idempotency_key(request)) is None:
        return None
    return _claim(request, caller, key, await request.body())


def streamed_claim(request: Request, caller: Principal, digest: bytes) -> IdempotencyClaim | None:
    """The claim of a request whose body was read as a stream; ``digest`` stands for the body."""
    key = _idempotency_key(request)
    return None if key is None else _claim(request, caller, key, digest)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST":
        return None
    if not _IDEMPOTENCY_KEY.match(key):
        raise errors.invalid_field(
            "Idempotency-Key", "malformed", "幂等键须为 1–255 个可见字符", "The key must be 1–255 visible characters"
        )
    return key


def _claim(request: Request, caller: Principal, key: str, body: bytes) -> IdempotencyClaim:
    path = request.url.path
    digest = request.app.state.resources.keys.digest("idempotency", path.encode(), body)
    return IdempotencyClaim(caller=caller.acting_for or caller.sub, path=path, key=key, digest=digest)


async def _if_match(
    if_match: Annotated[str | None, Header(description="ETag of the version this change was made for")] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.match(if_match.strip())
    if found is None:
        raise errors.StaleVersion  # weak or foreign tags never match a strong one
    return int(found[1])


IfMatch = Annotated[int | None, Depends(_if_match)]
"""The version the caller has seen, or None. Compare with ``check_version``."""


async def _required_if_match(request: Request, version: IfMatch) -> int | None:
    if request.headers.get("if-match") is None:
        raise errors.IfMatchRequired
    return version


RequiredIfMatch = Annotated[int | None, Depends(_required_if_match)]
"""As ``IfMatch``, but absent is refused with 428: for PATCH and DELETE."""


def check_version(seen: int | None, present: int) -> None:
    """Raise ``StaleVersion`` if the caller's version is not the present one."""
    if seen is not None and seen != present:
        raise errors.StaleVersion


def set_etag(response: Response, version: int) -> None:
    """Put the strong ETag of a version on a response."""
    response.headers["ETag"] = f'"{version}"'


def answer_resource(response: Response, uow: Uow, path: str, version: int, *, created: bool = False) -> None:
    """ETag, and 201 with Location if created; remembers the outcome under the request's idempotency key."""
    set_etag(response, version)
    if created:
        response.status_code = 201
        response.headers["Location"] = path
    uow.outcome(201 if created else 200, path)


def refusal(zh: str, en: str) -> Text:
    """The detail of an error, in both languages."""
    return Text(zh, en)
