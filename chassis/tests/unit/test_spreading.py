"""Each test of the gate runs once, those on whole platforms on one worker, and long ones begin first."""

import json
import os
import subprocess
import sys
from pathlib import Path

from chassis.testing.spreading import place_of

PLANTED = """
import json, os, pathlib

def test_one(worker_id, request):
    with open(os.environ["TOLD"], "a") as told:
        told.write(json.dumps([worker_id, request.node.nodeid]) + "\\n")
"""
FOLDERS = ("tests/e2e", "a/tests/integration", "a/tests/unit")


def test_platforms_stay_together_and_nothing_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    for folder in FOLDERS:
        (tmp_path / folder).mkdir(parents=True)
        for number in range(3):
            (tmp_path / folder / f"test_{number}.py").write_text(PLANTED)
    plugins = ["-p", "xdist.plugin", "-p", "chassis.testing.spreading", "-p", "no:cacheprovider"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        *plugins,
        "-n",
        "2",
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
    ]
    told = tmp_path / "told"
    environment = {**os.environ, "TOLD": str(told), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = [json.loads(line) for line in told.read_text().splitlines()]
    assert len({test for _, test in ran}) == len(ran) == 9
    assert len({worker for worker, test in ran if test.startswith("tests/e2e/")}) == 1
    assert len({worker for worker, _ in ran}) == 2


def test_the_long_comes_first() -> None:
    asked = ["a/tests/unit/test_x.py::t", "a/tests/integration/test_x.py::t", "tests/e2e/test_x.py::t[a/tests/unit]"]
    assert sorted(asked, key=place_of) == asked[::-1]
