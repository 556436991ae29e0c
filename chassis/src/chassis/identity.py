"""Who is calling: JWT verification against the issuer's keys, and tokens of our own for calls between services."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.errors import Text, Unauthenticated, Unavailable
from chassis.logging import get_logger

Clearance = Literal["internal", "confidential", "secret"]
CLEARANCES: tuple[Clearance, ...] = ("internal", "confidential", "secret")
ALGORITHMS = ["ES256", "RS256", "Ed25519"]
SERVICE_ROLE = "service"
STANDING_IN = "heli.standing_in"
"""Key of an ASGI scope made within this process: the person a trial stands in for. No server ever sets it."""

_CACHE_SECONDS = 60.0
_CACHE_ENTRIES = 10_000
_REFRESH_SECONDS = 30.0  # the issuer is asked for new keys at most this often
_KEYS_SECONDS = 300.0  # and at least this often while tokens come: a key it withdraws is honoured no longer than that
_LEEWAY_SECONDS = 5
_TOKEN_BYTES = 16 * 1024

log = get_logger(__name__)


@dataclass(frozen=True)
class Principal:
    """A caller. ``acting_for`` is the user on whose behalf a service calls."""

    sub: str
    name: str | None = None
    unit: str | None = None
    roles: frozenset[str] = frozenset()
    clearance: Clearance = "internal"
    acting_for: str | None = None
    is_internal: bool = False
    """The service itself or its operator's command; never what a token says."""
    token_id: str | None = field(default=None, compare=False)
    """The ``jti`` of the token that says all this, where it has one."""
    is_trial: bool = False
    """Nobody reads: the service tries what this person could read. Every transaction of a trial is taken back."""

    @property
    def is_service(self) -> bool:
        """Whether this is another service of the platform."""
        return SERVICE_ROLE in self.roles

    def has_any(self, *roles: str) -> bool:
        """Whether the caller holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)

    def is_cleared_for(self, level: str) -> bool:
        """Whether the caller's clearance reaches a secrecy level."""
        return CLEARANCES.index(self.clearance) >= CLEARANCES.index(level)


SYSTEM = Principal(sub="system", roles=frozenset({SERVICE_ROLE}), is_internal=True)
"""The service itself: timers, event handlers, jobs."""


class Authenticator:
    """Verifies access tokens; those verified are remembered for a minute.

    Keys are fetched on an unknown key id, and anew every five minutes: a key the issuer has withdrawn, and with it
    every token it signed, is refused from then on. An issuer that does not answer leaves the keys as they were.
    """

    def __init__(self, *, jwks_url: str, issuer: str, audience: str, client: httpx2.AsyncClient) -> None:
        self._jwks_url = jwks_url
        self._issuer = issuer
        self._audience = audience
        self._client = client
        self._keys: KeySet | None = None
        self._fetched_at = -_REFRESH_SECONDS
        self._lock = asyncio.Lock()
        self._cache: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()
        self._refused = frozenset[str]()

    async def authenticate(self, authorization: str | None) -> Principal:
        """The principal of an ``Authorization: Bearer …`` header.

        Raises:
            Unauthenticated: no token, or one that is malformed, forged, expired or not for us.
            Unavailable: the issuer's keys cannot be had.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _refuse("请在 Authorization 头中提供访问令牌", "Send the access token in the Authorization header")
        if len(token) > _TOKEN_BYTES or not token.isascii():
            raise _refuse("访问令牌格式不正确", "The access token is malformed")
        digest = hashlib.sha256(token.encode()).digest()
        cached = self._cache.get(digest)
        if cached is not None and cached[0] > time.time():
            return cached[1]
        claims = await self._verify(token)
        principal = principal_of_claims(claims)
        if principal.token_id in self._refused:
            raise _refuse("访问令牌已被撤销", "The access token was revoked")
        self._remember(digest, min(float(claims["exp"]), time.time() + _CACHE_SECONDS), principal)
        return principal

    def forget_all(self) -> None:
        """Drop every cached verdict, after a revocation."""
        self._cache.clear()

    async def claims_of(self, token: str) -> dict[str, Any]:
        """What a token says, if it would be let in; raises as ``authenticate``."""
        await self.authenticate(f"Bearer {token}")
        return await self._verify(token)

    def refuse_ids(self, ids: frozenset[str]) -> None:
        """Refuse tokens with these ids (``jti``) from now on, and no others: those of the last time no longer."""
        self._refused = ids
        for digest in [digest for digest, (_, known) in self._cache.items() if known.token_id in ids]:
            del self._cache[digest]

    def _remember(self, digest: bytes, until: float, principal: Principal) -> None:
        self._cache[digest] = (until, principal)
        while len(self._cache) > _CACHE_ENTRIES:
            self._cache.popitem(last=False)

    async def _verify(self, token: str) -> dict[str, Any]:
        keys = await self._current_keys()
        if time.monotonic() - self._fetched_at >= _KEYS_SECONDS:
            with suppress(Unavailable):
                keys = await self._refreshed_keys(keys)
        try:
            return self._decode(token, keys)
        except (JoseError, ValueError, KeyError) as first:
            fresh = await self._refreshed_keys(keys)
            if fresh is keys:
                raise _token_problem(first) from first
            try:
                return self._decode(token, fresh)
            except (JoseError, ValueError, KeyError) as second:
                raise _token_problem(second) from second

    def _decode(self, token: str, keys: KeySet) -> dict[str, Any]:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        registry = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        registry.validate(claims)
        return claims

    async def _current_keys(self) -> KeySet:
        if self._keys is None:
            async with self._lock:
                if self._keys is None:
                    self._keys = await self._fetch()
        return self._keys

    async def _refreshed_keys(self, seen: KeySet) -> KeySet:
        async with self._lock:
            if self._keys is not seen and self._keys is not None:
                return self._keys
            if time.monotonic() - self._fetched_at < _REFRESH_SECONDS:
                return seen
            self._keys = await self._fetch()
            return self._keys

    async def _fetch(self) -> KeySet:
        self._fetched_at = time.monotonic()
        try:
            response = await self._client.get(self._jwks_url, timeout=5)
            response.raise_for_status()
            return KeySet.import_key_set(response.json())
        except (httpx2.HTTPError, ValueError, JoseError) as error:
            log.warning("issuer_keys_unavailable", exc_info=error)
            raise Unavailable(Text("身份服务暂时不可用", "The identity provider is unavailable")) from error


def principal_of_claims(claims: dict[str, Any]) -> Principal:
    """The principal that verified claims describe; refuses claims of the wrong shape."""
    roles, unit = claims.get("roles", []), claims.get("unit")
    clearance: Any = claims.get("clearance") or "internal"
    well_formed = (
        isinstance(claims.get("sub"), str)
        and isinstance(roles, list)
        and all(isinstance(role, str) for role in roles)
        and (unit is None or isinstance(unit, str))
        and clearance in CLEARANCES
    )
    if not well_formed:
        raise _refuse("访问令牌内容不正确", "The access token's claims are malformed")
    jti = claims.get("jti")
    return Principal(
        sub=claims["sub"],
        name=claims.get("name"),
        unit=unit,
        roles=frozenset(roles),
        clearance=clearance,
        token_id=jti if isinstance(jti, str) else None,
    )


def acting_for(principal: Principal, sub: str | None) -> Principal:
    """The service principal, acting for ``sub``; a user's header of that name is ignored."""
    if sub and principal.is_service:
        return replace(principal, acting_for=sub)
    return principal


class ServiceToken(httpx2.Auth):
    """Puts this service's own token on outgoing requests; gets a new one before the old runs out."""

    requires_response_body = True

    def __init__(self, *, token_url: str, client_id: str, secret: Callable[[], str]) -> None:
        self._token_url = token_url
        self._client_id = client_id
        self._secret = secret
        self._token = ""
        self._renew_at = 0.0

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Yield a token request when needed, then the request itself."""
        if time.monotonic() >= self._renew_at:
            form = {"grant_type": "client_credentials", "client_id": self._client_id, "client_secret": self._secret()}
            response = yield httpx2.Request("POST", self._token_url, data=form)
            response.raise_for_status()
            answer = response.json()
            self._token = answer["access_token"]
            self._renew_at = time.monotonic() + max(5.0, float(answer["expires_in"]) - 60)
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == 401:
            self._renew_at = 0.0


def _token_problem(error: Exception) -> Unauthenticated:
    if getattr(error, "error", "") == "expired_token":
        return _refuse("访问令牌已过期", "The access token has expired")
    return _refuse("访问令牌无效", "The access token is not valid")


def _refuse(zh: str, en: str) -> Unauthenticated:
    return Unauthenticated(Text(zh, en), headers={"WWW-Authenticate": "Bearer"})
