"""The supervisor with real PostgreSQL, NATS and issuer around stand-ins for services and gateway."""

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from chassis.embedded.process import free_port, scratch_folder, wait_until

STANDIN = Path(__file__).with_name("standin_stack.py")
NAMES = {
    "postgres",
    "nats",
    "issuer",
    "clue-service",
    "personnel-pool-service",
    "inspection-service",
    "notification-service",
    "gateway",
}
START_S = 180.0
STOP_S = 30.0
"""It kills what has not ended after 8 s; the rest is what a loaded machine needs to start its own end."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with scratch_folder() as made:
        yield made


@pytest.fixture(scope="module")
def home(folder: Path) -> Path:
    """One home for all tests that start and stop: only the first start has to make databases."""
    return folder / "home"


class Running:
    """A `heli run` in a process group of its own, as a terminal would start it."""

    def __init__(self, folder: Path, home: Path, port: int, command: list[str] | None = None) -> None:
        self.home = home
        self.port = port
        self.output = folder / f"output-{port}"
        with self.output.open("wb") as output:
            self.popen = subprocess.Popen(
                command or [sys.executable, str(STANDIN), str(folder / "bin"), "run"],
                env=os.environ | {"HELI_HOME": str(home), "HELI_PORT": str(port), "HELI_DEMO": "0"},
                cwd=Path(__file__).parents[4],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.output.read_text()

    def wait_ready(self) -> None:
        line = f"Heli is ready: http://127.0.0.1:{self.port}"
        assert wait_until(lambda: line in self.said() or self.popen.poll() is not None, START_S), self.said()
        assert line in self.said(), self.said()

    def status(self) -> dict[str, Any]:
        command = [sys.executable, "-m", "heli_local.main", "status", "--home", str(self.home), "--json"]
        answer: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        return answer

    def processes(self) -> dict[str, int]:
        """What the supervisor wrote down last; cheaper than asking `heli status`."""
        noted: dict[str, int] = json.loads((self.home / "stack.json").read_text())["processes"]
        return noted

    def wait_ended(self, within_s: float) -> float:
        """Wait for the end; returns how long it took."""
        started = time.monotonic()
        self.popen.wait(within_s)
        return time.monotonic() - started

    def left_over(self) -> list[str]:
        """Command lines of processes that still work in the data folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.readlink(entry / "cwd").startswith(str(self.home)):
                    found.append((entry / "cmdline").read_text().replace("\0", " "))
        return found


Start = Callable[..., Running]


def has_ended(running: Running) -> bool:
    return not running.left_over()


@pytest.fixture
def start(folder: Path, home: Path) -> Iterator[Start]:
    started: list[Running] = []

    def make(*, port: int = 0, at: Path = home, command: list[str] | None = None) -> Running:
        started.append(Running(folder, at, port or free_port(), command))
        return started[-1]

    yield make
    for running in started:
        if running.popen.poll() is None:
            running.popen.terminate()
            running.popen.wait(STOP_S + 5)
    for running in started:
        # A refused second run shares the home of the one that goes on.
        if running.popen.returncode != 1:
            assert wait_until(partial(has_ended, running), 60), running.left_over()


@pytest.fixture(scope="module")
def shared(folder: Path) -> Iterator[Running]:
    """A stack that runs through the tests which leave it running."""
    running = Running(folder, folder / "shared", free_port())
    running.wait_ready()
    yield running
    running.popen.terminate()
    running.popen.wait(STOP_S + 5)


def served(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
        return bool(answer.status == 200)
    return False


def test_one_ready_line_then_sigterm_ends_everything_and_a_second_start_is_the_same_stack(start: Start) -> None:
    first = start()
    first.wait_ready()
    status = first.status()
    assert status["processes"].keys() == NAMES
    assert first.said().count("Heli is ready") == 1
    secrets = {path.name: path.read_text() for path in (first.home / "secrets").iterdir()}
    first.popen.terminate()
    assert first.wait_ended(STOP_S) < STOP_S
    assert first.popen.returncode == 0
    assert first.left_over() == []
    second = start(port=first.port)
    second.wait_ready()
    assert second.status()["ports"] == status["ports"]
    assert {path.name: path.read_text() for path in (first.home / "secrets").iterdir()} == secrets


def test_ctrl_c_in_the_terminal_ends_everything(start: Start) -> None:
    running = start()
    running.wait_ready()
    os.killpg(running.popen.pid, signal.SIGINT)
    running.wait_ended(STOP_S)
    assert running.left_over() == []


def test_sigterm_while_it_starts_ends_everything(start: Start, folder: Path) -> None:
    running = start(at=folder / "interrupted")
    assert wait_until(lambda: "preparing databases" in running.said(), START_S)
    running.popen.terminate()
    running.wait_ended(STOP_S)
    assert running.left_over() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_make_run_stops_when_make_alone_is_told_to(folder: Path, start: Start, number: signal.Signals) -> None:
    """SIGTERM goes to make alone; Ctrl-C goes to make and all it started."""
    heli = folder / "make-bin" / "heli"
    heli.parent.mkdir(exist_ok=True)
    words = (sys.executable, STANDIN, folder / "bin")
    heli.write_text(f'#!/bin/sh\nexec {" ".join(shlex.quote(str(word)) for word in words)} "$@"\n')
    heli.chmod(0o755)
    running = start(command=["make", "-o", ".venv/.installed", f"BIN={heli.parent}", "run"])
    running.wait_ready()
    if number == signal.SIGTERM:
        running.popen.terminate()
    else:
        os.killpg(running.popen.pid, number)
    running.wait_ended(STOP_S)
    assert running.left_over() == []


def test_killed_supervisor_takes_its_children_along_and_the_next_start_works(start: Start) -> None:
    first = start()
    first.wait_ready()
    first.popen.kill()
    first.popen.wait()
    assert wait_until(lambda: not first.left_over(), 5), first.left_over()  # their worker processes too
    second = start(port=first.port)
    second.wait_ready()
    assert second.status()["processes"].keys() == NAMES


@pytest.mark.parametrize("name", ["postgres", "nats", "issuer", "clue-service", "gateway"])
def test_child_that_is_killed_comes_back_at_the_same_address(shared: Running, name: str) -> None:
    running = shared
    before = running.status()
    os.kill(before["processes"][name], signal.SIGKILL)
    assert wait_until(lambda: running.processes().get(name) not in (None, before["processes"][name]), 15)
    after = running.status()
    assert after["ports"] == before["ports"]
    assert {key: pid for key, pid in after["processes"].items() if key != name} == {
        key: pid for key, pid in before["processes"].items() if key != name
    }
    assert wait_until(lambda: served(running.port), 10)


def restarted(running: Running, *names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "heli_local.main", "restart", "--home", str(running.home), *names]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=START_S)


def test_restart_replaces_every_program_at_its_address_and_no_server(shared: Running) -> None:
    before = shared.status()
    done = restarted(shared)
    assert done.returncode == 0, done.stderr
    after = shared.status()
    assert after["ports"] == before["ports"]
    assert after["processes"].keys() == NAMES
    kept = {name for name, pid in after["processes"].items() if before["processes"][name] == pid}
    assert kept == {"postgres", "nats"}
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        *sorted(NAMES - kept - {"gateway", "issuer"}),
        "gateway",
        "issuer",
    ]
    assert served(shared.port)
    assert wait_until(
        lambda: (
            not (set(before["processes"].values()) - {after["processes"][name] for name in kept}) & pids_at_work(shared)
        ),
        5,
    )


def pids_at_work(running: Running) -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(entry / "cwd").startswith(str(running.home)):
                found.add(int(entry.name))
    return found


def test_successor_that_does_not_become_ready_leaves_all_as_it_was(shared: Running) -> None:
    before = shared.status()
    obstacle = shared.home / "run" / "clue-service" / "never-ready"
    obstacle.touch()
    refused = restarted(shared, "clue-service")
    obstacle.unlink()
    assert refused.returncode == 1
    assert "the new clue-service does not become ready" in refused.stderr
    assert shared.status()["processes"] == before["processes"]
    assert restarted(shared, "clue-service").returncode == 0


def test_restart_refuses_what_it_does_not_know_and_whom_it_does_not_know(shared: Running, folder: Path) -> None:
    refused = restarted(shared, "postgres")
    assert (refused.returncode, "no program is called postgres" in refused.stderr) == (1, True)
    before = shared.processes()
    control = json.loads((shared.home / "stack.json").read_text())["control"]
    for line in (b'{"secret": "guess", "restart": []}\n', b"nonsense\n", b"{}\n"):
        with socket.create_connection(("127.0.0.1", control["port"]), timeout=10) as stranger:
            stranger.sendall(line)
            assert stranger.recv(100) == b""
    assert shared.processes() == before
    nothing = subprocess.run(
        [sys.executable, "-m", "heli_local.main", "restart", "--home", str(folder / "nowhere")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (nothing.returncode, "nothing runs on" in nothing.stderr) == (1, True)


@pytest.mark.parametrize("fate", ["deleted", "moved"])
def test_stack_whose_folder_is_gone_stops_by_itself_and_soon(start: Start, folder: Path, fate: str) -> None:
    running = start(at=folder / f"to-be-{fate}")
    running.wait_ready()
    pids = set(running.processes().values())
    if fate == "moved":
        running.home.rename(folder / "elsewhere")
    else:
        subprocess.run(["/bin/rm", "-rf", str(running.home)], check=False)  # servers may write meanwhile
    running.wait_ended(2 * STOP_S)
    assert "was deleted, moved or replaced" in running.said()
    assert wait_until(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()], 60)
    assert not (running.home / "stack.json").exists()


def test_two_stacks_run_side_by_side(start: Start, shared: Running) -> None:
    second = start()
    second.wait_ready()
    assert set(second.status()["ports"].values()).isdisjoint(shared.status()["ports"].values())
    second.popen.terminate()
    second.wait_ended(STOP_S)
    assert served(shared.port)


def test_second_run_on_the_same_home_is_refused(start: Start, shared: Running) -> None:
    second = start(at=shared.home)
    assert second.popen.wait(START_S) == 1
    assert f"in use by process {shared.popen.pid}" in second.said()
    assert "HELI_HOME" in second.said()
    assert served(shared.port)


def test_busy_port_is_refused_by_name_and_nothing_is_left(start: Start) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as busy:
        running = start(port=busy.getsockname()[1])
        assert running.popen.wait(START_S) == 1
        assert f"port {running.port} on 127.0.0.1 is in use" in running.said()
        assert "HELI_PORT" in running.said()
        assert "Traceback" not in running.said()


def test_home_that_cannot_be_made_is_refused_in_one_sentence(start: Start, folder: Path) -> None:
    (folder / "file").write_text("in the way")
    running = start(at=folder / "file" / "home")
    assert running.popen.wait(START_S) == 1
    assert "cannot use the folder" in running.said()
    assert "Traceback" not in running.said()


def test_clean_refuses_while_running_and_then_deletes(start: Start, folder: Path) -> None:
    running = start(at=folder / "interrupted")
    running.wait_ready()
    command = [sys.executable, "-m", "heli_local.main", "clean", "--home", str(running.home)]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (refused.returncode, "stop that stack first" in refused.stderr) == (1, True)
    running.popen.terminate()
    running.wait_ended(STOP_S)
    subprocess.run(command, check=True)
    assert not running.home.exists()


def test_secrets_are_for_their_owner_only_and_no_log_holds_one(shared: Running) -> None:
    running, home = shared, shared.home
    for path in (*(home / "secrets").iterdir(), home / "postgres" / "server.json", home / "nats" / "server.json"):
        assert path.stat().st_mode & 0o077 == 0, path
    passwords = json.loads((home / "postgres" / "server.json").read_text())["passwords"].values()
    logs = "".join(path.read_text() for path in (home / "logs").iterdir()) + running.said()
    assert not [secret for secret in passwords if secret in logs]
