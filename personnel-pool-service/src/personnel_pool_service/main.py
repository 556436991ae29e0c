"""personnel-pool-service: everything its processes do."""

from chassis.runtime import service_cli
from chassis.service import Service

from personnel_pool_service import directory, lending
from personnel_pool_service.sealed import SEALED
from personnel_pool_service.settings import PoolSettings
from personnel_pool_service.tables import Base

SERVICE = Service(
    name="personnel-pool-service",
    short="pool",
    title="Personnel pool: units, people, lending, recusal",
    routers=[*directory.ROUTERS, *lending.ROUTERS],
    metadata=Base.metadata,
    migrations="personnel_pool_service.migrations",
    handlers=lambda _resources: lending.HANDLERS,
    timers=[*directory.TIMERS, *lending.TIMERS],
    settings=(PoolSettings,),
    sealed=SEALED,
    build_own=lambda _resources: PoolSettings(),
)

main = service_cli(SERVICE)
