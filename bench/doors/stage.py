"""PostgreSQL with fsync, NATS that syncs every write, one producer's outbox and the people of one commission."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from chassis.clock import Clock
from chassis.db import Database
from chassis.embedded import EmbeddedNats, EmbeddedPostgres
from chassis.embedded.process import scratch_folder
from chassis.migrations import migrate
from chassis.uow import Transactions
from clue_service.main import SERVICE as CLUE
from contracts.clue import ClueRegistered
from notification_service.main import SERVICE as NOTIFICATION

from chassis import directory

COMMISSION = "cdi-a"
_UNITS = (
    {"code": COMMISSION, "name": COMMISSION, "unit_type": "cdi", "parent_code": None},
    {"code": "cmo-a", "name": "cmo-a", "unit_type": "case_management_office", "parent_code": COMMISSION},
)


@dataclass(frozen=True)
class Stage:
    """Addresses of what runs."""

    folder: Path
    producer_url: str
    notification_url: str
    nats_url: str

    @property
    def notification(self) -> tuple[str, str]:
        """What notification-service connects to: PostgreSQL and NATS."""
        return self.notification_url, self.nats_url


@contextmanager
def staged() -> Iterator[Stage]:
    """Servers and migrated databases in a temporary folder."""
    with (
        scratch_folder() as folder,
        EmbeddedPostgres(folder / "postgres", fsync=True) as postgres,
        EmbeddedNats(folder / "nats") as nats,
    ):
        urls = {}
        for service in (CLUE, NOTIFICATION):
            made = postgres.create_service_database(service.short, extensions=("btree_gist", "pg_trgm"))
            migrate(service.migrations, made.owner)
            urls[service.short] = made.app
        yield Stage(folder, urls[CLUE.short], urls[NOTIFICATION.short], nats.url())


async def people(stage: Stage, subs: Sequence[str]) -> None:
    """Case supervisors of the commission's office, in notification-service's directory copy."""
    database = Database(stage.notification_url)
    async with database.sessions.begin() as session:
        for unit in _UNITS:
            await directory.store_unit(session, {"version": 1, **unit})
        for sub in subs:
            person = {"sub": sub, "unit": "cmo-a", "roles": ["case_supervisor"], "clearance": "internal"}
            await directory.store_principal(session, {**person, "cadre_id": None, "version": 1})
    await database.engine.dispose()


def producing(database: Database) -> Transactions:
    """The producer's units of work."""
    return Transactions(database, Clock(), CLUE.name)


def registered(clue_id: UUID) -> ClueRegistered:
    """A clue that the commission's supervisors are told of."""
    return ClueRegistered(
        clue_id=clue_id,
        clue_no="A-2026-00001",
        status="registered",
        commission=COMMISSION,
        receiving_unit="cmo-a",
        source_code="PETITION",
        registered_by="officer",
    )
