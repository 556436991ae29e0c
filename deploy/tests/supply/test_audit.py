"""`make audit`: pip-audit as it is, asking a service on loopback that knows what the tests say."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from heli_local.supply.audit import LOOKED_AT, Accepted, Asker, ListRefused, NotAudited, audit, judge, read_accepted

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 11, 28)
ACCEPTED = Accepted("idna", "GHSA-test-0001", "only its command line", "tester", TODAY + timedelta(days=30))

LOCK = """version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "anyio"
version = "4.9.0"
source = { registry = "https://example.invalid/simple" }
dependencies = [{ name = "idna" }]
wheels = [{ url = "https://example.invalid/anyio-4.9.0-py3-none-any.whl", hash = "sha256:HASH" }]

[[package]]
name = "idna"
version = "3.10"
source = { registry = "https://example.invalid/simple" }
wheels = [{ url = "https://example.invalid/idna-3.10-py3-none-any.whl", hash = "sha256:HASH" }]

[[package]]
name = "small"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "anyio" }]

[package.metadata]
requires-dist = [{ name = "anyio", specifier = "==4.9.0" }]
"""


class Faults(ThreadingHTTPServer):
    """Speaks OSV: what it knows by package, and what it was asked."""

    known: dict[str, dict[str, Any]]
    asked: list[str]


class Answer(BaseHTTPRequestHandler):
    server: Faults

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name, version = query["package"]["name"], query["version"]
        self.server.asked.append(name)
        known = self.server.known.get(name)
        body = json.dumps({"vulns": [known | _everywhere(name, version)]} if known else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        """Nothing: pytest shows what matters."""


def _everywhere(name: str, version: str) -> dict[str, Any]:
    return {
        "affected": [
            {
                "package": {"name": name, "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9999"}]}],
                "versions": [version],
            }
        ]
    }


def fault(name: str, *aliases: str) -> dict[str, Any]:
    return {"id": name, "aliases": list(aliases), "summary": "of a test", "modified": "2026-11-01T00:00:00Z"}


@pytest.fixture
def service() -> Iterator[Faults]:
    server = Faults(("127.0.0.1", 0), Answer)
    server.known, server.asked = {"flask": fault("PYSEC-2018-66")}, []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project of two packages, locked: as the real one, and quick to ask about."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / LOOKED_AT, tmp_path / LOOKED_AT)
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "small"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["anyio==4.9.0"]\n'
        "[tool.uv]\npackage = false\n"
    )
    (tmp_path / "uv.lock").write_text(LOCK.replace("HASH", "0" * 64))
    return tmp_path


def run(checkout: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("heli"), "audit", *options]
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return subprocess.run(command, cwd=checkout, env=env, capture_output=True, text=True, check=False)


def osv(service: Faults) -> tuple[str, ...]:
    return "--osv-url", f"http://127.0.0.1:{service.server_address[1]}/v1/query"


def test_a_lock_file_without_known_faults_passes(service: Faults, checkout: Path) -> None:
    done = run(checkout, *osv(service))
    assert (done.returncode, done.stdout) == (
        0,
        "2 locked packages asked about, 0 known faults that nobody looked at\n",
    ), done.stderr
    assert service.asked == ["flask", "anyio", "idna"]


def test_a_known_fault_fails_and_is_named_with_what_mends_it(service: Faults, checkout: Path) -> None:
    service.known["idna"] = fault("PYSEC-2026-1", "CVE-2026-0001")
    done = run(checkout, *osv(service))
    assert done.returncode == 1
    assert "KNOWN FAULT  idna 3.10: PYSEC-2026-1, mended in 9999" in done.stdout.splitlines()


def test_a_fault_that_was_looked_at_passes_by_any_of_its_names(service: Faults, checkout: Path) -> None:
    service.known["idna"] = fault("PYSEC-2026-1", "CVE-2026-0001")
    entry = '[[accepted]]\npackage = "idna"\nid = "CVE-2026-0001"\nreason = "unused part"\nby = "tester"\nuntil = {}\n'
    listed = checkout / LOOKED_AT
    verdict_until = {}
    for until in (TODAY, TODAY - timedelta(days=1)):
        listed.write_text(entry.format(until))
        verdict_until[until] = audit(checkout, Asker("osv", osv(service)[1]), TODAY)
    assert [verdict.holds for verdict in verdict_until.values()] == [True, False]
    assert [one.id for one in verdict_until[TODAY - timedelta(days=1)].over] == ["CVE-2026-0001"]


def test_a_service_without_data_is_not_taken_for_safety(service: Faults, checkout: Path) -> None:
    service.known.clear()
    done = run(checkout, *osv(service))
    assert (done.returncode, done.stdout) == (3, "")
    assert "NOT AUDITED, nothing is known: the service knows no fault of flask==0.5" in done.stderr


def test_without_a_network_it_says_so_and_ends_apart(checkout: Path) -> None:
    with socket.socket() as taken:  # bound and not listening: refused at once
        taken.bind(("127.0.0.1", 0))
        done = run(checkout, "--osv-url", f"http://127.0.0.1:{taken.getsockname()[1]}/v1/query")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("NOT AUDITED, nothing is known: ")
    assert "Traceback" not in done.stderr


def test_a_package_nobody_knows_is_no_pass() -> None:
    verdict = judge([{"name": "a", "skip_reason": "not found"}], [], TODAY)
    assert (verdict.holds, verdict.unknown) == (False, ("a",))


def test_another_package_or_another_fault_is_not_covered() -> None:
    found = [{"name": "idna", "version": "3", "vulns": [{"id": "GHSA-test-0002", "aliases": [], "fix_versions": []}]}]
    verdict = judge(found, [ACCEPTED], TODAY)
    assert not verdict.holds
    assert verdict.needless == (ACCEPTED,)
    assert "no release mends it yet" in verdict.lines()[0]


@pytest.mark.parametrize(
    "entry",
    [
        'package = "a"\nid = "X"\nby = "b"\nuntil = 2026-12-01',
        'package = "a"\nid = "X"\nreason = ""\nby = "b"\nuntil = 2026-12-01',
        'package = "a"\nid = "X"\nreason = "r"\nby = "b"\nuntil = "2026-12-01"',
        'package = "a"\nid = "X"\nreason = "r"\nby = "b"\nuntil = 2027-12-01',
        'package = "a"\nid = "X"\nreason = "r"\nby = "b"\nuntil = 2026-12-01\nforever = true',
        "package =",
    ],
)
def test_the_list_is_dated_and_reasoned_or_refused(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "list.toml"
    path.write_text(f"[[accepted]]\n{entry}\n")
    with pytest.raises(ListRefused):
        read_accepted(path, TODAY)


def test_the_list_of_this_checkout_can_be_read() -> None:
    assert all(one.until - TODAY < timedelta(days=3650) for one in read_accepted(ROOT / LOOKED_AT, date(2199, 1, 1)))


def test_a_checkout_without_its_lock_is_not_audited(service: Faults, checkout: Path) -> None:
    (checkout / "uv.lock").unlink()
    with pytest.raises(NotAudited):
        audit(checkout, Asker("osv", osv(service)[1]), TODAY)
