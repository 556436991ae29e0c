"""`heli faults`: the matrix for whoever wants to see it, with a bar of progress and a report that grows."""

import asyncio
import os
import time
from pathlib import Path

from chassis.commands import progress_bar
from rich.console import Console
from rich.markdown import Markdown

from heli_local.faults import report as reports
from heli_local.faults.matrix import BASELINE, BY_NAME, MATRIX, Fault, Pace, run_blocks
from heli_local.faults.world import NeverSettled

TITLES = {fault.name: fault.title for fault in MATRIX}
ONLY_BASELINE = "baseline"
BASELINE_TITLES = {fault.name: fault.title for fault in BASELINE}


def break_things(file: Path, minutes: float, rounds: int, events: int, only: list[str], *, baseline: bool) -> int:
    """Run blocks until the time is over, least tried first; returns the exit code."""
    console = Console(highlight=False)
    unknown = set(only) - BY_NAME.keys() - {ONLY_BASELINE}
    if unknown:
        console.print(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join([*BY_NAME, ONLY_BASELINE])}")
        return 2
    chosen = [BY_NAME[name] for name in only if name != ONLY_BASELINE] if only else list(MATRIX)
    baseline = ONLY_BASELINE in only if only else baseline
    blocks = reports.read(file)
    faults = _in_order([*chosen, *(BASELINE if baseline else ())], blocks, console)
    file.parent.mkdir(parents=True, exist_ok=True)
    failure = ""
    with progress_bar() as bar:
        task = bar.add_task("blocks", total=len(faults))

        def on_block(block: reports.Block) -> None:
            blocks.append(block)
            reports.write(file, blocks)
            bar.advance(task)
            verdict = "as expected" if block.careless else "good" if block.is_good else "BAD"
            name = f"baseline {block.fault}" if block.careless else block.fault
            console.print(
                f"{name}: {block.rounds} rounds, {block.committed} committed,"
                f" lost {block.lost}, twice {block.doubled}, out of order {block.disordered}: {verdict}"
            )

        try:
            asyncio.run(run_blocks(faults, Pace(rounds, events), on_block, until=time.monotonic() + minutes * 60))
        except NeverSettled as error:
            failure = str(error)
            console.print(f"did not settle: {error}")
    text = reports.page(blocks, TITLES, BASELINE_TITLES)
    file.with_suffix(".md").write_text(text)
    console.print(Markdown(text))
    return 1 if failure or any(not one.is_good for one in blocks if not one.careless) else 0


def _in_order(faults: list[Fault], blocks: list[reports.Block], console: Console) -> list[Fault]:
    """Least tried first; what needs disks of its own is left out, with a word, where disks cannot be made."""
    if os.geteuid() != 0 and any(one.needs_small_disks for one in faults):
        console.print("full disks are NOT tried: only root can mount disks small enough to fill")
        faults = [one for one in faults if not one.needs_small_disks]

    def tried(fault: Fault) -> tuple[bool, bool, int]:
        rounds = sum(one.rounds for one in blocks if (one.fault, one.careless) == (fault.name, fault.careless))
        return fault.careless, fault.needs_small_disks, rounds

    return sorted(faults, key=tried)
