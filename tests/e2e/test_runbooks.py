"""The command lines and queries of the runbooks, as they stand there, on a running stack.

`kubectl -n … exec deploy/heli-<service>-worker -- <command>` runs the command in the environment of that service's
program, as kubectl would in its pod's. Every block of a page is either run here, or with the fault present beside, or
named as one that needs a cluster. Each command is a process that takes three seconds of CPU to start, so those run
with `make proof`.
"""

import json
import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from chassis.keyring import KeyRing
from heli_local.running import RunningStack
from heli_local.topology import SERVICES

pytestmark = pytest.mark.e2e

# What runs each page's blocks; what needs a cluster, and who tries it otherwise.
FAULTS = "tests/e2e/test_runbooks_under_faults.py"
HERE = "tests/e2e/test_runbooks.py"
RUN = {
    ("dead-letters.md", "dead-letters list"): FAULTS,
    ("dead-letters.md", "dead-letters redrive"): FAULTS,
    ("lost-stream.md", "refill"): FAULTS,
    ("stuck-relay.md", "refill"): FAULTS,
    ("rotate-keys.md", "rotate-keys"): FAULTS,
    ("back-up-and-restore.md", "pg_basebackup"): HERE,
    ("back-up-and-restore.md", "check-keys"): HERE,
    ("back-up-and-restore.md", "refill"): HERE,
    ("install.md", "printf"): HERE,
    ("partners.md", "partners add"): HERE,
}
ELSEWHERE = {
    ("install.md", "prepare.sql"): "deploy/tests/examples/test_postgresql.py",
    ("install.md", "helm install"): "deploy/tests/chart/test_hooks.py",
}


@pytest.fixture
def shell(stack: RunningStack, tmp_path: Path, pages: Any) -> Any:
    return pages.shell_of(stack, tmp_path)


def test_every_block_that_people_copy_is_tried_somewhere(pages: Any) -> None:
    for block in pages.blocks("sh", "bash"):
        tried = [words for page, words in {*RUN, *ELSEWHERE} if page == block.page and words in block.text]
        assert len(tried) == 1, f"{block.page}: {block.text}"
    for (page, words), path in RUN.items():
        assert f'one("{page}", "{words}")' in (pages.ROOT / path).read_text(), f"nothing in {path} runs {page}: {words}"
    assert [path for path in ELSEWHERE.values() if not (pages.ROOT / path).exists()] == []


@pytest.mark.proof
def test_the_audit_logs_are_proven(shell: Any, pages: Any) -> None:
    for service in SERVICES:
        inside = f"kubectl -n heli exec deploy/heli-{service.short}-worker -- {service.command}"
        said = pages.done(shell.run(f"{inside} verify-audit"))
        assert json.loads(said.splitlines()[-1])["faults"] == []


def test_a_base_backup_is_taken_while_the_stack_works(shell: Any, pages: Any, tmp_path: Path) -> None:
    text = pages.one("back-up-and-restore.md", "pg_basebackup").text.replace("/backup/", f"{tmp_path}/")
    pages.done(shell.run(text))
    (backup,) = tmp_path.glob("2*")
    pages.done(shell.run(f"pg_verifybackup {backup}"))


def test_a_key_ring_is_made(shell: Any, pages: Any, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(pages.done(shell.run(pages.one("install.md", "printf").text)))
    ring = KeyRing.from_file(path)
    assert ring.open(ring.seal(b"words", "context"), "context") == b"words"


@pytest.mark.proof
def test_the_rings_open_what_lies_under_their_keys(shell: Any, pages: Any) -> None:
    said = pages.done(shell.run(pages.one("back-up-and-restore.md", "check-keys").text))
    held = [json.loads(line) for line in said.splitlines()]
    assert held
    assert {one["verdict"] for one in held} == {"opened"}


@pytest.mark.proof
def test_what_was_told_is_told_again_by_every_service(shell: Any, pages: Any) -> None:
    said = pages.done(shell.run(pages.one("back-up-and-restore.md", "refill").text))
    assert re.fullmatch(r"(?:\d+ events will be published again\n){4}", said), said


@pytest.mark.proof
def test_partners_are_made_and_listed(shell: Any, pages: Any) -> None:
    inside = "kubectl -n heli exec deploy/heli-notification-worker -- "
    assert "pool.unit.upserted.v1" in pages.done(shell.run(f"{inside}notification-service partners types"))
    said = shell.run(inside + pages.one("partners.md", "partners add").text.strip())
    assert "Traceback" not in said.stderr
    assert said.returncode == 0, said.stdout + said.stderr


async def test_queries_of_the_runbooks_can_be_asked(stack: RunningStack, pages: Any) -> None:
    found: dict[str, list[Any]] = {}
    for block in pages.blocks("sql"):
        rows = []
        for service in SERVICES:
            connection = await asyncpg.connect(pages.superuser_url(stack, service.short))
            rows += await connection.fetch(block.text)
            await connection.close()
        found[block.page] = rows
    assert set(found) == {"full-disk.md", "stuck-relay.md"}
    assert all(found.values())
    assert len(found["stuck-relay.md"]) >= len(SERVICES)
