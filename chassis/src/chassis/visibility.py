"""Could somebody read this now? Asked inside only, by the service that carries events out of the platform.

The answer is the service's own: the address is read within the process as that person would read it, by the same route,
policy, row-level security and recusals; the transaction of the reading is taken back, so no reading is on record that
nobody made.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints
from starlette.types import Message

from chassis.errors import RoleRequired, Unavailable
from chassis.identity import SERVICE_ROLE, STANDING_IN, Clearance, Principal
from chassis.service import Resources, resources_of
from chassis.tables import principal_copy
from chassis.web import RequestModel, ResponseModel, require

ASKER = "svc:notification-service"
MOST_PATHS = 100

Address = Annotated[str, StringConstraints(pattern=r"^/v1/[A-Za-z0-9_.:~%@/-]{1,300}$")]

router = APIRouter(tags=["visibility"], include_in_schema=False)


class VisibilityChecksIn(RequestModel):
    """Whose eyes, and what they would look at. ``claimed`` counts only for people the directory does not know."""

    sub: str = Field(min_length=1, max_length=255)
    claimed_unit: str | None = Field(None, max_length=64)
    claimed_roles: list[str] = Field(default_factory=list, max_length=30)
    claimed_clearance: Clearance = "internal"
    paths: list[Address] = Field(min_length=1, max_length=MOST_PATHS)


class VisibilityChecksOut(ResponseModel):
    """One answer for each path, in their order."""

    visible: list[bool]


@router.post("/v1/visibility-checks")
async def check_visibility(
    body: VisibilityChecksIn, request: Request, caller: Annotated[Principal, require(SERVICE_ROLE)]
) -> VisibilityChecksOut:
    """For the service that carries events out: which addresses a person could read at this moment."""
    if caller.sub != ASKER:
        raise RoleRequired(members={"roles": [ASKER]})
    claimed = Principal(
        sub=body.sub,
        unit=body.claimed_unit,
        roles=frozenset(body.claimed_roles) - {SERVICE_ROLE},
        clearance=body.claimed_clearance,
    )
    reader = await present_rights(resources_of(request), claimed)
    return VisibilityChecksOut(visible=await _readable(request, reader, body.paths))


async def present_rights(resources: Resources, claimed: Principal) -> Principal:
    """The person as the directory knows them now; as claimed if it does not know them."""
    async with resources.database.sessions() as session:
        row = (await session.execute(principal_copy.select().where(principal_copy.c.sub == claimed.sub))).one_or_none()
    if row is None:
        return claimed
    roles = frozenset(row.roles) - {SERVICE_ROLE}
    return Principal(sub=row.sub, unit=row.unit, roles=roles, clearance=row.clearance)


async def _readable(request: Request, reader: Principal, paths: Sequence[str]) -> list[bool]:
    return [await _status_of(request, reader, path) == 200 for path in paths]


async def _status_of(request: Request, reader: Principal, path: str) -> int:
    """Read an address of this very app as the reader; the body is thrown away. Raises ``Unavailable``."""
    status = 0

    async def no_body() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def notice(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = int(message["status"])

    inner: dict[str, Any] = {
        "type": "http",
        "asgi": request.scope["asgi"],
        "http_version": "1.1",
        "method": "GET",
        "scheme": request.scope.get("scheme", "http"),
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"x-request-id", request.state.request_id.encode())],
        "server": request.scope.get("server"),
        "client": None,
        "app": request.app,
        STANDING_IN: reader,
    }
    await request.app(inner, no_body, notice)
    if status >= 500 or status == 0:
        raise Unavailable
    return status
