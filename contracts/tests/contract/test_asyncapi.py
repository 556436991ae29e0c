"""The document of all events, judged by the parser of those who write the specification."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PARSER = Path(__file__).resolve().parents[1] / "asyncapi"
DOCUMENT = Path(__file__).resolve().parents[2] / "asyncapi.json"
Judge = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """``judge(document)`` → ``{"isValid", "findings": [{"code", "severity", "path"}]}``; severity 0 is an error."""
    folder = tmp_path_factory.mktemp("asyncapi")
    shutil.copytree(PARSER, folder, ignore=shutil.ignore_patterns("node_modules"), dirs_exist_ok=True)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")

    def judged(document: dict[str, Any]) -> dict[str, Any]:
        (folder / "document.json").write_text(json.dumps(document))
        said: dict[str, dict[str, Any]] = json.loads(run("node", "validate.js", "document.json"))
        return said["document.json"]

    return judged


def test_the_document_is_valid_and_a_broken_one_is_not(judge: Judge) -> None:
    document = json.loads(DOCUMENT.read_text())
    said = judge(document)
    assert said["isValid"]
    # A later minor version of the specification is all that may be advised.
    assert [one for one in said["findings"] if one["code"] != "asyncapi-latest-version"] == []
    name = next(iter(document["channels"]))
    document["channels"][name]["messages"]["event"]["$ref"] = "#/components/messages/nothing"
    document["operations"][f"emit:{name}"]["action"] = "publish"
    broken = judge(document)
    assert not broken["isValid"]
    assert {0} <= {one["severity"] for one in broken["findings"]}
