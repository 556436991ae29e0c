"""The second wall around content: PostgreSQL is told who asks, and shows only what that person may see.

Every transaction begins by saying for whom it works. For a person or another service these are settings of the
transaction, read by the policies on the tables (``access.policy`` says the same, with reasons). What the service does
on nobody's behalf, such as matching, runs as the role ``…_engine``: policies do not bind it, and the tables of keys,
of features and of reporters are its alone.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from chassis.identity import Principal
from chassis.service import Resources
from chassis.statements import Statement, write_pending
from chassis.uow import Uow
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.policy import UNIT_ROLES, Viewer, uses_library, viewer_of
from clue_service.proceedings.policy import represented_units

P = ParamSpec("P")
T = TypeVar("T")

_IS_ENGINE = "works as the engine"
_SAID = (
    "sub", "service", "office_of", "leads", "units", "acts_for", "handles", "cleared_for", "library_of", "now", "walls",
)  # fmt: skip
_SAY = "select " + ", ".join(f"set_config('heli.{name}', :{name}, true)" for name in _SAID)
_ASK = Statement(text(_SAY))
_ASK_AFTER_ENGINE = Statement(text(f"{_SAY}, set_config('role', 'none', true)"))
_TAKE_ON = Statement(text("select set_config('role', regexp_replace(session_user, '_app$', '_engine'), true)"))
_PUT_DOWN = Statement(text("select set_config('role', 'none', true)"))


async def opening(resources: Resources, principal: Principal) -> Callable[[AsyncSession], Awaitable[None]]:
    """What a transaction for somebody begins with."""
    if principal.is_internal:
        return take_on_engine
    viewer = viewer_of(principal, await resources.directory.tree())

    async def begin(session: AsyncSession) -> None:
        await ask_as(session, viewer, resources.clock.now())

    return begin


async def ask_as(session: AsyncSession, viewer: Viewer, now: datetime | None = None) -> None:
    """Tell PostgreSQL who asks, until the transaction ends; without ``now`` no share counts.

    Where the transaction worked as the engine it goes on as its caller.
    """
    said = {**_said(viewer), "now": now.isoformat() if now else ""}
    if session.info.get(_IS_ENGINE):
        await write_pending(session)  # what was written as the engine is sent as the engine
        await _ASK_AFTER_ENGINE.run(session, said)
        session.info[_IS_ENGINE] = False
    else:
        await _ASK.run(session, said)


def _said(viewer: Viewer) -> dict[str, str]:
    handles = "unit" if viewer.has_any(*UNIT_ROLES) else "member" if viewer.has_any("handler") else ""
    return {
        "sub": viewer.sub,
        "service": viewer.service or "",
        "office_of": viewer.office_of or "",
        "leads": viewer.leads or "",
        "units": ",".join(sorted(viewer.units)),
        "acts_for": ",".join(sorted(represented_units(viewer))),
        "handles": handles,
        "cleared_for": ",".join(sorted(viewer.cleared_for)),
        "library_of": (viewer.commission or "") if uses_library(viewer) else "",
        "walls": "all",  # the release before knows fewer, and takes on the engine's role for those only
    }


async def take_on_engine(session: AsyncSession) -> None:
    """Work as the engine until the transaction ends."""
    if session.info.get(_IS_ENGINE):
        return
    await _TAKE_ON.run(session)
    session.info[_IS_ENGINE] = True


@asynccontextmanager
async def as_engine(session: AsyncSession) -> AsyncIterator[None]:
    """Work as the engine within the block: for what the service must know and the caller is not shown."""
    if session.info.get(_IS_ENGINE):
        yield
        return
    await take_on_engine(session)
    try:
        yield
    except DBAPIError:
        raise  # the transaction is lost, and the role with it
    except BaseException:
        await _put_down(session)
        raise
    await _put_down(session)


async def _put_down(session: AsyncSession) -> None:
    await write_pending(session)  # what was written as the engine is sent as the engine
    await _PUT_DOWN.run(session)
    session.info[_IS_ENGINE] = False


def reads_as_engine(
    read: Callable[Concatenate[AsyncSession, P], Awaitable[T]],
) -> Callable[Concatenate[AsyncSession, P], Awaitable[T]]:
    """Let a repository's function see all rows.

    What it finds is for the service's own work, or belongs to an item that PostgreSQL has just shown to the caller.
    """

    @wraps(read)
    async def read_all(session: AsyncSession, /, *args: P.args, **kwargs: P.kwargs) -> T:
        async with as_engine(session):
            return await read(session, *args, **kwargs)

    return read_all


def works_as_engine(
    work: Callable[Concatenate[Uow, P], Awaitable[T]],
) -> Callable[Concatenate[Uow, P], Awaitable[T]]:
    """Let a use case see and write all rows: what follows from a decision that was the caller's, wherever it lies."""

    @wraps(work)
    async def work_on_all(uow: Uow, /, *args: P.args, **kwargs: P.kwargs) -> T:
        async with as_engine(uow.session):
            return await work(uow, *args, **kwargs)

    return work_on_all


@asynccontextmanager
async def engine_session(resources: Resources) -> AsyncIterator[AsyncSession]:
    """A transaction for the service's own reading, outside any unit of work."""
    async with resources.database.sessions.begin() as session:
        await take_on_engine(session)
        yield session
