from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx2
import pytest
from chassis.embedded import EmbeddedPostgres, ServiceDatabase
from chassis.errors import Text
from chassis.identity import SYSTEM
from chassis.migrations import migrate
from chassis.service import Resources, Service
from chassis.testing.harness import Harness
from chassis.testing.plugin import EXTENSIONS
from inspection_service.assembly.problem import Role
from inspection_service.assembly.proposal import Proposal, ProposedMember, ProposedTeam, Reason
from inspection_service.assembly.solution import Status
from inspection_service.assembly.worker import SolverPool
from inspection_service.assembly_runs.in_hand import finish_run
from inspection_service.clients.clue import ClueClient
from inspection_service.clients.pool import PoolClient
from inspection_service.main import SERVICE
from inspection_service.resources import InspectionResources
from inspection_service.testing.clue import ClueStandIn
from inspection_service.testing.killing import Guillotine, KillableTransactions, KillableTransport
from inspection_service.testing.pool import PoolStandIn
from inspection_service.testing.transport import LossyTransport, peer_of
from personnel_pool_service.main import SERVICE as POOL
from sqlalchemy import func, update

from chassis import tables

COOP = "su-coop"
USUAL = ("commissioner", "office-deputy", "c0", "c2")


@pytest.fixture(scope="session")
def service() -> Service:
    return SERVICE


@pytest.fixture(scope="session")
def pool_database(postgres_server: EmbeddedPostgres, migrated_databases: dict[str, ServiceDatabase]) -> ServiceDatabase:
    """A database of the real pool, migrated; made once a session."""
    if POOL.short not in migrated_databases:
        database = postgres_server.create_service_database(POOL.short, extensions=EXTENSIONS)
        migrate(POOL.migrations, database.owner)
        migrated_databases[POOL.short] = database
    return migrated_databases[POOL.short]


@dataclass
class Peers:
    """The two peers' stand-ins and the lines to them."""

    pool: PoolStandIn
    clue: ClueStandIn
    pool_line: LossyTransport
    clue_line: LossyTransport


@pytest.fixture
def guillotine() -> Guillotine:
    return Guillotine()


@pytest.fixture
def peers() -> Peers:
    pool, clue = PoolStandIn(), ClueStandIn()
    return Peers(pool, clue, LossyTransport(pool.app), LossyTransport(clue.app))


@pytest.fixture
def resources(resources: Resources, peers: Peers, guillotine: Guillotine) -> Resources:
    pool = peer_of("pool", KillableTransport(peers.pool_line, guillotine))
    clue = peer_of("clue", KillableTransport(peers.clue_line, guillotine))
    own = InspectionResources(pool=PoolClient(lambda: pool), clue=ClueClient(lambda: clue), solver=SolverPool())
    transactions: Any = KillableTransactions(resources.transactions, guillotine)
    return replace(resources, own=own, transactions=transactions)


class Desk:
    """One person who calls the service."""

    def __init__(self, client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
        self._client = client
        self._headers = headers

    async def get(self, path: str, expect: int = 200) -> Any:
        response = await self._client.get(path, headers=self._headers)
        assert response.status_code == expect, response.text
        return response.json()

    async def put(self, path: str, body: Any, expect: int = 200) -> Any:
        response = await self._client.put(path, json=body, headers=self._headers)
        assert response.status_code == expect, f"{response.status_code} {response.text}"
        return response.json()

    async def post(self, path: str, body: Any = None, expect: int = 200, **headers: str) -> Any:
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await self._client.post(path, json={} if body is None else body, headers={**self._headers, **more})
        assert response.status_code == expect, f"{response.status_code} {response.text}"
        return response.json()

    async def raw(self, path: str) -> bytes:
        response = await self._client.get(path, headers=self._headers)
        assert response.status_code == 200, response.text
        return bytes(response.content)

    async def send(self, path: str, body: Any = None) -> int:
        return (await self._client.post(path, json=body, headers=self._headers)).status_code

    async def patch(self, path: str, body: Any, *, etag: int | None = None, expect: int = 200) -> Any:
        more = {} if etag is None else {"If-Match": f'"{etag}"'}
        response = await self._client.patch(path, json=body, headers={**self._headers, **more})
        assert response.status_code == expect, f"{response.status_code} {response.text}"
        return response.json()


@dataclass
class City:
    """The demo city's inspection office, a leader, an approver, and the cadres of the Tianjin rule."""

    office: Desk
    leader: Desk
    stranger: Desk
    cadres: dict[str, UUID]
    desk: Callable[..., Desk]
    harness: Harness
    peers: Peers

    async def run_jobs(self) -> None:
        while await self.harness.run_jobs():
            pass

    async def make_jobs_due(self) -> None:
        """As if the time until their next try had passed."""
        async with self.harness.resources.database.sessions.begin() as session:
            await session.execute(update(tables.job).values(run_after=func.now()))

    def round_body(self, **more: Any) -> dict[str, Any]:
        return {
            "title": "市委机动巡察",
            "level": "city",
            "type": "mobile",
            "mode": "ordinary",
            "starts_on": "2026-11-24",
            "ends_on": "2026-12-07",
            "report_due_days": 15,
            "feedback_due_days": 30,
            "targets": [{"unit_code": COOP, "profile": "mobile_continuity"}],
            **more,
        }

    async def record_past(self) -> None:
        members = [{"cadre_id": str(self.cadres["commissioner"]), "role": "member"}]
        past = {"closed_on": "2025-12-19", "teams": [{"unit_code": COOP, "members": members}]}
        body = self.round_body(type="regular", starts_on="2025-03-03", ends_on="2025-04-25", past=past)
        await self.office.post("/v1/rounds", {**body, "targets": [{"unit_code": COOP}]}, expect=201)

    async def assemble(self, round_id: str, body: dict[str, Any] | None = None) -> Any:
        run = await self.office.post(f"/v1/rounds/{round_id}/assembly-runs", body, expect=202)
        await self.run_jobs()
        return await self.office.get(f"/v1/assembly-runs/{run['id']}")

    async def proposed_run(self, round_id: str, teams: dict[str, list[str]]) -> str:
        """A finished run that proposes these cadres (the first of each unit leads), without asking a solver."""
        run = await self.office.post(f"/v1/rounds/{round_id}/assembly-runs", expect=202)
        reason = Reason(code="eligible", text=Text("符合", "fits"))
        proposal = Proposal(
            status=Status.OPTIMAL,
            seconds=0.1,
            objective=1,
            bound=1,
            gap=0,
            teams=tuple(
                ProposedTeam(
                    unit_code=unit,
                    members=tuple(
                        ProposedMember(
                            cadre_id=str(self.cadres[name]),
                            role=Role.MEMBER if position else Role.LEADER,
                            reasons=(reason,),
                        )
                        for position, name in enumerate(names)
                    ),
                )
                for unit, names in teams.items()
            ),
        )
        async with self.harness.resources.transactions(SYSTEM) as uow:
            await finish_run(uow, UUID(run["id"]), proposal)
        return str(run["id"])

    async def authorised_team(self, unit: str = COOP, *, names: Sequence[str] = USUAL, **more: Any) -> Any:
        """A team whose leader is the commissioner (or the first of ``names``), authorised, without asking a solver."""
        body = self.round_body(**{"targets": [{"unit_code": unit}], **more})
        planned = await self.office.post("/v1/rounds", body, expect=201)
        run_id = await self.proposed_run(planned["id"], {unit: list(names)})
        (team,) = (await self.office.post(f"/v1/assembly-runs/{run_id}/adopt"))["teams"]
        self.peers.pool.approve_all(team["secondment_id"])
        await self.office.post(f"/v1/teams/{team['id']}/submit")
        return await self.leader.post(f"/v1/teams/{team['id']}/authorise")

    async def working_team(self, unit: str = COOP, **more: Any) -> Any:
        """The same team at its unit."""
        team = await self.authorised_team(unit, **more)
        return await self.office.post(f"/v1/teams/{team['id']}/enter")

    async def entered_team(self) -> Any:
        await self.record_past()
        planned = await self.office.post("/v1/rounds", self.round_body(), expect=201)
        run = await self.assemble(planned["id"])
        (team,) = (await self.office.post(f"/v1/assembly-runs/{run['id']}/adopt"))["teams"]
        self.peers.pool.approve_all(team["secondment_id"])
        await self.office.post(f"/v1/teams/{team['id']}/submit")
        await self.leader.post(f"/v1/teams/{team['id']}/authorise")
        return await self.office.post(f"/v1/teams/{team['id']}/enter")


@pytest.fixture
async def city(
    client: httpx2.AsyncClient, harness: Harness, headers: Callable[..., dict[str, str]], peers: Peers
) -> City:
    def unit(code: str, unit_type: str, parent: str | None, **more: Any) -> dict[str, Any]:
        return {"code": code, "unit_type": unit_type, "parent_code": parent, "level": "city", **more}

    await harness.add_units(
        unit("pc-xn", "party_committee", None),
        unit("cdi-xn", "cdi", "pc-xn"),
        unit("sup2-xn", "supervision_office", "cdi-xn"),
        unit("insp-xn", "inspection_office", "pc-xn"),
        unit(COOP, "supervised_unit", "pc-xn", linked_office="sup2-xn"),
        unit("su-housing", "supervised_unit", "pc-xn", linked_office="sup2-xn"),
        unit("pc-dh", "party_committee", "pc-xn"),
        unit("cdi-dh", "cdi", "cdi-xn"),
        unit("insp-dh", "inspection_office", "pc-dh"),
    )
    deputy_post = {"unit_code": "sup2-xn", "post": "副主任", "from": "2021-03-01", "to": None}
    chief = {"pool_kinds": ["inspection_leader", "inspection_member"], "rank": "division_chief"}
    cadres = {
        "commissioner": peers.pool.add_cadre("insp-xn", **chief),
        "office-deputy": peers.pool.add_cadre("sup2-xn", **chief, work_history=[deputy_post]),
        "kin": peers.pool.add_cadre("insp-xn", **chief, tags=["audit", "finance"]),
    }
    for number in range(8):
        cadres[f"c{number}"] = peers.pool.add_cadre("sup2-xn" if number % 2 else "insp-xn")
    peers.pool.say(cadres["kin"], COOP, "block")

    def desk(sub: str, unit_code: str | None, *roles: str) -> Desk:
        return Desk(client, headers(sub, unit_code, *roles))

    return City(
        office=desk("office", "insp-xn", "inspection_office"),
        leader=desk("leader", "cdi-xn", "leader"),
        stranger=desk("stranger", "cdi-dh", "leader"),
        cadres=cadres,
        desk=desk,
        harness=harness,
        peers=peers,
    )
