"""What `make proof` says it proved is what its tests did, whichever worker ran them."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

from chassis.testing.proven import Proven, page, read, total

TESTS = """
import pytest

@pytest.mark.parametrize("n", range(3))
def test_a_story_ends_well(n, record_property):
    record_property("steps", 20)

def test_fails(): assert False

@pytest.mark.skip(reason="NOT RUN, no disk")
def test_full_disk(): pass

@pytest.fixture
def broken(): raise RuntimeError

def test_its_world_does_not_start(broken): pass
"""


def run(folder: Path, file: Path, *options: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "chassis.testing.proven"]
    done = subprocess.run([*command, "--proven", file, *options, "."], cwd=folder, capture_output=True, check=False)
    return done.returncode


def test_what_passed_failed_and_was_not_run_is_counted_and_added_up(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    file = tmp_path / "build/proven.jsonl"
    assert run(tmp_path, file, "-k", "story") == 0
    assert total(read(file)).holds
    assert run(tmp_path, file, "-n", "2") == 1
    _, stage = read(file)
    assert stage.passed == Counter({"test_some.py::test_a_story_ends_well": 3})
    assert stage.counted == Counter({"test_some.py::test_a_story_ends_well steps": 60})
    assert sorted(stage.failed) == ["test_some.py::test_fails", "test_some.py::test_its_world_does_not_start"]
    assert stage.not_run == ["test_some.py::test_full_disk: Skipped: NOT RUN, no disk"]
    both = total(read(file))
    assert not both.holds
    told = page(both)
    assert "      6  a story ends well  (test_some.py)\n         of that 120 steps\n" in told
    assert "NOT RUN  test_some.py::test_full_disk" in told
    assert " FAILED  test_some.py::test_fails\n" in told
    assert "6 proofs held, 2 failed, 1 were not run" in told


def test_nothing_proven_is_no_success() -> None:
    assert not total([Proven()]).holds
    assert page(Proven()).startswith("0 proofs held")
