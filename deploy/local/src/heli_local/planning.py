"""The commands of `heli` that need no stack of data: `faults` breaks a world of its own, `scale` reckons."""

from pathlib import Path
from typing import Annotated

import typer


def faults(
    report: Annotated[Path, typer.Option(help="JSON file that grows over runs; the same as a page beside it.")] = Path(
        "build/faults.json"
    ),
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of each fault; what the report has counts.")] = 10,
    minutes: Annotated[
        float, typer.Option(min=0.1, help="Begin no further block of five rounds after so long.")
    ] = 60.0,
    events: Annotated[int, typer.Option(min=1, help="Events that go through before each fault.")] = 420,
    rate: Annotated[float, typer.Option(min=1, help="Events committed in a second, in each lane.")] = 150.0,
    lanes: Annotated[int, typer.Option(min=1, max=16, help="Worlds beside each other, each with its servers.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of the order, of which server is hit, of faults drawn.")] = 1,
    only: Annotated[list[str] | None, typer.Option(help="Names of faults, or baseline; else all.")] = None,
    baseline: Annotated[bool, typer.Option(help="Break commit-then-publish as well, which loses events.")] = True,
    fresh: Annotated[bool, typer.Option(help="Begin anew instead of going on with the report.")] = False,
) -> None:
    """Kill, pause, cut, fill and jump on real servers; count what was lost, doubled or out of order. Exits 1 if any."""
    from heli_local.faults.campaign import Campaign
    from heli_local.faults.command import break_things

    campaign = Campaign(rounds, events, rate, lanes, seed, minutes)
    raise typer.Exit(break_things(report, campaign, only or [], baseline=baseline, fresh=fresh))


def scale(
    preset: Annotated[str, typer.Option(help="county, city, province, country or country-by-province; else all.")] = "",
    units: Annotated[int | None, typer.Option(help="Units.")] = None,
    people: Annotated[int | None, typer.Option(help="People who work with it.")] = None,
    clues_per_day: Annotated[float | None, typer.Option(help="Clues on a working day.")] = None,
    years: Annotated[int | None, typer.Option(help="Years of growth.")] = None,
    deployments: Annotated[int | None, typer.Option(help="Installations that share it alike.")] = None,
    flood: Annotated[int | None, typer.Option(help="Letters more within ten minutes of the busiest hour.")] = None,
    assume: Annotated[list[str] | None, typer.Option("--set", help="name=value of a figure; repeatable.")] = None,
    plot: Annotated[Path | None, typer.Option(help="SVG file: growth of the databases.")] = None,
    seed: Annotated[int, typer.Option(help="Of the simulated hour.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; one preset.")] = False,
) -> None:
    """Reckon how large an installation must be, from measured costs and said assumptions."""
    from heli_local.scale.command import ScaleAsked, plans_told
    from heli_local.scale.demand import DemandRefused

    changes = {
        "units": units, "people": people, "clues_per_day": clues_per_day, "years": years,
        "deployments": deployments, "flood": flood,
    }  # fmt: skip
    asked = ScaleAsked(preset, {name: one for name, one in changes.items() if one is not None}, assume or [], seed)
    try:
        text, drawn = plans_told(asked, as_json=as_json)
    except DemandRefused as error:
        typer.echo(f"heli: {error}", err=True)
        raise typer.Exit(1) from error
    if plot is not None:
        plot.write_text(drawn, encoding="utf-8")
    typer.echo(text.rstrip("\n"))
