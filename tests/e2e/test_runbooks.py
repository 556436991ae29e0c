"""The command lines and queries of the runbooks, as they stand there, on a running stack.

`kubectl -n … exec deploy/heli-<service>-worker -- <command>` runs the command in the environment of that service's
program, as kubectl would in its pod's. Every block of a page is either run here or named as one that needs a cluster.
Each command is a process that takes three seconds of CPU to start, so those run with `make proof`.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from chassis.embedded.postgres import binary_folder
from chassis.keyring import KeyRing
from heli_local.running import RunningStack
from heli_local.topology import SERVICES

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
KUBECTL = """#!{python}
import json, os, re, sys
found = re.fullmatch(r"-n heli exec deploy/heli-([a-z]+)-worker -- (.+)", " ".join(sys.argv[1:]))
if found is None:
    sys.exit("this needs a cluster: " + " ".join(sys.argv[1:]))
place = sys.argv.index("--") + 1
with open("/proc/%d/environ" % json.loads({pids!r})[found[1]], "rb") as file:
    env = dict(one.split(b"=", 1) for one in file.read().split(b"\\0") if b"=" in one)
os.execvpe(sys.argv[place], sys.argv[place:], env | {{b"PATH": {path!r}.encode()}})
"""


@dataclass(frozen=True)
class Block:
    """A piece of a page that people copy."""

    page: str
    language: str
    text: str


def blocks(*languages: str) -> list[Block]:
    found = []
    for path in sorted((ROOT / "docs/operators").glob("*.md")):
        for indent, language, text in BLOCK.findall(path.read_text()):
            lines = [line.removeprefix(indent) for line in text.splitlines()]
            if language in languages:
                found.append(Block(path.name, language, "\n".join(lines) + "\n"))
    return found


def one(page: str, beginning: str) -> Block:
    """The only block of a page that holds these words."""
    (found,) = [block for block in blocks("sh", "bash") if block.page == page and beginning in block.text]
    return found


@dataclass
class Shell:
    """Bash with the stack's programs, PostgreSQL's, and a kubectl that knows one verb."""

    folder: Path
    superuser_url: str

    def run(self, text: str) -> subprocess.CompletedProcess[str]:
        env = {
            "PATH": f"{self.folder}:{Path(sys.executable).parent}:{binary_folder()}:{os.environ['PATH']}",
            "SUPERUSER_URL": self.superuser_url,
            "USER": "somebody",
        }
        command = ["bash", "-euo", "pipefail", "-c", text]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)


@pytest.fixture
def shell(stack: RunningStack, tmp_path: Path) -> Shell:
    pids = stack.pids()
    known = {service.short: pids[service.command] for service in SERVICES}
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(KUBECTL.format(python=sys.executable, pids=json.dumps(known), path=path))
    kubectl.chmod(0o755)
    return Shell(tmp_path, superuser_url(stack))


def superuser_url(stack: RunningStack, database: str = "postgres") -> str:
    server = json.loads((stack.home / "postgres" / "server.json").read_text())
    return f"postgresql://postgres:{server['passwords']['postgres']}@127.0.0.1:{server['port']}/{database}"


def done(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


# What each page's blocks are run by; what needs a cluster, and who tries it otherwise.
RUN = {
    ("dead-letters.md", "dead-letters list"),
    ("dead-letters.md", "dead-letters redrive"),
    ("lost-stream.md", "refill"),
    ("stuck-relay.md", "refill"),
    ("rotate-keys.md", "rotate-keys"),
    ("back-up-and-restore.md", "pg_basebackup"),
    ("install.md", "printf"),
    ("partners.md", "partners add"),
}
ELSEWHERE = {
    ("install.md", "prepare.sql"): "deploy/tests/examples/test_postgresql.py",
    ("install.md", "helm install"): "deploy/tests/chart/test_hooks.py",
}


def test_every_block_that_people_copy_is_tried_somewhere() -> None:
    for block in blocks("sh", "bash"):
        tried = [words for page, words in {*RUN, *ELSEWHERE} if page == block.page and words in block.text]
        assert len(tried) == 1, f"{block.page}: {block.text}"
    assert [path for path in ELSEWHERE.values() if not (ROOT / path).exists()] == []


@pytest.mark.proof
def test_dead_letters_are_listed_and_applied_again(shell: Shell) -> None:
    listed = done(shell.run(one("dead-letters.md", "dead-letters list").text))
    assert 17 not in [json.loads(line)["id"] for line in listed.splitlines()]
    redriven = shell.run(one("dead-letters.md", "dead-letters redrive").text)
    assert redriven.returncode == 1, "there are no letters 17 and 18"
    assert "17" in redriven.stdout + redriven.stderr
    assert "Traceback" not in redriven.stderr


@pytest.mark.proof
@pytest.mark.parametrize("page", ["lost-stream.md", "stuck-relay.md"])
def test_a_stream_is_filled_again(page: str, shell: Shell) -> None:
    said = done(shell.run(one(page, "refill").text))
    assert len(said.split()) >= 1
    assert "Traceback" not in said


@pytest.mark.proof
def test_keys_are_rotated(shell: Shell) -> None:
    pages = [block for block in blocks("sh", "bash") if block.page == "rotate-keys.md" and "rotate-keys" in block.text]
    assert pages
    for block in pages:
        reports = [json.loads(line) for line in done(shell.run(block.text)).splitlines() if line.startswith("{")]
        assert reports
        assert all(report["remaining"] == 0 for report in reports)


@pytest.mark.proof
def test_the_audit_logs_are_proven(shell: Shell) -> None:
    for service in SERVICES:
        inside = f"kubectl -n heli exec deploy/heli-{service.short}-worker -- {service.command}"
        said = done(shell.run(f"{inside} verify-audit"))
        assert json.loads(said.splitlines()[-1])["faults"] == []


def test_a_base_backup_is_taken_while_the_stack_works(shell: Shell, tmp_path: Path) -> None:
    text = one("back-up-and-restore.md", "pg_basebackup").text.replace("/backup/", f"{tmp_path}/")
    done(shell.run(text))
    (backup,) = tmp_path.glob("2*")
    done(shell.run(f"pg_verifybackup {backup}"))


def test_a_key_ring_is_made(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(done(shell.run(one("install.md", "printf").text)))
    ring = KeyRing.from_file(path)
    assert ring.open(ring.seal(b"words", "context"), "context") == b"words"


@pytest.mark.proof
def test_partners_are_made_and_listed(shell: Shell) -> None:
    inside = "kubectl -n heli exec deploy/heli-notification-worker -- "
    assert "pool.unit.upserted.v1" in done(shell.run(f"{inside}notification-service partners types"))
    said = shell.run(inside + one("partners.md", "partners add").text.strip())
    assert "Traceback" not in said.stderr
    assert said.returncode == 0, said.stdout + said.stderr


async def test_queries_of_the_runbooks_can_be_asked(stack: RunningStack) -> None:
    found: dict[str, list[Any]] = {}
    for block in blocks("sql"):
        rows = []
        for service in SERVICES:
            connection = await asyncpg.connect(superuser_url(stack, service.short))
            rows += await connection.fetch(block.text)
            await connection.close()
        found[block.page] = rows
    assert set(found) == {"full-disk.md", "stuck-relay.md"}
    assert all(found.values())
    assert len(found["stuck-relay.md"]) >= len(SERVICES)
