"""Files of supervised persons over HTTP, and the same persons as lines of JSON."""

from personnel_pool_service.file_imports.routes import Lines, import_router
from personnel_pool_service.supervised_person_imports.service import PersonImporter
from personnel_pool_service.supervised_persons.routes import WRITERS, take_lines
from personnel_pool_service.supervised_persons.schemas import ImportOut

_NDJSON = frozenset({"application/x-ndjson", "application/jsonl"})

# Rows of a file show persons before and after, whom an administrator of the platform does not read.
router = import_router(
    PersonImporter(),
    "supervised-person",
    "pool_manager",
    "service",
    lines=Lines(_NDJSON, WRITERS, ImportOut, take_lines),
)
