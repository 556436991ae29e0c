"""The gate's second chance: loud about what holds only alone, and no mercy for what fails alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from chassis.testing.second_chance import MOST, ROUNDS, UNSTEADY

ENVIRONMENT = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Plug-ins take longer to load than these tests to run."""

PLANTED = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range({tests}))
def test_planted(number):
    runs = Path(f"runs-{{number}}")
    runs.write_text(runs.read_text() + "." if runs.exists() else ".")
    assert len(runs.read_text()) not in {fails}

def test_steady():
    with open("steady", "a") as ran:
        ran.write(".")
"""


def gate(folder: Path, *, tests: int, fails: set[int]) -> tuple[int, list[str], list[int]]:
    """Code, names told, and how often each planted test ran; ``fails``: in which of its runs it does."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(PLANTED.format(tests=tests, fails=fails))
    names = folder / "build" / "unsteady"
    command = [sys.executable, "-m", "chassis.testing.second_chance", str(names), "-q", "-p", "xdist.plugin", "-n", "2"]
    code = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, check=False).returncode
    assert (folder / "steady").read_text() == ".", "what held is not run again"
    told = names.read_text().splitlines() if names.exists() else []
    return code, told, [len((folder / f"runs-{number}").read_text()) for number in range(tests)]


@pytest.mark.parametrize(
    ("tests", "fails", "code", "told", "runs"),
    [
        pytest.param(1, {0}, 0, 0, 1, id="all hold"),
        pytest.param(1, {1}, UNSTEADY, 1, 1 + ROUNDS, id="holds alone every time"),
        pytest.param(1, {1, 1 + ROUNDS}, 1, 0, 1 + ROUNDS, id="fails in its last turn alone"),
        pytest.param(MOST + 1, {1}, 1, 0, 1, id="too many to be a matter of load"),
    ],
)
def test_second_chance(tmp_path: Path, tests: int, fails: set[int], code: int, told: int, runs: int) -> None:
    ended, names, ran = gate(tmp_path, tests=tests, fails=fails)
    assert (ended, len(names), ran) == (code, told, [runs] * tests)
    assert all(name.startswith("test_it.py::test_planted[") for name in names)


def test_what_cannot_be_collected_fails(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_broken.py").write_text("import nothing_of_this_name\n")
    command = [
        sys.executable,
        "-m",
        "chassis.testing.second_chance",
        str(tmp_path / "names"),
        "-q",
        "-p",
        "xdist.plugin",
    ]
    command += ["-n", "2"]
    ended = subprocess.run(command, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False).returncode
    assert ended not in (0, UNSTEADY)
    assert not (tmp_path / "names").exists()
