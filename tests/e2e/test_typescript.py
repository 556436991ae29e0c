"""The TypeScript client: generated from the merged API, compiled strictly, and run against a real stack."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from heli_local.running import RunningStack

ROOT = Path(__file__).parents[2]
SDK = ROOT / "sdk" / "typescript"


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client's folder after ``npm ci`` and a strict compilation, outside the checkout."""
    home = tmp_path_factory.mktemp("sdk")
    folder = home / "sdk" / "typescript"
    shutil.copytree(SDK, folder, ignore=shutil.ignore_patterns("node_modules", "dist", "schema.ts"))
    documents = home / "gateway" / "src" / "gateway" / "documents"
    documents.mkdir(parents=True)
    shutil.copy(ROOT / "gateway" / "src" / "gateway" / "documents" / "openapi.json", documents)
    run(folder, "npm", "ci", "--silent", "--no-audit", "--no-fund")
    run(folder, "npm", "run", "--silent", "build")
    return folder


def run(folder: Path, *command: str, **environment: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env={**os.environ, **environment, "PATH": path},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.e2e
def test_the_story_in_typescript_meets_itself(compiled: Path, stack: RunningStack) -> None:
    told = run(compiled, "node", "dist/examples/story.js", HELI=stack.url)
    last = json.loads(told.splitlines()[-1])
    assert last["alerts"] >= 1
    assert "another commission" in told or "meets:" in told
    assert "a notice: overlap_detected" in told
    assert "the alert is resolved" in told
    assert "a consultation:" in told
    assert "the stream says: ready" in told
    assert "a refusal explains itself: 404 not_found" in told


@pytest.mark.e2e
def test_a_refusal_a_repeat_and_a_list_through_the_client(
    compiled: Path, stack: RunningStack, person: Callable[..., dict[str, str]]
) -> None:
    token = person("sdk-typist", "pet-dh", "intake_officer")["Authorization"].removeprefix("Bearer ")
    told = run(compiled, "node", "--test-reporter=tap", "--test", "dist/test/live.js", HELI=stack.url, HELI_TOKEN=token)
    assert "# pass 5" in told, told
