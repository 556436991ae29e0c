"""Everything this service seals. A new sealed column belongs here; a test compares with the tables."""

from chassis.sealed_columns import SealedColumn

from personnel_pool_service.appraisals.models import AppraisalRow
from personnel_pool_service.cadres.models import CadreIdentityRow, RecusalFactRow
from personnel_pool_service.file_imports.models import FileImportRow
from personnel_pool_service.integrity_files.models import IntegrityRecordRow
from personnel_pool_service.principals.models import PrincipalRow
from personnel_pool_service.recusal_declarations.models import DeclarationRow
from personnel_pool_service.recusal_requests.models import RecusalRequestRow
from personnel_pool_service.recusal_unsealings.models import UnsealingRow

_IDENTITY, _FACT = (CadreIdentityRow.cadre_id,), (RecusalFactRow.cadre_id,)
_DECLARATION, _REQUEST = (DeclarationRow.id,), (RecusalRequestRow.id,)
_UNSEALING, _IMPORT, _ACCOUNT = (UnsealingRow.id,), (FileImportRow.id,), (PrincipalRow.sub,)

SEALED = (
    SealedColumn("principal", PrincipalRow.contact, _ACCOUNT, _ACCOUNT, "contact"),
    SealedColumn("cadre_identity", CadreIdentityRow.sealed, _IDENTITY, _IDENTITY),
    SealedColumn("recusal_fact", RecusalFactRow.sealed, _FACT, _FACT),
    SealedColumn("recusal_declaration", DeclarationRow.sealed, _DECLARATION, _DECLARATION),
    SealedColumn("recusal_request", RecusalRequestRow.reason_sealed, _REQUEST, _REQUEST, "reason"),
    SealedColumn("recusal_unsealing", UnsealingRow.reason_sealed, _UNSEALING, _UNSEALING, "reason"),
    SealedColumn(
        "integrity_record", IntegrityRecordRow.content, (IntegrityRecordRow.id,), (IntegrityRecordRow.person_code,)
    ),
    SealedColumn("appraisal", AppraisalRow.comment, (AppraisalRow.id,), (AppraisalRow.cadre_id,), "comment"),
    SealedColumn("file_import", FileImportRow.outcome, _IMPORT, _IMPORT, "outcome"),
    SealedColumn("file_import", FileImportRow.file, _IMPORT, _IMPORT, "file"),
)
