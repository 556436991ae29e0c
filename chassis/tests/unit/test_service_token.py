"""A service's own token: fetched once, renewed in time, fetched anew when refused."""

import httpx2
import pytest
from chassis.identity import ServiceToken


class Issuer:
    """Counts tokens and answers calls that carry the newest."""

    def __init__(self, expires_in: int) -> None:
        self.issued = 0
        self.expires_in = expires_in

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/token":
            assert b"client_secret=s3cret" in request.content
            self.issued += 1
            return httpx2.Response(200, json={"access_token": f"t{self.issued}", "expires_in": self.expires_in})
        is_newest = request.headers["authorization"] == f"Bearer t{self.issued}"
        return httpx2.Response(200 if is_newest else 401, json={})

    def client(self) -> httpx2.AsyncClient:
        auth = ServiceToken(token_url="http://issuer.test/token", client_id="clue-service", secret=lambda: "s3cret")
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer), base_url="http://pool.test", auth=auth)


@pytest.mark.parametrize(("expires_in", "issued"), [(3600, 1), (60, 1)])
async def test_one_token_serves_many_calls(expires_in: int, issued: int) -> None:
    issuer = Issuer(expires_in)
    async with issuer.client() as client:
        for _ in range(3):
            assert (await client.get("/v1/units")).status_code == 200
    assert issuer.issued == issued


async def test_a_refused_token_is_replaced_at_the_next_call() -> None:
    issuer = Issuer(3600)
    async with issuer.client() as client:
        await client.get("/v1/units")
        issuer.issued += 1  # the provider has rotated: the token in hand is refused
        assert (await client.get("/v1/units")).status_code == 401
        assert (await client.get("/v1/units")).status_code == 200
