"""`make bench`: run every benchmark, or those named; each writes its page under docs/benchmarks."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import clues
import costs
import doors
import local_stack
import matching
import migrating
import people
import restoring
from assembly import comparing, judging

BENCHMARKS = {
    "local-stack": local_stack.main,
    "people": people.main,
    "assembly": comparing.main,
    "assembly-judged": judging.main,
    "matching": matching.main,
    "clues": clues.main,
    "doors": doors.main,
    "costs": costs.main,
    "restore": restoring.main,
    "migrating": migrating.main,
}

NEEDS_DATA = {"restore", "migrating"}
"""Run by name only: they want a folder that another has left."""


def main() -> None:
    """Run the benchmarks named on the command line, or all."""
    names = [name for name in sys.argv[1:] if not name.startswith("--")] or [
        name for name in BENCHMARKS if name not in NEEDS_DATA
    ]
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    for name in names:
        BENCHMARKS[name]()


if __name__ == "__main__":  # processes that a benchmark starts import this file
    main()
