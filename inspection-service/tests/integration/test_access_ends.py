"""Both services with their workers on one real NATS: access given for a posting ends within a minute of the return."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx2
import pytest
from chassis.clock import FixedClock
from chassis.embedded import EmbeddedNats, ServiceDatabase
from chassis.http import Peer
from chassis.identity import Authenticator
from chassis.runtime import build_app, running_worker
from chassis.service import Resources, Service, build_resources
from chassis.settings import PlatformSettings
from chassis.testing.harness import TestIssuer
from chassis.testing.plugin import truncate_all
from inspection_service.clients.pool import PoolClient
from personnel_pool_service.main import SERVICE as POOL

ALLOWED_S = 60.0
COOP = "su-coop"
HOME = "sup2-xn"


@dataclass
class RealPool:
    """The pool's own application and worker."""

    resources: Resources
    call: Callable[..., Awaitable[Any]]
    as_inspection: httpx2.AsyncClient


@pytest.fixture
async def pool(
    service_settings: PlatformSettings,
    pool_database: ServiceDatabase,
    nats_server: EmbeddedNats,
    issuer: TestIssuer,
    clock: FixedClock,
) -> AsyncIterator[RealPool]:
    settings = service_settings.model_copy(update={"database_url": pool_database.app, "nats_url": nats_server.url()})
    settings = PlatformSettings.model_validate(settings.model_dump())
    keys = httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer))
    authenticator = Authenticator(jwks_url=settings.jwks_url, issuer=issuer.name, audience="heli", client=keys)
    clue = httpx2.AsyncClient(transport=httpx2.MockTransport(_no_open_clue), base_url="http://clue.test")
    peers: Any = {"clue": Peer("clue", clue)}
    built = build_resources(POOL, settings, clock=clock)
    resources = replace(built, authenticator=authenticator, peers=peers)
    app = build_app(POOL, resources, with_worker=False)

    def client_of(sub: str, unit: str | None, *roles: str) -> httpx2.AsyncClient:
        headers = {"Authorization": f"Bearer {issuer.token(sub, unit=unit, roles=roles)}"}
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://pool.test", headers=headers)

    async def call(who: str, method: str, path: str, body: Any = None) -> Any:
        role, _, unit = who.partition("@")
        async with client_of(role, unit, role) as http:
            answer = await http.request(method, path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    as_inspection = client_of("svc:inspection-service", None, "service")
    yield RealPool(resources, call, as_inspection)
    for one in (as_inspection, keys, clue):
        await one.aclose()
    await built.close()
    await truncate_all(pool_database)


def _no_open_clue(request: httpx2.Request) -> httpx2.Response:
    """What clue-service tells the pool about everybody."""
    asked = json.loads(request.content)["cadres"]
    return httpx2.Response(200, json={"items": [{"cadre_id": one["cadre_id"], "open_clue": False} for one in asked]})


@pytest.fixture
def resources(resources: Resources, pool: RealPool, nats_server: EmbeddedNats) -> Resources:
    settings = PlatformSettings.model_validate({**resources.settings.model_dump(), "nats_url": nats_server.url()})
    client = PoolClient(lambda: Peer("pool", pool.as_inspection))
    return replace(resources, settings=settings, own=replace(resources.own, pool=client))


@pytest.fixture
async def people(city: Any, pool: RealPool) -> dict[str, UUID]:
    """The city's units and people, as the real pool knows them."""
    manager = "pool_manager@pc-xn"
    for code, kind, parent in (
        ("pc-xn", "party_committee", None), ("cdi-xn", "cdi", "pc-xn"), (HOME, "supervision_office", "cdi-xn"),
        ("insp-xn", "inspection_office", "pc-xn"), (COOP, "supervised_unit", "pc-xn"),
    ):  # fmt: skip
        unit = {"name": code, "unit_type": kind, "parent_code": parent, "level": "city"}
        await pool.call(manager, "PUT", f"/v1/units/{code}", unit)
    found: dict[str, UUID] = {}
    for name, home in (("commissioner", "insp-xn"), ("office-deputy", HOME), ("c0", "insp-xn"), ("c2", HOME)):
        body = {
            "name": f"测试{name}", "home_unit": home, "rank": "division_chief", "gender": "female",
            "party_member": True, "sub": name,
        }  # fmt: skip
        found[name] = UUID((await pool.call(manager, "POST", "/v1/cadres", body))["id"])
        # So that a home of two may lend both.
        await pool.call(manager, "POST", "/v1/cadres", {**body, "name": f"测试{name}二", "sub": None})
        await city.harness.add_principal(name, "cdi-dh", "inspector", cadre_id=str(found[name]))
    city.cadres.update(found)
    return found


async def lent_team(city: Any, pool: RealPool) -> Any:
    """A team of people of the real pool, authorised and at its unit."""
    planned = await city.office.post("/v1/rounds", city.round_body(targets=[{"unit_code": COOP}]), expect=201)
    run_id = await city.proposed_run(planned["id"], {COOP: ["commissioner", "office-deputy", "c0", "c2"]})
    (team,) = (await city.office.post(f"/v1/assembly-runs/{run_id}/adopt"))["teams"]
    await pool.call("home_unit_approver@pc-xn", "POST", f"/v1/secondments/{team['secondment_id']}/approve")
    await city.office.post(f"/v1/teams/{team['id']}/submit")
    await city.leader.post(f"/v1/teams/{team['id']}/authorise")
    return await city.office.post(f"/v1/teams/{team['id']}/enter")


async def seconds_until_refused(get: Callable[[], Awaitable[int]]) -> float:
    """How long somebody goes on reading; fails after the minute that is allowed."""
    begun = time.monotonic()
    async with asyncio.timeout(ALLOWED_S):
        while await get() == 200:
            pass  # each look waits for the database, so the workers have their turns
    return time.monotonic() - begun


async def test_access_ends_within_a_minute_of_the_return(
    city: Any,
    service: Service,
    resources: Resources,
    pool: RealPool,
    people: dict[str, UUID],
    client: Any,
    headers: Any,
) -> None:
    async with AsyncExitStack() as workers:
        await workers.enter_async_context(running_worker(POOL, pool.resources))
        await workers.enter_async_context(running_worker(service, resources))
        team = await lent_team(city, pool)
        path, seconds = f"/v1/teams/{team['id']}", []

        def reading(name: str) -> Callable[[], Awaitable[int]]:
            async def get() -> int:
                return int((await client.get(path, headers=headers(name, "cdi-dh", "inspector"))).status_code)

            return get

        assert [await reading(name)() for name in ("c0", "c2", "office-deputy")] == [200, 200, 200]
        lent = f"/v1/secondments/{team['secondment_id']}"
        recalled = {"cadre_ids": [str(people["c0"])], "reason": "工作需要"}
        await pool.call("pool_manager@pc-xn", "POST", f"{lent}/recall", recalled)
        seconds.append(await seconds_until_refused(reading("c0")))
        assert await reading("c2")() == 200
        await pool.call("home_unit_approver@" + HOME, "POST", f"{lent}/recall", {"reason": "工作需要"})
        seconds += [await seconds_until_refused(reading(name)) for name in ("c2", "office-deputy")]
        await city.office.post(f"{path}/close")  # the rest are sent home by the team's end
        seconds.append(await seconds_until_refused(reading("commissioner")))
        assert max(seconds) < ALLOWED_S
