"""Which failures are worth another attempt."""

import asyncpg
import pytest
import sqlalchemy.exc
from chassis.dead_letters import Undecodable, is_permanent, is_transient
from chassis.errors import Conflict, Forbidden, InternalError, Invalid, NotFound, StaleVersion, Unavailable
from contracts.pool import UnitUpserted
from pydantic import ValidationError


def database_error(error: Exception) -> Exception:
    """What SQLAlchemy makes of an error of the driver."""
    return sqlalchemy.exc.DBAPIError("select", None, error)


def validation_error() -> Exception:
    with pytest.raises(ValidationError) as caught:
        UnitUpserted.model_validate({})
    return caught.value


TRANSIENT = [
    Unavailable(),
    TimeoutError(),
    ConnectionRefusedError(),
    sqlalchemy.exc.TimeoutError(),
    asyncpg.InterfaceError("connection is closed"),
    database_error(asyncpg.SerializationError("…")),
    database_error(asyncpg.DeadlockDetectedError("…")),
    database_error(asyncpg.LockNotAvailableError("…")),
    database_error(asyncpg.AdminShutdownError("…")),
    database_error(asyncpg.CannotConnectNowError("…")),
    database_error(asyncpg.TooManyConnectionsError("…")),
    database_error(asyncpg.DiskFullError("…")),
]
PERMANENT = [Conflict(), NotFound(), Forbidden(), Invalid(), Undecodable(), validation_error()]
UNKNOWN = [StaleVersion(), InternalError(), KeyError("…"), database_error(asyncpg.UniqueViolationError("…"))]


@pytest.mark.parametrize("error", TRANSIENT, ids=repr)
def test_failure_that_passes_by_itself_is_retried_without_end(error: Exception) -> None:
    assert is_transient(error)
    assert not is_permanent(error)


@pytest.mark.parametrize("error", PERMANENT, ids=lambda error: type(error).__name__)
def test_failure_that_stays_is_never_retried(error: Exception) -> None:
    assert is_permanent(error)
    assert not is_transient(error)


@pytest.mark.parametrize("error", UNKNOWN, ids=lambda error: type(error).__name__)
def test_failure_of_unknown_kind_gets_a_few_attempts(error: Exception) -> None:
    assert not is_permanent(error)
    assert not is_transient(error)
