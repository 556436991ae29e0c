"""Commands of operators: fit a model, list, show, activate and retire its versions."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from chassis.commands import operator
from chassis.errors import HeliError
from chassis.uow import Uow
from rich.console import Console
from rich.table import Table

from clue_service.commands import opened_resources
from clue_service.matching.clue_files import read_clues
from clue_service.matching.training import TooFewPairs
from clue_service.matching_models import fitting_runs, service
from clue_service.matching_models.fitting_runs import Fitted

WORSE, TOO_FEW = 1, 3
"""Exit codes: the new model is worse; there is too little to learn from."""

By = Annotated[str | None, typer.Option(help="who does this, for the audit log; the login unless given")]
models = typer.Typer(help="Versions of the matching model.", no_args_is_help=True)


def fit_matching(
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="clues with matter_ids")] = None,
    from_verdicts: Annotated[bool, typer.Option("--from-verdicts", help="learn from verdicts in the database")] = False,
    activate: Annotated[bool, typer.Option("--activate", help="put the model into effect unless it is worse")] = False,
    clues: Annotated[int, typer.Option(min=100, help="how many clues to generate, to fit on or as anchors")] = 8_000,
    at_least: Annotated[int, typer.Option(min=1, help="verdicts of each kind without which nothing is learnt")] = 50,
    store: Annotated[bool, typer.Option(help="keep the model as a version in the database")] = False,
    out: Annotated[Path | None, typer.Option(help="where to write the model when it is not worse")] = None,
    by: By = None,
) -> None:
    """Fit weights and calibration; report before and after on held-back parts; keep the model unless it is worse.

    Verdicts and files are learnt from; without either the generator's clues are, as for the model that ships.
    A model is kept as a version with --from-verdicts, --store or --activate.
    """
    if file is not None and from_verdicts:
        raise typer.BadParameter("learn from a file or from verdicts, not from both")
    bodies = read_clues(file) if file else None
    if bodies is not None and not all(body.get("matter_ids") for body in bodies):
        raise typer.BadParameter("every clue of the file needs matter_ids")
    try:
        if from_verdicts:
            fitted = asyncio.run(fitting_runs.fit_from_verdicts(clues, at_least, activate, operator(by)))
        else:
            fitted = asyncio.run(fitting_runs.fit_from_clues(bodies, clues, store or activate, activate, operator(by)))
    except TooFewPairs as error:
        typer.echo(f"nothing fitted: {error}", err=True)
        raise typer.Exit(TOO_FEW) from error
    _report(fitted)
    if out is not None and (fitted.may_be_shipped or not fitted.objections):
        out.write_text(fitted.model.dump(), encoding="utf-8")
    if fitted.objections and not (out is not None and fitted.may_be_shipped):
        typer.echo(f"the new model is worse and is not activated: {', '.join(fitted.objections)}", err=True)
        raise typer.Exit(WORSE)


def _report(fitted: Fitted) -> None:
    typer.echo(json.dumps(fitted.as_dict(), ensure_ascii=False))
    if not sys.stderr.isatty():
        return
    for part, (before, after) in fitted.parts.items():
        table = Table("measure", "before", "after", title=f"held back: {part}")
        for name, value in after.items():
            table.add_row(name, str(before.get(name)), str(value))
        Console(stderr=True).print(table)


@models.command("list")
def list_models() -> None:
    """Every version, newest first; 0 is the one that ships with the service."""

    async def act(uow: Uow) -> list[dict[str, Any]]:
        found = await service.list_models(uow, before=None, limit=200)
        names = ("number", "name", "status", "fitted_at", "fitted_by", "activated_at", "activated_by", "objections")
        return [one.model_dump(mode="json", include=set(names)) for one in found]

    for line in _in_database(act, None):
        typer.echo(json.dumps(line, ensure_ascii=False))


@models.command("show")
def show_model(number: int) -> None:
    """One version with its measures."""

    async def act(uow: Uow) -> dict[str, Any]:
        return (await service.describe(uow, number)).model_dump(mode="json")

    typer.echo(json.dumps(_in_database(act, None), ensure_ascii=False, indent=1))


@models.command("activate")
def activate_model(number: int, by: By = None) -> None:
    """Put a version into effect, also an earlier one or 0; running processes follow within seconds."""

    async def act(uow: Uow) -> str:
        return (await service.activate(uow, number, None)).name

    typer.echo(f"in effect: {_in_database(act, by)}")


@models.command("retire")
def retire_model(number: int, by: By = None) -> None:
    """Take a version out for good; where it was in effect the packaged one takes over."""

    async def act(uow: Uow) -> str:
        return (await service.retire(uow, number, None)).name

    typer.echo(f"retired: {_in_database(act, by)}")


def _in_database(act: Callable[[Uow], Awaitable[Any]], by: str | None) -> Any:
    async def run() -> Any:
        async with opened_resources() as resources, resources.transactions(operator(by)) as uow:
            return await act(uow)

    try:
        return asyncio.run(run())
    except HeliError as error:
        members = ", ".join(f"{key}: {value}" for key, value in error.members.items())
        typer.echo(f"{error.code}: {error.title.en}{f' ({members})' if members else ''}", err=True)
        raise typer.Exit(WORSE) from error
