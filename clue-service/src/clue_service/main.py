"""clue-service: everything its processes do."""

from typing import Annotated

import typer
from chassis.runtime import service_cli
from chassis.service import Service, Timer

from clue_service.access.row_security import opening
from clue_service.access_decisions.routes import router as access_decisions
from clue_service.audit_entries.routes import router as audit_entries
from clue_service.clue_deletions.routes import router as clue_deletions
from clue_service.clue_deletions.settings import RetentionSettings
from clue_service.clue_exports.routes import router as clue_exports
from clue_service.clue_exports.service import end_late as end_late_exports
from clue_service.clue_exports.settings import ExportSettings
from clue_service.clue_imports.routes import router as clue_imports
from clue_service.clue_imports.service import IMPORT_CLUES, forget_old_imports
from clue_service.clue_imports.worker import import_clues
from clue_service.clues.move_routes import router as moves
from clue_service.clues.moves_document import moves_document
from clue_service.clues.routes import router as clues
from clue_service.clues.settings import MoveSettings
from clue_service.clues.steps import MATCH_AGAIN
from clue_service.competences.routes import router as competences
from clue_service.coordination import ROUTERS, TIMERS
from clue_service.coordination import handlers as coordination_handlers
from clue_service.coordination import together as coordination_together
from clue_service.deadlines.cli import recompute_deadlines
from clue_service.deadlines.routes import router as deadlines
from clue_service.dossier_extracts.routes import router as dossier_extracts
from clue_service.index_rebuilds.cli import run_rebuild
from clue_service.index_rebuilds.service import StaleRows
from clue_service.intake.engine import Engine
from clue_service.intake.routes import router as intake
from clue_service.intake.worker import match_again, match_pending, save_counts
from clue_service.integrity_checks.routes import router as integrity_checks
from clue_service.library import ROUTERS as LIBRARY_ROUTERS
from clue_service.library import SETTINGS as LIBRARY_SETTINGS
from clue_service.library import TIMERS as LIBRARY_TIMERS
from clue_service.matching.cli import evaluate_matching
from clue_service.matching_models.cli import fit_matching
from clue_service.matching_models.cli import models as matching_model_commands
from clue_service.matching_models.routes import router as matching_models
from clue_service.matching_models.service import RESCORE
from clue_service.matching_models.watching import EVERY_SECONDS as WATCH_SECONDS
from clue_service.matching_models.watching import watch_matching
from clue_service.matters.routes import router as matters
from clue_service.overlap_alerts.routes import router as overlap_alerts
from clue_service.reclusterings.cli import recluster_clues
from clue_service.reclusterings.nightly import EVERY_SECONDS, nightly_timer
from clue_service.reclusterings.rescoring import rescore_matching
from clue_service.reclusterings.settings import ReclusteringSettings
from clue_service.recusal_facts.routes import router as recusal_facts
from clue_service.recusals.routes import router as recusals
from clue_service.sealed import SEALED, SEALED_FILES
from clue_service.sealed_receipts.routes import router as sealed_receipts
from clue_service.shares.routes import router as shares
from clue_service.shares.settings import ShareSettings
from clue_service.tables import Base
from clue_service.transfers.receiving import take_extended, take_given_back, take_reported, take_returned
from clue_service.transfers.routes import router as transfers
from clue_service.transfers.service import TRANSFER_EXTENDED, TRANSFER_GIVEN_BACK, TRANSFER_REPORTED, TRANSFER_RETURNED
from clue_service.unsealings.routes import router as unsealings
from clue_service.verdicts.routes import router as verdicts

SERVICE = Service(
    name="clue-service",
    short="clue",
    title="Clues: intake, handling, one matter reported to many",
    routers=[
        intake,
        clue_imports,
        clues,
        moves,
        transfers,
        deadlines,
        competences,
        verdicts,
        matters,
        overlap_alerts,
        sealed_receipts,
        integrity_checks,
        dossier_extracts,
        recusal_facts,
        matching_models,
        audit_entries,
        *ROUTERS,
        *LIBRARY_ROUTERS,
        recusals,
        shares,
        unsealings,
        clue_deletions,
        clue_exports,
        access_decisions,
    ],
    handlers=coordination_handlers,
    together=coordination_together,
    metadata=Base.metadata,
    migrations="clue_service.migrations",
    opening=opening,
    build_own=lambda resources: Engine(resources.keys),
    jobs={
        RESCORE: rescore_matching,
        MATCH_AGAIN: match_again,
        IMPORT_CLUES: import_clues,
        TRANSFER_RETURNED: take_returned,
        TRANSFER_REPORTED: take_reported,
        TRANSFER_EXTENDED: take_extended,
        TRANSFER_GIVEN_BACK: take_given_back,
    },
    timers=[
        Timer("match_pending", 2, match_pending),
        Timer("forget_old_imports", 3600, forget_old_imports),
        Timer("save_matching_counts", 3600, save_counts),
        Timer("end_late_exports", 30, end_late_exports),
        Timer("renew_stale_keys", 60, StaleRows().renew),
        Timer("watch_matching", WATCH_SECONDS, watch_matching),
        *TIMERS,
        *LIBRARY_TIMERS,
        Timer("nightly_reclustering", EVERY_SECONDS, nightly_timer()),
    ],
    sealed=SEALED,
    sealed_files=SEALED_FILES,
    settings=(MoveSettings, ReclusteringSettings, ShareSettings, RetentionSettings, ExportSettings, *LIBRARY_SETTINGS),
)

main = service_cli(SERVICE)
main.command("evaluate-matching")(evaluate_matching)
main.command("fit-matching")(fit_matching)
main.add_typer(matching_model_commands, name="matching-models")
main.command("recluster")(recluster_clues)
main.command("recompute-deadlines")(recompute_deadlines)


@main.command("index-matching")
def index_matching(
    *, anew: Annotated[bool, typer.Option("--anew", help="begin at the first clue, whatever was left off")] = False
) -> None:
    """Rebuild the index of matching while intake goes on; killed and started again it goes on where it was."""
    run_rebuild(SERVICE, anew=anew)


@main.command("moves-doc")
def moves_doc() -> None:
    """Print the table of moves, for docs/clue-moves.md."""
    typer.echo(moves_document(), nl=False)
