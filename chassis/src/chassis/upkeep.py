"""Commands for operators that every service has: proving the audit log, dead letters, filling a lost stream again."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from sqlalchemy import select

from chassis import outbox
from chassis.audit_proof import verify_audit_command
from chassis.commands import opened_resources, operator
from chassis.consumer import Handler
from chassis.dead_letters import Undecodable, redrive
from chassis.errors import HeliError, NotFound
from chassis.identity import SYSTEM
from chassis.key_checks import check_keys_command
from chassis.key_rotations import rotate_keys_command
from chassis.service import Resources, Service
from chassis.tables import dead_letter

Handlers = Callable[[Service, Resources], Mapping[str, Handler]]


def add_upkeep(cli: typer.Typer, service: Service, handlers: Handlers) -> None:
    """Give a service's command line the commands of this room."""
    cli.command(name="verify-audit")(verify_audit_command(service))
    if service.sealed:
        cli.command(name="rotate-keys")(rotate_keys_command(service))
        cli.command(name="check-keys")(check_keys_command(service))
    cli.command(name="refill")(_refill_command(service))
    letters = typer.Typer(help="Events that could not be applied.", no_args_is_help=True)
    letters.command(name="list")(_list_command(service))
    letters.command(name="redrive")(_redrive_command(service, handlers))
    cli.add_typer(letters, name="dead-letters")


def _list_command(service: Service) -> Callable[..., None]:
    def list_dead_letters(
        *,
        everything: Annotated[bool, typer.Option("--all", help="also those that were applied since")] = False,
        limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    ) -> None:
        """Print one JSON object per dead letter, oldest first: ids, type and code of the error, never its content."""
        for row in asyncio.run(_dead_letters(service, everything=everything, limit=limit)):
            typer.echo(json.dumps(row, ensure_ascii=False))

    return list_dead_letters


async def _dead_letters(service: Service, *, everything: bool, limit: int) -> list[dict[str, Any]]:
    query = select(dead_letter).order_by(dead_letter.c.id).limit(limit)
    if not everything:
        query = query.where(dead_letter.c.redriven_at.is_(None))
    async with opened_resources(service) as resources, resources.database.sessions() as session:
        return [
            {
                "id": row.id,
                "consumer": row.consumer,
                "event_id": str(row.event_id),
                "subject": row.subject,
                "error_code": row.error_code,
                "error_class": row.error_class,
                "failed_at": row.failed_at.isoformat(),
                "redriven_at": row.redriven_at and row.redriven_at.isoformat(),
            }
            for row in await session.execute(query)
        ]


def _redrive_command(service: Service, handlers: Handlers) -> Callable[..., None]:
    def redrive_dead_letters(
        numbers: Annotated[list[int], typer.Argument(metavar="ID…", help="from `dead-letters list`")],
        by: Annotated[str | None, typer.Option(help="who asks, for the audit log; else the login")] = None,
    ) -> None:
        """Apply dead letters again, each in a transaction of its own; ends with 1 if one of them stays dead."""
        outcomes = asyncio.run(_redrive(service, handlers, numbers, by))
        for number, outcome in outcomes.items():
            typer.echo(f"{number} {outcome}")
        raise typer.Exit(0 if set(outcomes.values()) == {"applied"} else 1)

    return redrive_dead_letters


async def _redrive(service: Service, handlers: Handlers, numbers: Sequence[int], by: str | None) -> dict[int, str]:
    outcomes: dict[int, str] = {}
    async with opened_resources(service) as resources:
        async with resources.transactions(operator(by)) as uow:
            await uow.audit("ask_redrive", "dead_letter", "-", detail={"dead_letters": list(numbers)})
        every = handlers(service, resources)
        for number in numbers:
            outcomes[number] = await _redrive_one(resources, every, number)
    return outcomes


async def _redrive_one(resources: Resources, handlers: Mapping[str, Handler], number: int) -> str:
    try:
        # As the service itself, as when the event first came.
        await redrive(resources.transactions, handlers, number, SYSTEM)
    except NotFound:
        return "unknown, or applied before"
    except Undecodable:
        return "still dead: undecodable"
    except HeliError as error:
        return f"still dead: {error.code}"
    return "applied"


def _refill_command(service: Service) -> Callable[..., None]:
    def refill(
        since: Annotated[
            datetime | None, typer.Option(help="only events written at or after this instant (UTC)")
        ] = None,
        by: Annotated[str | None, typer.Option(help="who asks, for the audit log; else the login")] = None,
    ) -> None:
        """Publish events again, to fill a stream that was lost; consumers drop what they have handled.

        The worker publishes them in their order: it must run. Events beyond HELI_SENT_EVENT_RETENTION_DAYS are gone.
        """
        instant = since.replace(tzinfo=UTC) if since is not None and since.tzinfo is None else since
        typer.echo(f"{asyncio.run(_refill(service, instant, by))} events will be published again")

    return refill


async def _refill(service: Service, since: datetime | None, by: str | None) -> int:
    async with opened_resources(service) as resources:
        count = await outbox.refill(resources.database, since=since)
        async with resources.transactions(operator(by)) as uow:
            await uow.audit("refill", "outbox", "-", detail={"events": count})
        return count
