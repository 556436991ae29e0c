"""What was measured, kept beside the page, so that a long comparison can be run in pieces."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs/benchmarks/assembly.md"
STORE = PAGE.with_name("assembly.json")
OURS = "column sifting"


@dataclass(frozen=True)
class Result:
    """What one method made of one instance."""

    size: str
    seed: int
    method: str
    points: float | None
    violations: int
    proven: bool
    seconds: float
    limit: float
    note: str = ""
    kind: str = "plain"


@dataclass(frozen=True)
class Figure:
    """One line of what is judged: a measured figure against its bar."""

    what: str
    case: str
    measured: str
    must: str
    is_met: bool


def keep(results: list[Result], figures: list[Figure]) -> tuple[list[Result], list[Figure]]:
    """Put new results in the place of older ones of the same case; returns all there are."""
    stored: dict[str, Any] = json.loads(STORE.read_text()) if STORE.exists() else {"results": [], "figures": []}
    all_results = {(r.size, r.seed, r.kind, r.method): r for r in (*map(_result, stored["results"]), *results)}
    all_figures = {(f.what, f.case): f for f in (*map(_figure, stored["figures"]), *figures)}
    kept = sorted(
        all_results.values(), key=lambda r: (int(r.size.split()[0]), r.seed, r.kind, r.method != OURS, r.method)
    )
    told = list(all_figures.values())
    STORE.parent.mkdir(parents=True, exist_ok=True)
    document = {"results": [asdict(r) for r in kept], "figures": [asdict(f) for f in told]}
    STORE.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return kept, told


def _result(row: dict[str, Any]) -> Result:
    return Result(**row)


def _figure(row: dict[str, Any]) -> Figure:
    return Figure(**row)
