"""Keys that an issuer withdraws, and an issuer that is away."""

import httpx2
import pytest
from chassis.errors import Unauthenticated
from chassis.identity import Authenticator
from chassis.testing.harness import TestIssuer

from chassis import identity


class _Provider:
    """An identity provider whose published keys change."""

    def __init__(self, issuer: TestIssuer) -> None:
        self.publishes: TestIssuer | None = issuer
        self.asked = 0

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return httpx2.Response(503) if self.publishes is None else self.publishes.answer(request)


def _authenticator(provider: _Provider, name: str) -> Authenticator:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(provider.answer))
    return Authenticator(jwks_url=f"{name}/jwks.json", issuer=name, audience="heli", client=client)


async def test_a_withdrawn_key_is_refused_once_the_keys_are_old(monkeypatch: pytest.MonkeyPatch) -> None:
    known = TestIssuer()
    provider = _Provider(known)
    tokens = _authenticator(provider, known.name)
    await tokens.authenticate(f"Bearer {known.token('zhang')}")
    provider.publishes = TestIssuer()
    assert (await tokens.authenticate(f"Bearer {known.token('li')}")).sub == "li"
    assert provider.asked == 1
    monkeypatch.setattr(identity, "_KEYS_SECONDS", 0.0)
    monkeypatch.setattr(identity, "_REFRESH_SECONDS", 0.0)
    with pytest.raises(Unauthenticated):
        await tokens.authenticate(f"Bearer {known.token('wang')}")


async def test_an_issuer_that_is_away_leaves_the_keys_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    known = TestIssuer()
    provider = _Provider(known)
    tokens = _authenticator(provider, known.name)
    await tokens.authenticate(f"Bearer {known.token('zhang')}")
    provider.publishes = None
    monkeypatch.setattr(identity, "_KEYS_SECONDS", 0.0)
    monkeypatch.setattr(identity, "_REFRESH_SECONDS", 0.0)
    assert (await tokens.authenticate(f"Bearer {known.token('li')}")).sub == "li"
    assert provider.asked == 2
