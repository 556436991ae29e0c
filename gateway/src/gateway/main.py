"""The gateway's command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from chassis.collector import settle_collector
from chassis.logging import configure_logging
from chassis.runtime import reference_document
from chassis.serving import REQUESTS_S
from chassis.tracing import tracing

from gateway.app import Gateway
from gateway.guides import render_guides
from gateway.openapi import DocumentConflict, merge_documents, render
from gateway.server import DoorProtocol, DoorServer
from gateway.settings import GatewaySettings

_COMMANDS = {
    "clue": "clue-service",
    "pool": "personnel-pool-service",
    "inspection": "inspection-service",
    "notification": "notification-service",
}
_DOCUMENT = Path(__file__).parent / "documents" / "openapi.json"
_GUIDES = Path(__file__).parent / "portal" / "guides.json"

main = typer.Typer(
    name="gateway",
    help="Heli gateway",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@main.command()
def api() -> None:
    """Serve HTTP."""
    settings = GatewaySettings()
    configure_logging("gateway", settings.log_level)
    gateway = Gateway(settings)
    settle_collector()
    with tracing("gateway", settings, heeds_callers=False):
        DoorServer(server_config(gateway, settings), gateway.end_streams).run()


@main.command()
def reference() -> None:
    """Print the settings, error codes and metrics of the gateway, for the generated references."""
    typer.echo(json.dumps(reference_document(GatewaySettings), ensure_ascii=False, indent=1))


@main.command()
def guides(
    root: Annotated[Path, typer.Option(help="the checkout")] = Path(),
    *,
    write: Annotated[bool, typer.Option("--write", help="write the document instead of checking it")] = False,
) -> None:
    """Check, or write, the portal's guides from the Markdown of the checkout."""
    rendered = render_guides(root)
    if write:
        _GUIDES.write_text(rendered)
    elif not _GUIDES.exists() or _GUIDES.read_text() != rendered:
        typer.echo(f"{_GUIDES.name} is not what docs/ says: run `make docs`", err=True)
        raise typer.Exit(1)


def server_config(app: Gateway, settings: GatewaySettings) -> uvicorn.Config:
    """How the gateway is served."""
    return uvicorn.Config(
        app,
        host=settings.bind_host,
        port=settings.bind_port,
        http=DoorProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=REQUESTS_S,
        timeout_keep_alive=75,
        lifespan="on",
    )


@main.command()
def openapi(
    write: Annotated[bool, typer.Option(help="Write the document into the package instead of printing it.")] = False,
    check: Annotated[bool, typer.Option(help="Exit 1 if the packaged document is not what would be built.")] = False,
) -> None:
    """Build the merged OpenAPI document from the services' `openapi` commands, which must be installed alongside."""
    try:
        text = render(merge_documents({name: _document_of(command) for name, command in _COMMANDS.items()}))
    except DocumentConflict as error:
        typer.echo(f"gateway openapi: {error}", err=True)
        raise typer.Exit(1) from error
    if check:
        if not _DOCUMENT.exists() or _DOCUMENT.read_text() != text:
            typer.echo("gateway openapi: the packaged document is stale; run `gateway openapi --write`", err=True)
            raise typer.Exit(1)
    elif write:
        _DOCUMENT.parent.mkdir(exist_ok=True)
        _DOCUMENT.write_text(text)
    else:
        typer.echo(text, nl=False)


def _document_of(command: str) -> dict[str, object]:
    program = Path(sys.executable).parent / command
    done = subprocess.run([str(program), "openapi"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DocumentConflict(f"{command} openapi failed: {done.stderr.strip().splitlines()[-1:]}")
    document: dict[str, object] = json.loads(done.stdout)
    return document
