"""The documentation page: files of our own, nothing from the network."""

import importlib.resources

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from gateway.portal.titles import chinese_titles

_MEDIA_TYPES = {
    "index.html": "text/html",
    "portal.css": "text/css",
    "portal.js": "text/javascript",
    "trying.js": "text/javascript",
    "guides.json": "application/json",
}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def read_portal() -> Response:
    """The page."""
    return _file("index.html")


@router.get("/docs/portal.css")
async def read_style() -> Response:
    """Its style."""
    return _file("portal.css")


@router.get("/docs/portal.js")
async def read_script() -> Response:
    """Its script."""
    return _file("portal.js")


@router.get("/docs/trying.js")
async def read_trying() -> Response:
    """The part that sends requests."""
    return _file("trying.js")


@router.get("/docs/guides.json")
async def read_guides() -> Response:
    """The guides, as ``gateway guides --write`` made them."""
    return _file("guides.json")


@router.get("/docs/titles.json")
async def read_titles() -> Response:
    """What operations and events are called in Chinese."""
    return JSONResponse(chinese_titles(), headers=_HEADERS)


def _file(name: str) -> Response:
    content = (importlib.resources.files("gateway.portal") / name).read_bytes()
    return Response(content, media_type=_MEDIA_TYPES[name], headers=_HEADERS)
