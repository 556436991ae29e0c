"""The real pool, for tests that man teams from it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
from chassis.clock import FixedClock
from chassis.embedded import ServiceDatabase
from chassis.http import Peer
from chassis.identity import Authenticator
from chassis.runtime import build_app
from chassis.service import build_resources
from chassis.settings import PlatformSettings
from chassis.testing.harness import TestIssuer
from chassis.testing.plugin import truncate_all
from fastapi import FastAPI
from inspection_service.clients.pool import PoolClient
from personnel_pool_service.main import SERVICE

UNITS = (
    ("pc-xn", "party_committee", None),
    ("sup2-xn", "supervision_office", "pc-xn"),
    ("su-coop", "supervised_unit", "pc-xn"),
)


@dataclass
class RealPool:
    """personnel-pool-service over its HTTP, and who puts people into it."""

    app: FastAPI
    issuer: TestIssuer

    def __post_init__(self) -> None:
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app), base_url="http://pool.test")
        service = self.signed_in("svc:inspection-service", None, "service")
        self.client = PoolClient(lambda: Peer("pool", service))

    def signed_in(self, sub: str, unit: str | None, *roles: str) -> httpx2.AsyncClient:
        headers = {"Authorization": f"Bearer {self.issuer.token(sub, unit=unit, roles=roles)}"}
        transport = httpx2.ASGITransport(app=self.app)
        return httpx2.AsyncClient(transport=transport, base_url="http://pool.test", headers=headers)

    async def ask(self, role: str, method: str, path: str, body: dict[str, Any]) -> Any:
        token = self.issuer.token(role, unit="pc-xn", roles=[role])
        headers = {"Authorization": f"Bearer {token}", **({"If-Match": "*"} if method == "PATCH" else {})}
        answer = await self.http.request(method, path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def add_unit(self, code: str, unit_type: str, parent: str | None) -> None:
        unit = {"name": code, "unit_type": unit_type, "parent_code": parent, "level": "city"}
        await self.ask("pool_manager", "PUT", f"/v1/units/{code}", unit)

    async def add_cadre(
        self, home: str, *, name: str = "测试干部", kin: tuple[str, str] | None = None, **more: Any
    ) -> UUID:
        """Put a cadre into the pool; ``kin`` is a relative they name, with the relative's unit."""
        body = {
            "name": name,
            "home_unit": home,
            "rank": "section_chief",
            "gender": "female",
            "party_member": True,
            "pool_kinds": ["inspection_member"],
            "work_history": [{"unit_code": home, "post": "副主任", "from": "2021-03-01", "to": None}],
            "relatives": [{"relation": "sibling", "name": kin[0], "unit_code": kin[1]}] if kin else [],
            **more,
        }
        return UUID((await self.ask("pool_manager", "POST", "/v1/cadres", body))["id"])

    async def approve_all(self, secondment_id: UUID) -> None:
        await self.ask("home_unit_approver", "POST", f"/v1/secondments/{secondment_id}/approve", {})


OpenPool = Callable[[], AbstractAsyncContextManager[RealPool]]


@pytest.fixture
def open_real_pool(pool_database: ServiceDatabase, issuer: TestIssuer) -> OpenPool:
    """``async with open_real_pool() as pool:`` – the service in a small city, empty again afterwards."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[RealPool]:
        settings = PlatformSettings.model_validate(
            {
                "environment": "local",
                "database_url": pool_database.app,
                "database_owner_url": pool_database.owner,
                "issuer": issuer.name,
                "jwks_url": f"{issuer.name}/jwks.json",
            }
        )
        built = build_resources(SERVICE, settings, clock=FixedClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC)))
        keys = httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer))
        authenticator = Authenticator(jwks_url=settings.jwks_url, issuer=issuer.name, audience="heli", client=keys)
        clue = httpx2.AsyncClient(transport=httpx2.MockTransport(_no_open_clue), base_url="http://clue.test")
        peers: Any = {"clue": Peer("clue", clue)}
        app = build_app(SERVICE, replace(built, authenticator=authenticator, peers=peers), with_worker=False)
        pool = RealPool(app, issuer)
        for unit in UNITS:
            await pool.add_unit(*unit)
        yield pool
        for http in (keys, clue):
            await http.aclose()
        await built.close()
        await truncate_all(pool_database)

    return opened


def _no_open_clue(request: httpx2.Request) -> httpx2.Response:
    """What clue-service tells the pool about everybody."""
    asked = json.loads(request.content)["cadres"]
    return httpx2.Response(200, json={"items": [{"cadre_id": one["cadre_id"], "open_clue": False} for one in asked]})
