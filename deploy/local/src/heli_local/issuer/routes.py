"""The issuer's addresses: keys and metadata, tokens for services, tokens for developers, the business clock."""

import base64
import binascii
import secrets
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from chassis.errors import FieldError, Invalid
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from heli_local.issuer.clock_file import OutOfRange
from heli_local.issuer.parts import IssuerParts
from heli_local.issuer.schemas import TOO_FAR, DevClockIn, DevClockOut, DevTokenIn, TokenOut

SERVICE_TOKEN_LIFETIME_S = 3600
NO_STORE = {"Cache-Control": "no-store"}

router = APIRouter()


def _parts(request: Request) -> IssuerParts:
    parts: IssuerParts = request.app.state.parts
    return parts


@router.get("/jwks.json")
async def read_keys(request: Request) -> dict[str, Any]:
    """The public keys that access tokens are verified with."""
    return _parts(request).signer.public_keys()


@router.get("/.well-known/openid-configuration")
async def read_metadata(request: Request) -> dict[str, Any]:
    """Where a client finds what it needs (OpenID Connect Discovery 1.0)."""
    issuer = _parts(request).issuer
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks.json",
        "token_endpoint": f"{issuer}/token",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
    }


@router.post("/token")
async def issue_service_token(request: Request) -> JSONResponse:
    """A token for a service by client credentials; errors in the form of RFC 6749 §5.2, as OAuth clients expect."""
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        return JSONResponse({"error": "unsupported_grant_type"}, 400, NO_STORE)
    client_id, secret = _basic_credentials(request) or (form.get("client_id", ""), form.get("client_secret", ""))
    known = _parts(request).clients.get(client_id, "")
    if not known or not secrets.compare_digest(known.encode(), secret.encode()):
        return JSONResponse({"error": "invalid_client"}, 401, {**NO_STORE, "WWW-Authenticate": "Basic"})
    token = _parts(request).service_token(client_id, SERVICE_TOKEN_LIFETIME_S)
    return JSONResponse(TokenOut(access_token=token, expires_in=SERVICE_TOKEN_LIFETIME_S).model_dump(), 200, NO_STORE)


def _basic_credentials(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote_plus(client_id), unquote_plus(secret)


@router.post("/dev/token")
async def issue_dev_token(request: Request, body: DevTokenIn) -> JSONResponse:
    """A token for anybody, on the local stack only. Records the principal, if need be a little later."""
    parts = _parts(request)
    token = parts.signer.sign(
        body.sub,
        name=body.name,
        unit=body.unit,
        roles=body.roles,
        clearance=body.clearance,
        expires_in=body.expires_in,
    )
    principal = body.model_dump(mode="json", include={"unit", "roles", "clearance", "name"}, exclude_none=True)
    await parts.principals.record(body.sub, {"unit": None, **principal})
    return JSONResponse(TokenOut(access_token=token, expires_in=body.expires_in).model_dump(), 200, NO_STORE)


@router.post("/dev/clock")
async def move_clock(request: Request, body: DevClockIn) -> DevClockOut:
    """Set or advance the business clock of the whole stack. Tokens keep to the system clock."""
    clock = _parts(request).clock
    try:
        if body.now is not None:
            return DevClockOut(now=clock.set_now(body.now))
        return DevClockOut(now=clock.advance(body.advance_s or 0.0))
    except OutOfRange as error:
        pointer = "/now" if body.now is not None else "/advance_s"
        raise Invalid(errors=[FieldError(pointer, "out_of_range", TOO_FAR)]) from error
