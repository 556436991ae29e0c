"""The gateway's image, built and run as the chart runs it. Needs podman and a base image to build on.

`make proof` runs it. HELI_PYTHON_IMAGE names another base, such as one of your own registry.
"""

import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from chassis.embedded.process import free_port

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "localhost/heli/gateway:test"
BUILD_S = 900
READY_S = 60
# As in deploy/chart/templates/_pods.tpl.
LIKE_THE_CHART = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp", "--memory=512m")

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def podman() -> str:
    program = shutil.which("podman")
    if program is None:
        pytest.skip("NOT RUN, building and running an image: podman is not installed")
    return program


def run(*command: str, within: float = 60) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=within)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout.strip()


@pytest.fixture(scope="module")
def image(podman: str) -> str:
    base = os.environ.get("HELI_PYTHON_IMAGE")
    options = ["--build-arg", f"PYTHON_IMAGE={base}", "--pull=never"] if base else []
    extra = os.environ.get("HELI_BUILD_OPTIONS", "").split()
    run(podman, "build", *options, *extra, "-f", "gateway/Dockerfile", "-t", IMAGE, ".", within=BUILD_S)
    return IMAGE


@pytest.fixture
def container(podman: str, image: str) -> Iterator[tuple[str, int]]:
    port = free_port()
    settings = ["HELI_BIND_HOST=0.0.0.0", "HELI_ISSUER=https://identity.example.org", f"HELI_BIND_PORT={port}"]
    env = [part for one in settings for part in ("--env", one)]
    name = run(podman, "run", "--detach", "--network=host", *LIKE_THE_CHART, *env, image)
    yield name, port
    run(podman, "rm", "--force", "--time=0", name)


def wait_for(url: str) -> int:
    deadline = time.monotonic() + READY_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return int(answer.status)
        except OSError:
            if time.monotonic() > deadline:
                raise


def test_it_serves_as_an_ordinary_user_on_a_root_that_cannot_be_written(
    podman: str, container: tuple[str, int]
) -> None:
    name, port = container
    assert wait_for(f"http://127.0.0.1:{port}/livez") == 200
    assert run(podman, "exec", name, "python", "-c", "import os; print(os.getuid(), os.getgid())") == "10001 10001"
    refused = subprocess.run(
        [podman, "exec", name, "python", "-c", "open('/opt/heli/x', 'w')"], capture_output=True, text=True, check=False
    )
    assert "Read-only file system" in refused.stderr
    run(podman, "exec", name, "python", "-c", "open('/tmp/x', 'w')")
    assert run(podman, "exec", name, "sh", "-c", "ls /src 2>/dev/null | wc -l") == "0"


def test_it_ends_in_order_when_told_to(podman: str, container: tuple[str, int]) -> None:
    name, port = container
    wait_for(f"http://127.0.0.1:{port}/livez")
    run(podman, "stop", "--time=20", name)
    assert run(podman, "inspect", "--format", "{{.State.ExitCode}}", name) == "0"
