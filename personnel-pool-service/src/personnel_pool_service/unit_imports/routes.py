"""Unit imports over HTTP."""

from personnel_pool_service.file_imports.routes import import_router
from personnel_pool_service.unit_imports.service import UnitImporter

router = import_router(UnitImporter(), "unit", "pool_manager", "platform_admin")
