"""`helm test`'s script against a stand-in for the gateway: content with a good one, and it finds each fault."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

GOOD = {
    "/readyz": (200, b'{"status": "ready"}'),
    "/v1/openapi.json": (200, b'{"paths": {"/v1/clues": {}}}'),
    "/v1/clues": (401, b"{}"),
    "/dev/token": (404, b"{}"),
}


@contextmanager
def gateway(answers: dict[str, tuple[int, bytes]]) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers[self.path]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run(root: Path, url: str) -> subprocess.CompletedProcess[str]:
    script = (root / "deploy/chart/files/smoke.py").read_text()
    return subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=False, timeout=120)


def test_a_good_gateway_passes(root: Path) -> None:
    with gateway(GOOD) as url:
        done = run(root, url)
    assert done.returncode == 0, done.stderr
    assert "ready" in done.stdout


@pytest.mark.parametrize(
    "fault",
    [
        {"/readyz": (503, b'{"failing": ["clue"]}')},
        {"/v1/openapi.json": (500, b"")},
        {"/v1/openapi.json": (200, b'{"paths": {}}')},
        {"/v1/clues": (200, b"[]")},
        {"/dev/token": (200, b"{}")},
    ],
    ids=["a service is not ready", "no document", "an empty document", "open to strangers", "development routes"],
)
def test_each_fault_is_found(root: Path, fault: dict[str, tuple[int, bytes]]) -> None:
    with gateway(GOOD | fault) as url:
        assert run(root, url).returncode != 0


def test_a_gateway_that_is_not_there_is_found(root: Path) -> None:
    assert run(root, "http://127.0.0.1:9").returncode != 0
