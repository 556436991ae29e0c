"""Use cases of token revocations."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chassis.errors import NotFound, RoleRequired, Unauthenticated
from chassis.identity import Authenticator
from chassis.service import Resources
from chassis.uow import Uow

from personnel_pool_service.settings import PoolSettings
from personnel_pool_service.token_revocations import repository
from personnel_pool_service.token_revocations.errors import no_id, no_valid_token
from personnel_pool_service.token_revocations.models import TokenRevocation

ADMINISTRATORS = ("platform_admin",)


async def revoke_token(uow: Uow, authenticator: Authenticator, token: str) -> tuple[TokenRevocation, bool]:
    """Revoke a token that the caller holds, their own or one that they should not hold; and whether that is new.

    Raises:
        Invalid: it is not valid anyway, or has no id.
    """
    try:
        claims = await authenticator.claims_of(token)
    except Unauthenticated as error:
        raise no_valid_token() from error
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise no_id()
    ends = datetime.fromtimestamp(float(claims["exp"]), UTC)
    return await _revoke(uow, jti, sub=str(claims["sub"]), expires_at=ends)


async def revoke_id(uow: Uow, jti: str, expires_at: datetime | None) -> tuple[TokenRevocation, bool]:
    """Revoke a token by its id; and whether that is new. Raises ``RoleRequired``."""
    if not uow.actor.has_any(*ADMINISTRATORS):
        raise RoleRequired(members={"roles": list(ADMINISTRATORS)})
    return await _revoke(uow, jti, sub=None, expires_at=expires_at)


async def _revoke(uow: Uow, jti: str, *, sub: str | None, expires_at: datetime | None) -> tuple[TokenRevocation, bool]:
    row, created = await repository.add(
        uow.session,
        jti=jti,
        sub=sub,
        revoked_by=uow.actor.sub,
        now=uow.now,
        expires_at=expires_at,
        otherwise=timedelta(hours=PoolSettings().token_lifetime_h),
    )
    if created:
        await uow.audit("revoke_token", "token_revocation", row.id)
    return row, created


async def get_revocation(uow: Uow, revocation_id: UUID) -> TokenRevocation:
    """One revocation, for whoever made it and for the administrators; raises ``NotFound``."""
    row = await repository.find(uow.session, revocation_id)
    if row is None or (row.revoked_by != uow.actor.sub and not uow.actor.has_any(*ADMINISTRATORS)):
        raise NotFound
    return row


async def list_standing(uow: Uow, after: UUID | None, limit: int) -> Sequence[TokenRevocation]:
    """Revocations that still matter, oldest first, one more than ``limit`` if there are more."""
    return await repository.list_standing(uow.session, after, limit)


async def list_ids(resources: Resources) -> list[str]:
    """What a door must refuse: the ids of revoked tokens that have not expired."""
    async with resources.database.sessions() as session:
        return await repository.list_ids(session)


async def forget_expired(resources: Resources) -> None:
    """Forget tokens that have expired."""
    async with resources.database.sessions.begin() as session:
        await repository.purge(session)
