"""inspection-service: everything its processes do, in one list."""

from chassis.following import merged
from chassis.runtime import service_cli
from chassis.service import Service

from inspection_service.adoptions import jobs as adoption_jobs
from inspection_service.adoptions import routes as adoption_routes
from inspection_service.assembly.cli import COMMAND, solve_instance
from inspection_service.assembly_runs import jobs as run_jobs
from inspection_service.assembly_runs import operation_routes, question_routes
from inspection_service.assembly_runs import routes as run_routes
from inspection_service.briefings import routes as briefing_routes
from inspection_service.cooperation_zones import routes as zone_routes
from inspection_service.coordination_reports import jobs as report_jobs
from inspection_service.coordination_reports import routes as report_routes
from inspection_service.coverages import routes as coverage_routes
from inspection_service.dossiers import jobs as dossier_jobs
from inspection_service.dossiers import routes as dossier_routes
from inspection_service.feedbacks import routes as feedback_routes
from inspection_service.findings import consumers as finding_consumers
from inspection_service.findings import jobs as finding_jobs
from inspection_service.findings import routes as finding_routes
from inspection_service.joint_case_teams import consumers as joint_consumers
from inspection_service.joint_case_teams import jobs as joint_jobs
from inspection_service.joint_case_teams import routes as joint_routes
from inspection_service.look_backs import routes as look_back_routes
from inspection_service.rectifications import routes as rectification_routes
from inspection_service.replacement_plans import consumers as replacement_consumers
from inspection_service.replacement_plans import jobs as replacement_jobs
from inspection_service.replacement_plans import routes as replacement_routes
from inspection_service.resources import build_own
from inspection_service.rounds import routes as round_routes
from inspection_service.rule_sets import routes as rule_set_routes
from inspection_service.settings import InspectionSettings
from inspection_service.statistics import routes as statistics_routes
from inspection_service.summaries import routes as summary_routes
from inspection_service.supervision_matters import consumers as matter_consumers
from inspection_service.supervision_matters import jobs as matter_jobs
from inspection_service.supervision_matters import routes as matter_routes
from inspection_service.tables import Base
from inspection_service.teams import consumers as team_consumers
from inspection_service.teams import jobs as team_jobs
from inspection_service.teams import routes as team_routes

HANDLERS = merged(
    team_consumers.HANDLERS,
    team_consumers.CLUE_HANDLERS,
    finding_consumers.HANDLERS,
    replacement_consumers.HANDLERS,
    joint_consumers.HANDLERS,
    matter_consumers.HANDLERS,
)

SERVICE = Service(
    name="inspection-service",
    short="inspection",
    title="Heli inspection service",
    routers=(
        round_routes.router,
        run_routes.router,
        question_routes.router,
        operation_routes.router,
        rule_set_routes.router,
        adoption_routes.router,
        team_routes.router,
        replacement_routes.router,
        briefing_routes.router,
        finding_routes.router,
        feedback_routes.router,
        rectification_routes.router,
        look_back_routes.router,
        dossier_routes.router,
        zone_routes.router,
        statistics_routes.router,
        joint_routes.router,
        coverage_routes.router,
        summary_routes.router,
        matter_routes.router,
        report_routes.router,
    ),
    metadata=Base.metadata,
    settings=(InspectionSettings,),
    migrations="inspection_service.migrations",
    handlers=lambda _resources: HANDLERS,
    jobs={
        **dossier_jobs.JOBS,
        **joint_jobs.JOBS,
        **run_jobs.JOBS,
        **adoption_jobs.JOBS,
        **team_jobs.JOBS,
        **finding_jobs.JOBS,
        **replacement_jobs.JOBS,
        **matter_jobs.JOBS,
    },
    timers=(*run_jobs.TIMERS, *team_jobs.TIMERS, *joint_jobs.TIMERS, *report_jobs.TIMERS),
    build_own=build_own,
)

main = service_cli(SERVICE)
main.command(COMMAND)(solve_instance)
