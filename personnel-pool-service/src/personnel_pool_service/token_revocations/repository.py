"""SQL of token revocations. Tokens live by the server's clock, so their ends are compared with that of PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from personnel_pool_service.token_revocations.models import TokenRevocation


async def add(
    session: AsyncSession,
    *,
    jti: str,
    sub: str | None,
    revoked_by: str,
    now: datetime,
    expires_at: datetime | None,
    otherwise: timedelta,
) -> tuple[TokenRevocation, bool]:
    """Store a revocation, or find the one there is; and whether it is new.

    Args:
        expires_at: End of the token; None: ``otherwise`` from now on, which must be longer than any token lives.
    """
    values = {
        "jti": jti,
        "sub": sub,
        "revoked_by": revoked_by,
        "revoked_at": now,
        "expires_at": func.now() + otherwise if expires_at is None else expires_at,
    }
    statement = insert(TokenRevocation).values(values).on_conflict_do_nothing(index_elements=["jti"])
    created = await session.scalar(statement.returning(TokenRevocation.id)) is not None
    row = (await session.scalars(select(TokenRevocation).where(TokenRevocation.jti == jti))).one()
    return row, created


async def find(session: AsyncSession, revocation_id: UUID) -> TokenRevocation | None:
    """One revocation."""
    return await session.get(TokenRevocation, revocation_id)


async def list_standing(session: AsyncSession, after: UUID | None, limit: int) -> Sequence[TokenRevocation]:
    """Revocations of tokens that have not expired, oldest first, one more than ``limit`` if there are more."""
    statement = select(TokenRevocation).where(TokenRevocation.expires_at > func.now())
    if after is not None:
        statement = statement.where(TokenRevocation.id > after)
    return (await session.scalars(statement.order_by(TokenRevocation.id).limit(limit + 1))).all()


async def list_ids(session: AsyncSession) -> list[str]:
    """The ids that revoked tokens carry, as long as these have not expired."""
    standing = select(TokenRevocation.jti).where(TokenRevocation.expires_at > func.now())
    return list(await session.scalars(standing.order_by(TokenRevocation.jti)))


async def purge(session: AsyncSession) -> int:
    """Forget tokens that have expired; returns how many."""
    gone = delete(TokenRevocation).where(TokenRevocation.expires_at < func.now() - timedelta(hours=1))
    return len((await session.scalars(gone.returning(TokenRevocation.id))).all())
