"""The command `heli`: one stack on one machine."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from chassis.embedded import EmbeddedServerError

from heli_local import planning
from heli_local.home import Home, StackError
from heli_local.stack import Stack
from heli_local.waiting import is_ready

DEFAULT_PORT = 8080
FALSE_WORDS = frozenset({"0", "false", "no", "off"})
NOT_DONE = 3
"""Exit code where nothing was found because nothing could be done."""

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)

app.command()(planning.scale)
app.command()(planning.faults)

HomeOption = Annotated[Path, typer.Option(envvar="HELI_HOME", help="Folder that holds all data of the stack.")]


@app.command()
def run(
    home: HomeOption = Path(".heli"),
    port: Annotated[
        int, typer.Option(envvar="HELI_PORT", min=0, max=65535, help="Port of the gateway; 0 for any free one.")
    ] = DEFAULT_PORT,
    demo: Annotated[
        str, typer.Option(envvar="HELI_DEMO", help="0: do not load the demo city into a new data folder.")
    ] = "1",
) -> None:
    """Run the whole platform in the foreground until Ctrl-C."""

    async def ready(stack: Stack) -> None:
        _say(f"Heli is ready: {stack.url}  (Ctrl-C stops it)")
        await asyncio.Event().wait()

    stack = Stack(home, port=port, with_city=demo.strip().lower() not in FALSE_WORDS, say=_say)
    _run_stack(stack, ready)


@app.command()
def demo() -> None:
    """Play the story of the platform on a stack of its own, step by step; leaves nothing behind."""
    from chassis.embedded.process import scratch_folder
    from rich.console import Console

    from heli_local.story.demo import play
    from heli_local.story.desk import StepFailed

    async def tell(stack: Stack) -> None:
        try:
            await play(stack.url, Console(highlight=False))
        except StepFailed as error:
            raise StackError(f"the story stopped: {error}") from error

    with scratch_folder() as folder:
        _run_stack(Stack(folder / "home", port=0, say=_say), tell)


@app.command()
def load(
    url: Annotated[str, typer.Option(help="Address of the gateway.")] = f"http://127.0.0.1:{DEFAULT_PORT}",
    full: Annotated[bool, typer.Option(help="Load the city at full scale.")] = False,
    units: Annotated[int | None, typer.Option(min=1, help="Supervised units.")] = None,
    cadres: Annotated[int | None, typer.Option(min=1, help="Cadres in the pool.")] = None,
    persons: Annotated[int | None, typer.Option(min=0, help="Supervised persons.")] = None,
    quiet: Annotated[bool, typer.Option(help="Draw no progress bars.")] = False,
) -> None:
    """Load the demo city into a running stack; what is there already stays as it is."""
    from heli_local.city import load as city

    small = city.CitySize()
    size = city.CitySize(
        units=units or (city.SEED_UNITS if full else small.units),
        cadres=cadres or small.cadres,
        persons=persons if persons is not None else (city.SEED_PERSONS if full else small.persons),
    )
    try:
        asyncio.run(city.load_city(url, size, progress=not quiet))
    except city.CityNotLoaded as error:
        _fail(str(error))


@app.command()
def status(
    home: HomeOption = Path(".heli"),
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what runs on a data folder: processes, ports, whether the gateway is ready."""
    state = Home(home).read_state()
    running = Home(home).is_held() and "gateway_url" in state
    shown = {
        "running": running,
        "ready": running and is_ready(state["gateway_url"]),
        "url": state.get("gateway_url"),
        "processes": state.get("processes", {}) if running else {},
        "ports": state.get("ports", {}),
        "city": state.get("city"),
    }
    if as_json:
        typer.echo(json.dumps(shown, indent=1))
    elif not running:
        typer.echo(f"nothing runs on {home}")
    else:
        typer.echo(f"{shown['url']}  {'ready' if shown['ready'] else 'not ready'}")
        for name, pid in shown["processes"].items():
            typer.echo(f"  {name:<24} pid {pid}")
    if not running:
        raise typer.Exit(3)


@app.command()
def restart(
    names: Annotated[list[str] | None, typer.Argument(help="Programs, as `heli status` names them; else all.")] = None,
    home: HomeOption = Path(".heli"),
) -> None:
    """Replace the programs of a running stack, one after the other, without a failed request. Migrations run first."""
    from heli_local.control import ask_restart

    try:
        for line in ask_restart(Home(home), names or []):
            _say(line)
    except StackError as error:
        _fail(str(error))


@app.command()
def docs() -> None:
    """Write the generated references under docs/; run from the root of the checkout."""
    from heli_local.reference import generated_files

    for name, content in generated_files(Path()).items():
        Path(name).write_text(content, encoding="utf-8")
        typer.echo(name)


@app.command()
def chart() -> None:
    """Write deploy/rendered from the Helm chart; run from the root of the checkout."""
    from heli_local.chart.helm import ToolMissing
    from heli_local.chart.rendering import ChartRefused, rendered_examples

    try:
        examples = rendered_examples(Path.cwd())
    except (ToolMissing, ChartRefused) as error:
        _fail(str(error))
    for name, content in examples.items():
        Path(name).write_text(content, encoding="utf-8")
        typer.echo(name)


@app.command()
def sbom(folder: Annotated[Path, typer.Argument(help="Where the documents go.")] = Path("build/sbom")) -> None:
    """Write what each image holds, and all that is locked, as CycloneDX; run from the root of the checkout."""
    from heli_local.supply.bills import FOLDERS, BillRefused, bill_of_materials, whole_bill

    folder.mkdir(parents=True, exist_ok=True)
    for name in ("heli", *FOLDERS):
        try:
            bill = whole_bill(Path.cwd()) if name == "heli" else bill_of_materials(Path.cwd(), name)
        except BillRefused as error:
            _fail(str(error))
        (folder / f"{name}.cdx.json").write_text(bill, encoding="utf-8")
        typer.echo(folder / f"{name}.cdx.json")


@app.command()
def audit(
    service: Annotated[str, typer.Option(help="Who is asked: pypi or osv.")] = "pypi",
    osv_url: Annotated[str, typer.Option(envvar="HELI_OSV_URL", help="A mirror that speaks OSV; with osv.")] = "",
) -> None:
    """Ask for known faults of all locked packages. Exits 0 if none, 1 if there are, 3 if nobody could be asked."""
    from chassis.clock import Clock

    from heli_local.supply.audit import Asker, ListRefused, NotAudited
    from heli_local.supply.audit import audit as ask_about_all

    try:
        verdict = ask_about_all(Path.cwd(), Asker("osv" if osv_url else service, osv_url), Clock().today())
    except ListRefused as error:
        _fail(str(error))
    except NotAudited as error:
        typer.echo(f"NOT AUDITED, nothing is known: {error}", err=True)
        raise typer.Exit(NOT_DONE) from error
    for line in verdict.lines():
        _say(line)
    raise typer.Exit(0 if verdict.holds else 1)


@app.command()
def clean(home: HomeOption = Path(".heli")) -> None:
    """Delete a data folder with all data in it."""
    try:
        Home(home).remove()
    except StackError as error:
        _fail(str(error))


def _run_stack(stack: Stack, body: Callable[[Stack], Awaitable[None]]) -> None:
    """Start, do the body, stop; a signal ends the body early, a second one does not wait for orderly ends."""
    try:
        asyncio.run(_with_signals(stack, body))
    except (StackError, EmbeddedServerError) as error:
        _fail(str(error))


async def _with_signals(stack: Stack, body: Callable[[Stack], Awaitable[None]]) -> None:
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            stack.kill()
        else:
            stop.set()
            _say("stopping")

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, on_signal)

    async def work() -> None:
        await stack.start()
        await body(stack)

    working = asyncio.create_task(work())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        working.cancel()  # no effect on work that is done
        try:
            await working
        except asyncio.CancelledError:
            if not stop.is_set():
                raise
    finally:
        await stack.stop()


def _say(line: str) -> None:
    try:
        typer.echo(line)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever listened is gone, and what is done does not depend on them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str) -> NoReturn:
    typer.echo(f"heli: {message}", err=True)
    raise typer.Exit(1)


def main() -> None:
    """Entry of the console command."""
    os.umask(os.umask(0o022) | 0o022)
    app()


if __name__ == "__main__":
    main()
