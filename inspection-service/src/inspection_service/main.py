"""inspection-service: everything its processes do, in one list."""

from chassis.runtime import service_cli
from chassis.service import Service

import inspection_service.briefings.models  # noqa: F401 - declares tables whose routes follow
import inspection_service.cooperation_zones.models  # noqa: F401 - declares tables whose routes follow
import inspection_service.coverages.models  # noqa: F401 - declares tables whose routes follow
import inspection_service.dossiers.models  # noqa: F401 - declares tables whose routes follow
import inspection_service.evidence_references.models  # noqa: F401 - declares tables whose routes follow
import inspection_service.feedbacks.models  # noqa: F401 - declares tables whose routes follow
import inspection_service.joint_case_teams.models  # noqa: F401 - declares tables whose routes follow
import inspection_service.look_backs.models  # noqa: F401 - declares tables whose routes follow
import inspection_service.rectifications.models  # noqa: F401 - declares tables whose routes follow
import inspection_service.recusal_requests.models  # noqa: F401 - declares tables whose routes follow
import inspection_service.steps.models  # noqa: F401 - declares tables whose routes follow
from inspection_service.adoptions import jobs as adoption_jobs
from inspection_service.adoptions import routes as adoption_routes
from inspection_service.assembly.cli import solve_instance
from inspection_service.assembly_runs import jobs as run_jobs
from inspection_service.assembly_runs import routes as run_routes
from inspection_service.findings import consumers as finding_consumers
from inspection_service.findings import jobs as finding_jobs
from inspection_service.findings import routes as finding_routes
from inspection_service.resources import build_own
from inspection_service.rounds import routes as round_routes
from inspection_service.summaries import routes as summary_routes
from inspection_service.tables import Base
from inspection_service.teams import consumers as team_consumers
from inspection_service.teams import jobs as team_jobs
from inspection_service.teams import routes as team_routes

SERVICE = Service(
    name="inspection-service",
    short="inspection",
    title="Heli inspection service",
    routers=(
        round_routes.router,
        run_routes.router,
        adoption_routes.router,
        team_routes.router,
        finding_routes.router,
        summary_routes.router,
    ),
    metadata=Base.metadata,
    migrations="inspection_service.migrations",
    handlers=lambda _resources: {**team_consumers.HANDLERS, **finding_consumers.HANDLERS},
    jobs={**run_jobs.JOBS, **adoption_jobs.JOBS, **team_jobs.JOBS, **finding_jobs.JOBS},
    timers=run_jobs.TIMERS,
    build_own=build_own,
)

main = service_cli(SERVICE)
main.command("solve-instance")(solve_instance)
