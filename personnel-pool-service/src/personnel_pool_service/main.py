"""personnel-pool-service: everything its processes do."""

from chassis.runtime import service_cli
from chassis.service import Service

from personnel_pool_service import directory
from personnel_pool_service.lending_quotas.routes import router as lending_quotas
from personnel_pool_service.recusals.routes import router as recusals
from personnel_pool_service.secondments.routes import router as secondments
from personnel_pool_service.settings import PoolSettings
from personnel_pool_service.tables import Base

SERVICE = Service(
    name="personnel-pool-service",
    short="pool",
    title="Personnel pool: units, people, lending, recusal",
    routers=[*directory.ROUTERS, recusals, secondments, lending_quotas],
    metadata=Base.metadata,
    migrations="personnel_pool_service.migrations",
    settings=(PoolSettings,),
    build_own=lambda _resources: PoolSettings(),
)

main = service_cli(SERVICE)
