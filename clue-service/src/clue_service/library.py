"""What the information library, files and figures bring to this service's processes: routes, timers, settings."""

from chassis.service import Timer
from fastapi import APIRouter
from pydantic_settings import BaseSettings

from clue_service.attachments.keeping import look_for_orphans, tidy
from clue_service.attachments.routes import router as attachments
from clue_service.attachments.settings import AttachmentSettings
from clue_service.library_items.routes import router as items
from clue_service.library_requests.routes import router as requests
from clue_service.library_requests.service import tell_ending_grants
from clue_service.library_requests.settings import LibrarySettings
from clue_service.library_searches.routes import router as searches
from clue_service.statistics.routes import router as statistics
from clue_service.trend_reports.routes import router as trend_reports
from clue_service.unit_profiles.routes import router as unit_profiles

ROUTERS: tuple[APIRouter, ...] = (
    items,
    searches,
    requests,
    attachments,
    statistics,
    unit_profiles,
    trend_reports,
)
TIMERS: tuple[Timer, ...] = (
    Timer("remove_leftover_files", 60, tidy),
    Timer("remove_orphan_files", 3600, look_for_orphans),
    Timer("tell_ending_grants", 30, tell_ending_grants),
)
SETTINGS: tuple[type[BaseSettings], ...] = (LibrarySettings, AttachmentSettings)
