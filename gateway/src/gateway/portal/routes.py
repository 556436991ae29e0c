"""The documentation page: three files of our own, nothing from the network."""

import importlib.resources

from fastapi import APIRouter, Response

_MEDIA_TYPES = {"index.html": "text/html", "portal.css": "text/css", "portal.js": "text/javascript"}
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


def _file(name: str) -> Response:
    content = (importlib.resources.files("gateway.portal") / name).read_bytes()
    return Response(content, media_type=_MEDIA_TYPES[name], headers=_HEADERS)
