"""PostgreSQL access: engine, naming convention and the column types every model uses."""

import time
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    MetaData,
    Subquery,
    Table,
    TableValuedAlias,
    Uuid,
    bindparam,
    cast,
    column,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, Insert, insert
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeEngine

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Uuid7 = Annotated[UUID, mapped_column(Uuid, primary_key=True, server_default=text("uuidv7()"))]
"""Primary key: a time-ordered UUID made by PostgreSQL."""
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Serial = Annotated[int, mapped_column(BigInteger, primary_key=True)]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]

M = TypeVar("M", bound="ModelBase")

_TRUSTED_SECONDS = 5.0  # a connection used since then is not asked whether it lives


class ModelBase(DeclarativeBase):
    """Parent of each service's ``Base``; a service makes ``class Base(ModelBase): metadata = new_metadata()``."""

    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB, list[str]: JSONB}  # noqa: RUF012 - SQLAlchemy reads a plain dict

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if ModelBase in cls.__bases__:
            cls.__abstract__ = True  # a service's Base is a parent itself, with a metadata of its own
        super().__init_subclass__(**kwargs)


def new_metadata() -> MetaData:
    """A metadata with the house's constraint names, so that unique violations are told apart by name."""
    return MetaData(naming_convention=NAMING_CONVENTION)


def one_of(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """As ``column.in_(values)``, but one parameter and one statement however many values there are."""
    found: ColumnElement[bool] = column == func.any(cast(list(values), ARRAY(column.type)))
    return found


def given_rows(parameter: str = "rows", /, **columns: TypeEngine[Any] | type[TypeEngine[Any]]) -> TableValuedAlias:
    """Rows handed to a statement as one parameter (see ``as_rows``), as a table with these columns.

    However many there are, the statement stays the same: built once, prepared once, one round trip.
    """
    named = (column(name, type_) for name, type_ in columns.items())
    handed = func.jsonb_to_recordset(bindparam(parameter, type_=JSONB))
    return handed.table_valued(*named).render_derived(name=f"given_{parameter}", with_types=True)


def inserting(model: type["ModelBase"], *names: str, parameter: str = "rows", in_turn: str | None = None) -> Insert:
    """An insert of the given rows (see ``as_rows``) into these columns, in their order; build it once.

    With ``in_turn``, transactions that insert by the same word do so one after the other (see ``turn_of``).
    """
    table = table_of(model)
    given = given_rows(parameter, n=Integer, **{name: table.c[name].type for name in names})
    rows = select(*(given.c[name] for name in names)).order_by(given.c.n)
    if in_turn is not None:
        turn = turn_of(in_turn)
        rows = rows.join(turn, turn.c.taken.is_not(None))
    return insert(table).from_select(list(names), rows)


def table_of(model: type["ModelBase"]) -> Table:
    """The table of a model: an insert into it is one statement, whatever parameters it is given."""
    table = model.__table__
    assert isinstance(table, Table)  # not a view of several
    return table


def turn_of(name: str) -> Subquery:
    """One row, ``taken``, that is there once no other transaction has this turn; held until the end of this one.

    Join it into the select of an insert that is sorted: sorting comes after the join, and drawing an identity after
    that, so a lower one never becomes visible after a higher one.
    """
    return select(func.pg_advisory_xact_lock(func.hashtext(name)).label("taken")).subquery("turn")


def as_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as ``given_rows`` takes them; each carries its place as ``n``."""
    return [{"n": n, **{name: _plain(value) for name, value in row.items()}} for n, row in enumerate(rows)]


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return str(value) if isinstance(value, UUID) else value


def written_json(value: Any) -> str:
    """JSON as it is sent to PostgreSQL, characters as they are."""
    return to_json(value).decode()


def as_read(model: type[M], values: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> M:
    """An object with the values of its columns as if a query had found it, which no session knows.

    Its constructor would note each value as a change: of twenty columns that takes seven times as long.
    """
    found = model()
    vars(found).update(values)
    return found


class Database:
    """One engine and its sessions. Sessions never expire on commit and never load lazily."""

    def __init__(self, url: str, *, pool_size: int = 8, max_overflow: int = 12, application: str = "heli") -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=10,
            pool_use_lifo=True,  # the connection used last: its server process has its caches warm
            json_serializer=written_json,
            json_deserializer=from_json,
            hide_parameters=True,  # messages of failed statements must not quote rows
            connect_args={
                "server_settings": {"application_name": application, "jit": "off", "timezone": "UTC"},
                "timeout": 10,
                "command_timeout": 60,
            },
        )
        self.sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        _watch_connections(self.engine)

    async def ping(self) -> None:
        """Raise unless the database answers."""
        async with self.engine.connect() as connection:
            await connection.execute(text("select 1"))

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _watch_connections(engine: AsyncEngine) -> None:
    """Hand out no dead connection, without asking each time: that would be three round trips for every request.

    Where the server closes a connection, the driver knows at once. Only what a network in between forgets is found by
    asking, so connections that lay unused for some seconds are asked.
    """
    dialect = engine.dialect

    @event.listens_for(engine.sync_engine, "connect")
    @event.listens_for(engine.sync_engine, "checkin")
    def note_use(_: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def check(connection: Any, record: Any, _: Any) -> None:
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError  # all older connections are replaced, and this checkout goes on with a new one
        if time.monotonic() - record.info["used_at"] > _TRUSTED_SECONDS:
            try:
                dialect.do_ping(connection)
            except dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error
