"""What the information library brings to this service's processes: routes."""

from fastapi import APIRouter

from clue_service.library_items.routes import router as items
from clue_service.library_requests.routes import router as requests
from clue_service.library_searches.routes import router as searches

ROUTERS: tuple[APIRouter, ...] = (items, searches, requests)
