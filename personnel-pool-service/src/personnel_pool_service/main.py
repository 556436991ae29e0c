"""personnel-pool-service: everything its processes do."""

from chassis.runtime import service_cli
from chassis.service import Service

from personnel_pool_service.cadres.routes import router as cadres
from personnel_pool_service.lending_quotas.routes import router as lending_quotas
from personnel_pool_service.principals.routes import router as principals
from personnel_pool_service.recusals.routes import router as recusals
from personnel_pool_service.secondments.routes import router as secondments
from personnel_pool_service.settings import PoolSettings
from personnel_pool_service.supervised_persons.routes import router as supervised_persons
from personnel_pool_service.tables import Base
from personnel_pool_service.units.routes import router as units

SERVICE = Service(
    name="personnel-pool-service",
    short="pool",
    title="Personnel pool: units, people, lending, recusal",
    routers=[units, principals, supervised_persons, cadres, recusals, secondments, lending_quotas],
    metadata=Base.metadata,
    migrations="personnel_pool_service.migrations",
    settings=(PoolSettings,),
    build_own=lambda _resources: PoolSettings(),
)

main = service_cli(SERVICE)
