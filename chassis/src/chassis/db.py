"""PostgreSQL access: engine, naming convention and the column types every model uses."""

import time
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, DateTime, MetaData, Uuid, cast, event, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, mapped_column

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


class Database:
    """One engine and its sessions. Sessions never expire on commit and never load lazily."""

    def __init__(self, url: str, *, pool_size: int = 8, max_overflow: int = 12, application: str = "heli") -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=10,
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
