"""Everything this service seals. A new sealed column belongs here; a test compares with the tables."""

from chassis.sealed_columns import SealedColumn
from chassis.service import SealedFiles

from clue_service.attachments import resealing
from clue_service.clue_exports.models import ClueExportFile
from clue_service.clue_imports.models import ClueImportPiece
from clue_service.clues.models import Subject
from clue_service.consultations.models import ConsultationOpinion
from clue_service.interference_records.models import InterferenceContent
from clue_service.protection_requests.models import ProtectionContent
from clue_service.reporters.models import Reporter
from clue_service.transfers.models import ClueTransfer
from clue_service.unsealings.models import Unsealing

_OPINION = (ConsultationOpinion.consultation_id, ConsultationOpinion.unit)
_RECORD = (InterferenceContent.record_id,)
_REQUEST = (ProtectionContent.request_id,)
_PIECE = (ClueImportPiece.import_id, ClueImportPiece.start)

SEALED = (
    SealedColumn("reporter", Reporter.sealed, (Reporter.clue_id,), (Reporter.clue_id,), key_name=Reporter.sealed_under),
    SealedColumn("subject", Subject.id_number_sealed, (Subject.id,), (Subject.clue_id, Subject.position)),
    SealedColumn("opinion", ConsultationOpinion.sealed, _OPINION, _OPINION),
    SealedColumn("transfer", ClueTransfer.content, (ClueTransfer.id,), (ClueTransfer.id,)),
    SealedColumn("clue_import", ClueImportPiece.sealed, _PIECE, _PIECE),
    SealedColumn("clue_export", ClueExportFile.sealed, (ClueExportFile.export_id,), (ClueExportFile.export_id,)),
    SealedColumn("interference_record", InterferenceContent.sealed, _RECORD, _RECORD),
    SealedColumn("protection_request", ProtectionContent.sealed, _REQUEST, _REQUEST),
    SealedColumn("unsealing", Unsealing.reason_sealed, (Unsealing.id,), (Unsealing.clue_id, Unsealing.requested_by)),
)
SEALED_FILES = SealedFiles("attachment", resealing.count_other, resealing.reseal_files)
