"""Signs access tokens. Their expiry follows the system clock: moving the business clock must not log people out."""

import time
import uuid
from collections.abc import Sequence
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey


class TokenSigner:
    """ES256 tokens of one issuer for one audience."""

    def __init__(self, key: ECKey, *, issuer: str, audience: str) -> None:
        self._key = key
        self._issuer = issuer
        self._audience = audience
        self._header = {"alg": "ES256", "typ": "JWT", "kid": str(key.kid)}

    def sign(
        self,
        sub: str,
        *,
        roles: Sequence[str],
        expires_in: int,
        unit: str | None = None,
        name: str | None = None,
        clearance: str = "internal",
    ) -> str:
        """A token for `sub`, valid `expires_in` seconds from now."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": sub,
            "unit": unit,
            "roles": list(roles),
            "clearance": clearance,
            "iat": now,
            "exp": now + expires_in,
            "jti": str(uuid.uuid4()),
        }
        if name is not None:
            claims["name"] = name
        return jwt.encode(self._header, claims, self._key, algorithms=["ES256"])

    def public_keys(self) -> dict[str, Any]:
        """The JWKS document."""
        return {"keys": [self._key.as_dict(private=False)]}
