"""What a run proved, counted: a pytest plug-in for `make proof`, and the page that adds up its stages.

    pytest -m proof -p chassis.testing.proven --proven FILE     adds what passed, failed and was not run to FILE
    python -m chassis.testing.proven FILE                       prints all of it; ends with 1 where something failed

A test that is many in one says how many with pytest's own ``record_property("rounds of faults", 230)``.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Proven:
    """What became of the tests of one stage, by function, without their parameters."""

    passed: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    """What passing tests counted themselves: name → sum."""
    failed: list[str] = field(default_factory=list)
    not_run: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def see(self, report: pytest.TestReport) -> None:
        """One phase of one test; xdist hands them on from its workers."""
        function = report.nodeid.partition("[")[0]
        if report.failed:
            self.failed.append(report.nodeid)
        elif report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            self.not_run.append(f"{report.nodeid}: {reason}")
        elif report.when == "call":
            self.passed[function] += 1
            self.counted.update({f"{function} {name}": int(str(count)) for name, count in report.user_properties})
        self.seconds += report.duration

    @property
    def holds(self) -> bool:
        """Whether something was proven and nothing failed."""
        return bool(self.passed) and not self.failed


def total(stages: Iterable[Proven]) -> Proven:
    """All stages as one."""
    found = Proven()
    for one in stages:
        found.passed += one.passed
        found.counted += one.counted
        found.failed += one.failed
        found.not_run += one.not_run
        found.seconds += one.seconds
    return found


def page(proven: Proven) -> str:
    """What people read at the end."""
    lines = []
    for function, passed in sorted(proven.passed.items()):
        path, _, name = function.partition("::")
        lines.append(f"{passed:>7,}  {name.removeprefix('test_').replace('_', ' ')}  ({path})")
        counted = {key.partition(" ")[2]: n for key, n in proven.counted.items() if key.partition(" ")[0] == function}
        lines += [f"         of that {count:,} {what}" for what, count in counted.items()]
    lines += [f"NOT RUN  {one}" for one in proven.not_run]
    lines += [f" FAILED  {one}" for one in proven.failed]
    lines.append(
        f"{proven.passed.total():,} proofs held, {len(proven.failed)} failed, {len(proven.not_run)} were not run;"
        f" {proven.seconds / 60:.0f} minutes of tests"
    )
    return "\n".join(lines)


def add(file: Path, proven: Proven) -> None:
    """Append a stage."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(vars(proven)) + "\n")


def read(file: Path) -> list[Proven]:
    """The stages of a file."""
    stages = []
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        told |= {name: Counter(told[name]) for name in ("passed", "counted")}
        stages.append(Proven(**told))
    return stages


class _Recorder:
    def __init__(self, file: Path) -> None:
        self._file, self._proven = file, Proven()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._proven.see(report)

    def pytest_sessionfinish(self) -> None:
        add(self._file, self._proven)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file that grows."""
    parser.addoption("--proven", type=Path, help="add what was proven to this file")


def pytest_configure(config: pytest.Config) -> None:
    """Listen where the reports of all workers arrive."""
    file = config.getoption("--proven")
    if file is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Recorder(file))


if __name__ == "__main__":
    found = total(read(Path(sys.argv[1])))
    print(page(found))  # noqa: T201 - a command
    sys.exit(0 if found.holds else 1)
