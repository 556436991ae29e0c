"""``notification-service partners``: direct readers of the event stream, for operators."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import typer
from chassis.broker import Broker, BrokerRefused, BrokerUnavailable, connect
from chassis.settings import PlatformSettings
from chassis.streams import EVENT_STREAM

from notification_service.broker_partners import service
from notification_service.broker_partners.domain import (
    Partner,
    configuration_of,
    durable_of,
    inbox_of,
    open_types,
    password_variable,
    permissions_of,
)

T = TypeVar("T")
_PATIENCE_S = 15

partners = typer.Typer(help="Trusted systems that read events off the broker themselves.", no_args_is_help=True)
_Name = Annotated[str, typer.Argument(help="a short lower-case name")]


@partners.command("types")
def show_types() -> None:
    """The event types that may be given to a partner; all others leave by stream and webhook only."""
    typer.echo("\n".join(open_types()))


@partners.command("add")
def add(
    name: _Name,
    types: Annotated[list[str], typer.Option("--type", help="an event type; may be repeated")],
    commissions: Annotated[
        list[str], typer.Option("--commission", help="whose events: a code, '-' for none, '*' for all; may be repeated")
    ],
    *,
    from_start: Annotated[bool, typer.Option("--from-start", help="with all that the stream still holds")] = False,
    conf: Annotated[bool, typer.Option("--conf", help="print the user as a file that nats-server includes")] = False,
) -> None:
    """Make the partner's consumer and print the broker's user; run again, it changes the filter and keeps the place."""
    try:
        partner = Partner(name, tuple(types), tuple(commissions))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    _run(lambda broker: service.add_partner(broker, partner, from_start=from_start))
    if conf:
        typer.echo(configuration_of(name), nl=False)
        return
    user = {
        "user": partner.durable,
        "password": f"${password_variable(name)}",
        "permissions": permissions_of(name),
    }
    typer.echo(
        json.dumps(
            {"user": user, "stream": EVENT_STREAM, "consumer": partner.durable, "inbox": inbox_of(name)}, indent=2
        )
    )


@partners.command("show")
def show(name: _Name) -> None:
    """What a partner is given and how far it has read."""
    found = _run(lambda broker: service.find_partner(broker, name))
    if found is None:
        raise _none(name)
    shown = {
        "subjects": found["config"].get("filter_subjects") or [found["config"].get("filter_subject")],
        "acknowledged_up_to": found["ack_floor"]["stream_seq"],
        "unacknowledged": found["num_ack_pending"],
        "waiting": found["num_pending"],
    }
    typer.echo(json.dumps(shown, indent=2))


@partners.command("remove")
def remove(name: _Name) -> None:
    """Take the partner's consumer away at once; take its user out of the broker's configuration afterwards."""
    if not _run(lambda broker: service.remove_partner(broker, name)):
        raise _none(name)
    typer.echo(f"{durable_of(name)} is gone")


def _none(name: str) -> typer.BadParameter:
    return typer.BadParameter(f"there is no partner {name}")


def _run(work: Callable[[Broker], Awaitable[T]]) -> T:
    async def run() -> T:
        async with _broker() as broker:
            return await work(broker)

    try:
        return asyncio.run(run())
    except (BrokerRefused, BrokerUnavailable) as error:
        typer.echo(f"the broker refused: {error}", err=True)
        raise typer.Exit(1) from error


@asynccontextmanager
async def _broker() -> AsyncIterator[Broker]:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(_PATIENCE_S, stop.set)
    broker = await connect(PlatformSettings().nats_url.get_secret_value(), name="partners", stop=stop)
    try:
        yield broker
    finally:
        await broker.drain()
