"""A test's hands behind a service's HTTP face."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
from contracts.envelope import Envelope, Event
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import select

from chassis import directory, tables
from chassis.following import all_handlers
from chassis.identity import SYSTEM
from chassis.jobs import JobRunner
from chassis.service import Resources, Service
from chassis.uow import Cause


class TestIssuer:
    """An identity provider with one ES256 key."""

    __test__ = False  # not a test class

    def __init__(self) -> None:
        self.name = "http://issuer.test"
        self._key = ECKey.generate_key("P-256", {"kid": "test-1", "use": "sig", "alg": "ES256"})

    def token(
        self,
        sub: str,
        *,
        unit: str | None = None,
        roles: Sequence[str] = (),
        clearance: str = "internal",
        expires_in: int = 600,
        **claims: Any,
    ) -> str:
        """A signed access token; ``claims`` override or add."""
        now = int(time.time())
        body = {
            "iss": self.name,
            "aud": "heli",
            "sub": sub,
            "unit": unit,
            "roles": list(roles),
            "clearance": clearance,
            "iat": now,
            "exp": now + expires_in,
            "jti": str(uuid4()),
            **claims,
        }
        return jwt.encode({"alg": "ES256", "kid": "test-1"}, body, self._key)

    def answer(self, _request: httpx2.Request) -> httpx2.Response:
        """What the JWKS address answers."""
        return httpx2.Response(200, json={"keys": [self._key.as_dict(private=False)]})


@dataclass(frozen=True)
class StagedEvent:
    """An outbox row, decoded."""

    type: str
    aggregate_id: str
    version: int
    data: dict[str, Any]
    headers: dict[str, str]


class Harness:
    """Units in the directory copy, events out of the outbox, events into handlers, jobs run to their end."""

    def __init__(self, service: Service, resources: Resources) -> None:
        self.service = service
        self.resources = resources
        self.handlers = all_handlers(service, resources)
        self.together = service.together(resources)

    async def add_units(self, *units: Mapping[str, Any]) -> None:
        """Write units into the service's directory copy (code, name, unit_type, parent_code, …)."""
        async with self.resources.database.sessions.begin() as session:
            for unit in units:
                await directory.store_unit(session, {"name": unit["code"], "version": 1, **unit})
        await self.resources.directory.tree(fresh=True)

    async def add_principal(self, sub: str, unit: str, *roles: str, cadre_id: str | None = None) -> None:
        """Write a principal into the service's copy."""
        document = {
            "sub": sub,
            "unit": unit,
            "roles": list(roles),
            "clearance": "internal",
            "cadre_id": cadre_id,
            "version": 1,
        }
        async with self.resources.database.sessions.begin() as session:
            await directory.store_principal(session, document)

    async def staged_events(self, type_prefix: str = "") -> list[StagedEvent]:
        """The events in the outbox, oldest first."""
        async with self.resources.database.sessions() as session:
            rows = (await session.execute(select(tables.outbox).order_by(tables.outbox.c.id))).all()
        events = [
            StagedEvent(
                type=row.headers["ce-type"],
                aggregate_id=row.aggregate_id,
                version=row.version,
                data=json.loads(row.data),
                headers=row.headers,
            )
            for row in rows
        ]
        return [event for event in events if event.type.startswith(type_prefix)]

    async def deliver(
        self,
        event: Event,
        *,
        aggregate_id: str | None = None,
        version: int = 1,
        actor: str = "system",
        commission: str | None = None,
    ) -> Envelope:
        """Hand an event to the service's handler in one transaction, as its consumer would."""
        envelope = self.envelope(event, aggregate_id, version=version, actor=actor, commission=commission)
        async with self.resources.transactions(SYSTEM) as uow:
            await self.handlers[event.type](uow, envelope, event)
        return envelope

    async def deliver_together(self, events: Sequence[tuple[Envelope, Event]]) -> None:
        """Hand a run of events to their common handler in one transaction, as the consumer does with neighbours."""
        (handler,) = {self.together[event.type] for _, event in events}
        async with self.resources.transactions(SYSTEM) as uow:
            await handler(uow, events)

    def envelope(
        self,
        event: Event,
        aggregate_id: str | None = None,
        *,
        version: int = 1,
        actor: str = "system",
        commission: str | None = None,
    ) -> Envelope:
        """An envelope as the producer of an event would write it."""
        return Envelope(
            id=uuid4(),
            type=event.type,
            time=self.resources.clock.now(),
            source="test",
            aggregate_id=aggregate_id or str(uuid4()),
            version=version,
            actor=actor,
            correlation_id=str(uuid4()),
            causation_id=None,
            commission=commission,
            traceparent=Cause().traceparent,
        )

    async def run_jobs(self) -> int:
        """Run every due job once; returns how many were taken."""
        runner = JobRunner(self.resources, dict(self.service.jobs))
        return await runner.run_due()
