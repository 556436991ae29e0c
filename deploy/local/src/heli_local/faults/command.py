"""`heli faults`: the matrix for whoever wants to see it, with a bar of progress and a report that grows."""

import asyncio
import os
import shlex
import sys
from pathlib import Path

from chassis.commands import progress_bar
from rich.console import Console
from rich.markdown import Markdown

from heli_local.faults import campaign as campaigns
from heli_local.faults import report as reports
from heli_local.faults import skew
from heli_local.faults.campaign import Campaign
from heli_local.faults.matrix import BASELINE, BY_NAME, MATRIX, Fault

TITLES = {fault.name: fault.title for fault in MATRIX}
ONLY_BASELINE = "baseline"
BASELINE_TITLES = {fault.name: fault.title for fault in BASELINE}
INTERRUPTED = 130


def break_things(file: Path, campaign: Campaign, only: list[str], *, baseline: bool, fresh: bool) -> int:
    """Run what the report does not have yet; returns the exit code, 130 where it was interrupted."""
    console = Console(highlight=False)
    unknown = set(only) - BY_NAME.keys() - {ONLY_BASELINE}
    if unknown:
        console.print(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join([*BY_NAME, ONLY_BASELINE])}")
        return 2
    chosen = [BY_NAME[name] for name in only if name != ONLY_BASELINE] if only else list(MATRIX)
    baseline = ONLY_BASELINE in only if only else baseline
    faults = can_be_tried([*chosen, *(BASELINE if baseline else ())], console)
    file.parent.mkdir(parents=True, exist_ok=True)
    blocks = [] if fresh else reports.read(file)
    orders = campaigns.orders(campaign, faults, blocks)
    interrupted = False
    with progress_bar() as bar:
        task = bar.add_task("rounds", total=sum(one.rounds for one in orders))

        def on_block(block: reports.Block) -> None:
            blocks.append(block)
            _keep(file, blocks)
            bar.advance(task, block.rounds)
            console.print(_line(block))

        try:
            asyncio.run(campaigns.run(campaign, orders, on_block))
        except KeyboardInterrupt:
            interrupted = True
    console.print(Markdown(_keep(file, blocks)))
    left = sum(one.rounds for one in campaigns.orders(campaign, faults, blocks))
    if left:
        console.print(f"{left} rounds are left; the same command goes on with them")
    if interrupted:
        return INTERRUPTED
    return 1 if any(not one.is_good for one in blocks if not one.careless or one.unsettled) else 0


def can_be_tried(faults: list[Fault], console: Console) -> list[Fault]:
    """Without what this machine cannot do, each with a loud word."""
    if os.geteuid() != 0 and any(one.kind.small_disks for one in faults):
        console.print("full disks are NOT tried: only root can mount disks small enough to fill")
        faults = [one for one in faults if not one.kind.small_disks]
    if skew.library() is None and any(one.kind.skewed for one in faults):
        console.print(
            "the system's clock is NOT turned: libfaketime is not there"
            f" (Debian's package faketime, or {skew.VARIABLE}=path of libfaketimeMT.so.1)"
        )
        faults = [one for one in faults if not one.kind.skewed]
    return faults


def _line(block: reports.Block) -> str:
    name = f"baseline {block.fault}" if block.careless else block.fault
    if block.unsettled:
        return f"{name}: BAD, did not settle: {block.unsettled}"
    verdict = "as expected" if block.careless else "good" if block.is_good else "BAD"
    return (
        f"{name}: {block.rounds} rounds in {block.seconds:g} s, {block.committed} committed,"
        f" lost {block.lost}, twice {block.doubled}, out of order {block.disordered}: {verdict}"
    )


def _keep(file: Path, blocks: list[reports.Block]) -> str:
    """Write the report both ways; returns the page."""
    reports.write(file, blocks)
    command = shlex.join(["heli", *sys.argv[1:]])
    text = reports.page(blocks, TITLES, BASELINE_TITLES, command)
    file.with_suffix(".md").write_text(text, encoding="utf-8")
    return text
