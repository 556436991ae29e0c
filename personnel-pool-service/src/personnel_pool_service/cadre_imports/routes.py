"""Rosters over HTTP."""

from personnel_pool_service.cadre_imports.service import CadreImporter
from personnel_pool_service.file_imports.routes import import_router

router = import_router(CadreImporter(), "cadre", "pool_manager")
