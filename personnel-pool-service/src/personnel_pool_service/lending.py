"""Lending, recusal and support, as one half of the service. The other half knows who is who."""

from chassis.service import Timer

from personnel_pool_service.availability.routes import router as availability
from personnel_pool_service.directed_supports.routes import router as directed_supports
from personnel_pool_service.fairness.routes import router as fairness
from personnel_pool_service.lending_quotas.routes import router as lending_quotas
from personnel_pool_service.recusal_declarations.routes import router as recusal_declarations
from personnel_pool_service.recusal_requests.routes import router as recusal_requests
from personnel_pool_service.recusal_unsealings.routes import router as recusal_unsealings
from personnel_pool_service.recusal_waivers.routes import router as recusal_waivers
from personnel_pool_service.recusal_watches.consumers import HANDLERS as RECUSAL_WATCHES
from personnel_pool_service.recusal_watches.service import recheck
from personnel_pool_service.recusals.routes import router as recusals
from personnel_pool_service.searches.routes import router as searches
from personnel_pool_service.secondments.routes import router as secondments
from personnel_pool_service.support_requests.routes import router as support_requests
from personnel_pool_service.team_separations.routes import router as team_separations

ROUTERS = (
    recusals,
    recusal_declarations,
    recusal_requests,
    recusal_waivers,
    recusal_unsealings,
    team_separations,
    secondments,
    lending_quotas,
    searches,
    availability,
    fairness,
    support_requests,
    directed_supports,
)
HANDLERS = RECUSAL_WATCHES
TIMERS = (Timer("recheck_recusals", 2, recheck),)
