"""Statements that a request sends again and again: built once, and sent by the driver within the session's transaction.

A session spends some half a millisecond of Python around every statement, which is more than most of them take in
PostgreSQL. Where rows are wanted rather than objects a session keeps, a ``Statement`` asks for them without it.
"""

from collections import namedtuple
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property, lru_cache, partial
from typing import Any

import asyncpg
from pydantic_core import from_json
from sqlalchemy import ColumnElement, Dialect, Executable, Float, Text, func, select, true
from sqlalchemy.dialects.postgresql import asyncpg as postgres
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from chassis.db import written_json

Change = Callable[[Any], Any] | None
_DIALECT: Dialect = postgres.dialect(json_serializer=written_json, json_deserializer=from_json)  # type: ignore[no-untyped-call]  # SQLAlchemy has it without types
_FLOAT8, _NUMERIC = 701, 1700  # PostgreSQL's numbers of the types, which only columns of numbers are asked for
_DRIVER = "driver of the transaction"
_REFUSALS = (asyncpg.PostgresError, asyncpg.InterfaceError)
_watchers: list[Callable[[str], None]] = []


KEEPING_PLANS: ColumnElement[str] = func.set_config("plan_cache_mode", "force_generic_plan", true(), type_=Text)
"""In what a transaction's statement answers: from it on the plans of statements are kept, and not made anew each time.

For transactions that ask for a few rows by their ids: where a list is given, planning takes longer than the work."""


class Refused(Exception):
    """What PostgreSQL said, without the values it quotes in its details."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(error.args[0] if error.args else type(error).__name__)
        self.sqlstate = getattr(error, "sqlstate", None)


class Statement:
    """An insert, update, delete, select or text with its parameters' names; lists are given as one parameter."""

    def __init__(self, built: Executable, row: Any = None) -> None:
        """``row``: what each row becomes, where it has a name: a named tuple of the columns in their order."""
        self._built = built
        self._row = row

    @cached_property
    def _compiled(self) -> SQLCompiler:
        compiled = self._built.compile(dialect=_DIALECT)  # type: ignore[attr-defined]  # all that are built have it
        assert isinstance(compiled, SQLCompiler)
        if compiled.post_compile_params or compiled.literal_execute_params:
            message = "what is written out late would change the statement: a list is given as one parameter"
            raise TypeError(message)
        return compiled

    @cached_property
    def _parameters(self) -> Sequence[tuple[str, Any, Change]]:
        """Of each parameter in order its name, its value where nobody gives one, and how it is written."""
        compiled = self._compiled
        known = compiled.params
        return [
            (name, known.get(name), _impl(compiled.binds[name].type).bind_processor(_DIALECT))
            for name in compiled.positiontup or ()
        ]

    @cached_property
    def _columns(self) -> tuple[Any, Sequence[Change]] | None:
        """What a row is made into, and how each of its values is read; None where only PostgreSQL knows the columns."""
        columns = getattr(self._built, "exported_columns", None)
        if not columns:
            return None
        of_row, _ = (self._row, ()) if self._row else _named(tuple(one.key for one in columns))
        return of_row, [
            _impl(one.type).result_processor(_DIALECT, _FLOAT8 if isinstance(one.type, Float) else _NUMERIC)
            for one in columns
        ]

    async def rows(self, session: AsyncSession, given: Mapping[str, Any] | None = None) -> list[Any]:
        """The rows, as named tuples of the columns selected or returned; a text's have the names PostgreSQL gives.

        What the session has not written yet is written before.
        """
        given = given or {}
        driver = await _driver_of(session)
        arguments = [
            (change(value) if change is not None and value is not None else value)
            for value, change in ((given.get(name, known), change) for name, known, change in self._parameters)
        ]
        sent = self._compiled.string
        for watcher in _watchers:
            watcher(sent)
        try:
            records = await driver.fetch(sent, *arguments)
        except _REFUSALS as error:
            raise await _given_up(session, driver, error) from None
        if not records:
            return []
        of_row, changes = self._columns or ((self._row, ()) if self._row else _named(tuple(records[0].keys())))
        if not any(changes):
            return list(map(partial(tuple.__new__, of_row), records))  # no call into Python for each
        return [
            of_row._make(
                [change(value) if change is not None else value for value, change in zip(record, changes, strict=True)]
            )
            for record in records
        ]

    async def scalar(self, session: AsyncSession, given: Mapping[str, Any] | None = None) -> Any:
        """The first value of the first row, None where there is none."""
        found = await self.rows(session, given)
        return found[0][0] if found else None

    async def run(self, session: AsyncSession, given: Mapping[str, Any] | None = None) -> None:
        """Send it, and read nothing."""
        await self.rows(session, given)


_KEEP_PLANS = Statement(select(KEEPING_PLANS))
_PLAN_ANEW = Statement(select(func.set_config("plan_cache_mode", "force_custom_plan", true(), type_=Text)))
_PLAN_AS_EVER = Statement(select(func.set_config("plan_cache_mode", "auto", true(), type_=Text)))


async def keep_plans(session: AsyncSession) -> None:
    """Keep plans until the transaction ends, as ``KEEPING_PLANS`` says."""
    await _KEEP_PLANS.run(session)


@asynccontextmanager
async def planned_anew(session: AsyncSession) -> AsyncIterator[None]:
    """Plan every statement within the block for what it is given.

    For searches: which index serves hangs on who asks for what, and a plan that a connection keeps for all is slow for
    some.
    """
    await _PLAN_ANEW.run(session)
    try:
        yield
    except DBAPIError:
        raise  # the transaction is lost, and the setting with it
    except BaseException:
        await _PLAN_AS_EVER.run(session)
        raise
    await _PLAN_AS_EVER.run(session)


@contextmanager
def watched(watcher: Callable[[str], None]) -> Iterator[None]:
    """Tell ``watcher`` of every statement that is sent this way, for tests that count them."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)


@lru_cache
def _named(names: Sequence[str]) -> tuple[Any, Sequence[Change]]:
    return namedtuple("Row", names, rename=True), ()  # noqa: PYI024 - the names are a statement's


def _impl(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    return type_.dialect_impl(_DIALECT)


async def _driver_of(session: AsyncSession) -> Any:
    """The driver's connection of the session's transaction, which begins with this where it has not begun."""
    await write_pending(session)
    kept = session.info.get(_DRIVER)
    if kept is not None and kept[0] is not None and kept[0] is _transaction_of(session):
        return kept[1]
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    if not driver.is_in_transaction():
        await _begin(session, raw.dbapi_connection, driver)
    session.info[_DRIVER] = _transaction_of(session), driver
    return driver


def _transaction_of(session: AsyncSession) -> Any:
    """The savepoint where there is one: a session sends it when its connection is asked for the first time since."""
    sync = session.sync_session
    return sync.get_nested_transaction() or sync.get_transaction()


async def _begin(session: AsyncSession, adapter: Any, driver: Any) -> None:
    """Begin as SQLAlchemy does with the first statement that it sends itself: it also ends the transaction.

    Sending the first statement through it would take longer than the others together.
    """
    try:
        await adapter._start_transaction()  # noqa: SLF001 - SQLAlchemy has no public name for it
    except adapter.dbapi.Error as error:
        raise await _given_up(session, driver, error.__cause__ or error) from None


async def _given_up(session: AsyncSession, driver: Any, error: BaseException) -> DBAPIError:
    """What a session would raise; whoever gives the transaction up must not ask a connection that is gone."""
    if driver.is_closed():
        await (await session.connection()).invalidate()
    return _of_sqlalchemy(error)


async def write_pending(session: AsyncSession) -> None:
    """Send what the session has not written yet. As its ``flush``, which costs a tenth of a millisecond for nothing."""
    sync = session.sync_session
    if sync.new or sync.dirty or sync.deleted:
        await session.flush()


def _of_sqlalchemy(error: BaseException) -> DBAPIError:
    """The same error as a session raises it."""
    told = Refused(error)
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return IntegrityError(None, None, told, hide_parameters=True)
    if isinstance(error, asyncpg.DataError):
        return DataError(None, None, told, hide_parameters=True)
    if isinstance(error, asyncpg.PostgresConnectionError | asyncpg.InterfaceError):
        return OperationalError(None, None, told, hide_parameters=True, connection_invalidated=True)
    return DBAPIError(None, None, told, hide_parameters=True)
