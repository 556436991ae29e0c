"""The directory and the cadres, as one half of the service: who is who. The other half lends them."""

from chassis.service import Timer

from personnel_pool_service.appraisals.routes import router as appraisals
from personnel_pool_service.cadre_authorities.routes import router as cadre_authorities
from personnel_pool_service.cadre_imports.routes import router as cadre_imports
from personnel_pool_service.cadres.routes import router as cadres
from personnel_pool_service.file_imports.service import forget_old_files
from personnel_pool_service.integrity_files.routes import router as integrity_files
from personnel_pool_service.pool_entries.routes import router as pool_entries
from personnel_pool_service.pool_entries.service import announce_due_reviews
from personnel_pool_service.principals.routes import router as principals
from personnel_pool_service.supervised_person_imports.routes import router as supervised_person_imports
from personnel_pool_service.supervised_persons.routes import router as supervised_persons
from personnel_pool_service.tags.routes import router as tags
from personnel_pool_service.token_revocations.routes import door as revoked_tokens
from personnel_pool_service.token_revocations.routes import router as token_revocations
from personnel_pool_service.token_revocations.service import forget_expired
from personnel_pool_service.unit_imports.routes import router as unit_imports
from personnel_pool_service.unit_moves.routes import router as unit_moves
from personnel_pool_service.units.routes import router as units
from personnel_pool_service.workloads.routes import router as workloads

ROUTERS = (
    units,
    unit_moves,
    unit_imports,
    cadre_authorities,
    principals,
    supervised_persons,
    supervised_person_imports,
    tags,
    cadres,
    cadre_imports,
    pool_entries,
    appraisals,
    workloads,
    integrity_files,
    token_revocations,
    revoked_tokens,
)
TIMERS = (
    Timer("pool_entry_reviews", 600.0, announce_due_reviews),
    Timer("old_imports", 3600.0, forget_old_files),
    Timer("expired_tokens", 3600.0, forget_expired),
)
