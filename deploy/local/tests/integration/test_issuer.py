"""The issuer over HTTP, with personnel-pool-service replaced at the transport."""

import json
import struct
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chassis.clock import Clock
from chassis.identity import Authenticator
from heli_local.issuer.app import build_app
from heli_local.issuer.parts import IssuerParts
from heli_local.issuer.settings import IssuerSettings, new_signing_key

ISSUER = "http://127.0.0.1:1"


class Pool:
    """Answers like personnel-pool-service: 422 for unknown units, nothing at all while it is down."""

    def __init__(self) -> None:
        self.units = {"cdi-a"}
        self.is_down = False
        self.principals: dict[str, dict[str, Any]] = {}
        self.authorizations: list[str] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_down:
            raise httpx2.ConnectError("down", request=request)
        self.authorizations.append(request.headers["Authorization"])
        body = json.loads(request.content)
        if body["unit"] is not None and body["unit"] not in self.units:
            return httpx2.Response(422, json={"code": "unknown_unit"})
        self.principals[request.url.path.rsplit("/", 1)[-1]] = body
        return httpx2.Response(200, json={})


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture
async def http(tmp_path: Path, pool: Pool) -> AsyncIterator[httpx2.AsyncClient]:
    (tmp_path / "issuer.json").write_text(json.dumps({"key": new_signing_key(), "clients": {"clue-service": "s3cret"}}))
    settings = IssuerSettings.model_validate(
        {
            "environment": "local",
            "issuer": ISSUER,
            "pool_url": "http://pool.test",
            "clock_file": str(tmp_path / "clock"),
            "issuer_file": str(tmp_path / "issuer.json"),
        }
    )
    app = build_app(settings, client=httpx2.AsyncClient(transport=httpx2.MockTransport(pool.answer)))
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url=ISSUER, headers={"Accept-Language": "en"}
    ) as client:
        client.app = app  # type: ignore[attr-defined]  # the tests look at the parts behind the address
        yield client


@pytest.fixture
def verify(http: httpx2.AsyncClient) -> Callable[..., Any]:
    authenticator = Authenticator(jwks_url=f"{ISSUER}/jwks.json", issuer=ISSUER, audience="heli", client=http)
    return lambda token: authenticator.authenticate(f"Bearer {token}")


async def test_dev_token_verifies_and_carries_the_claims(http: httpx2.AsyncClient, verify: Any, pool: Pool) -> None:
    body = {"sub": "u-1", "name": "测试员", "unit": "cdi-a", "roles": ["handler"], "clearance": "secret"}
    answer = await http.post("/dev/token", json=body)
    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
    principal = await verify(answer.json()["access_token"])
    assert (principal.sub, principal.unit, principal.clearance) == ("u-1", "cdi-a", "secret")
    assert principal.roles == {"handler"}
    assert pool.principals["u-1"] == {k: v for k, v in body.items() if k != "sub"}


async def test_principals_are_recorded_with_a_service_token(http: httpx2.AsyncClient, verify: Any, pool: Pool) -> None:
    await http.post("/dev/token", json={"sub": "u-1", "unit": None, "roles": ["platform_admin"]})
    caller = await verify(pool.authorizations[0].removeprefix("Bearer "))
    assert (caller.sub, caller.is_service) == ("svc:issuer", True)


@pytest.mark.parametrize("broken", ["unit", "pool"])
async def test_token_is_had_while_the_pool_cannot_take_it_and_is_recorded_later(
    http: httpx2.AsyncClient, pool: Pool, broken: str
) -> None:
    unit = "cdi-new" if broken == "unit" else "cdi-a"
    pool.is_down = broken == "pool"
    answer = await http.post("/dev/token", json={"sub": "u-2", "unit": unit, "roles": []})
    assert answer.status_code == 200
    assert "u-2" not in pool.principals
    pool.is_down = False
    pool.units.add(unit)
    parts: IssuerParts = http.app.state.parts  # type: ignore[attr-defined]  # set by the fixture
    await parts.principals.retry_due(time.monotonic() + 60)
    assert pool.principals["u-2"]["unit"] == unit


async def test_a_newer_principal_replaces_the_one_that_waits(http: httpx2.AsyncClient, pool: Pool) -> None:
    pool.is_down = True
    await http.post("/dev/token", json={"sub": "u-3", "unit": "cdi-a", "roles": ["handler"]})
    pool.is_down = False
    await http.post("/dev/token", json={"sub": "u-3", "unit": "cdi-a", "roles": ["auditor"]})
    parts: IssuerParts = http.app.state.parts  # type: ignore[attr-defined]  # set by the fixture
    await parts.principals.retry_due(time.monotonic() + 60)
    assert pool.principals["u-3"]["roles"] == ["auditor"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"roles": ["emperor"]}, "/roles/0"),
        ({"roles": ["service"]}, "/roles/0"),
        ({"clearance": "cosmic"}, "/clearance"),
        ({"sub": "svc:clue-service"}, "/sub"),
        ({"sub": ""}, "/sub"),
        ({"unit": "no such code"}, "/unit"),
        ({"colour": "red"}, "/colour"),
        ({"expires_in": 10**9}, "/expires_in"),
    ],
)
async def test_bad_field_is_named_in_a_problem_document(
    http: httpx2.AsyncClient, pool: Pool, change: dict[str, Any], pointer: str
) -> None:
    answer = await http.post("/dev/token", json={"sub": "u-1", "unit": "cdi-a", "roles": []} | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not pool.principals


async def test_missing_sub_is_refused(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/dev/token", json={"unit": "cdi-a"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/sub")


@pytest.mark.parametrize("way", ["post", "basic"])
async def test_service_gets_a_token_for_its_credentials(http: httpx2.AsyncClient, verify: Any, way: str) -> None:
    form = {"grant_type": "client_credentials"}
    if way == "post":
        answer = await http.post("/token", data=form | {"client_id": "clue-service", "client_secret": "s3cret"})
    else:
        answer = await http.post("/token", data=form, auth=("clue-service", "s3cret"))
    principal = await verify(answer.json()["access_token"])
    assert (principal.sub, principal.unit, principal.is_service) == ("svc:clue-service", None, True)


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        (
            {"grant_type": "client_credentials", "client_id": "clue-service", "client_secret": "x"},
            401,
            "invalid_client",
        ),
        ({"grant_type": "client_credentials", "client_id": "nobody", "client_secret": ""}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, 401, "invalid_client"),
    ],
)
async def test_wrong_credentials_get_no_token(
    http: httpx2.AsyncClient, form: dict[str, str], status: int, error: str
) -> None:
    answer = await http.post("/token", data=form)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


async def test_published_keys_have_no_private_part(http: httpx2.AsyncClient) -> None:
    (key,) = (await http.get("/jwks.json")).json()["keys"]
    assert key["alg"] == "ES256"
    assert "d" not in key
    metadata = (await http.get("/.well-known/openid-configuration")).json()
    assert metadata["jwks_uri"] == f"{ISSUER}/jwks.json"


async def test_clock_moves_for_a_process_that_has_it_mapped_already(http: httpx2.AsyncClient, tmp_path: Path) -> None:
    (tmp_path / "clock").write_bytes(struct.pack("<d", 0.0))
    clock = Clock(offset_file=tmp_path / "clock")
    answer = await http.post("/dev/clock", json={"advance_s": 86400})
    ahead = clock.now() - datetime.now(UTC)  # noqa: TID251 - compared with the system clock on purpose
    assert abs(ahead - timedelta(days=1)) < timedelta(seconds=5)
    assert abs(datetime.fromisoformat(answer.json()["now"]) - clock.now()) < timedelta(seconds=5)
    await http.post("/dev/clock", json={"now": "2027-03-01T00:00:00+08:00"})
    assert abs(clock.now() - datetime(2027, 2, 28, 16, tzinfo=UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"now": "2027-01-01T00:00:00Z", "advance_s": 1},
        {"now": "2027-01-01T00:00:00"},
        {"advance_s": 1e12},
        {"x": 1},
    ],
)
async def test_clock_refuses_what_it_cannot_be_set_to(http: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    answer = await http.post("/dev/clock", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
