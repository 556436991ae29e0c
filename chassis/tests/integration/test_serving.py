"""One process takes the place of another on an open socket, while callers with kept connections go on."""

import http.client
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from chassis.embedded import ChildProcess
from chassis.embedded.process import wait_until
from chassis.serving import HTTP, READY

PROGRAM = Path(__file__).with_name("served_process.py")
WITHIN_S = 90.0


class Place:
    """A listening socket, and the processes that serve on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self.listener.getsockname()[1]
        self.processes: list[ChildProcess] = []

    def start(self, *arguments: str) -> tuple[ChildProcess, int]:
        """A process, and the end of a pipe on which it says that it is ready."""
        reading, writing = os.pipe()
        process = ChildProcess(
            [sys.executable, PROGRAM, *arguments],
            cwd=self.folder,
            log=self.folder / "log",
            handed={HTTP: self.listener.fileno(), READY: writing},
        )
        os.close(writing)
        self.processes.append(process)
        return process, reading

    def ready(self, *arguments: str) -> ChildProcess:
        process, reading = self.start(*arguments)
        assert select.select([reading], [], [], WITHIN_S)[0], (self.folder / "log").read_text()
        assert os.read(reading, 64) == b"ready\n", (self.folder / "log").read_text()
        os.close(reading)
        return process

    def close(self) -> None:
        for process in self.processes:
            process.stop(signal.SIGKILL)
        self.listener.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


class Callers:
    """Threads that each keep one connection, and open another only when an answer said that it ends."""

    def __init__(self, port: int, count: int) -> None:
        self.answered: list[int] = []
        self.failed: list[str] = []
        self._port = port
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._call) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def _call(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=WITHIN_S)
        while not self._over.is_set():
            try:
                connection.request("GET", "/")
                self.answered.append(int(connection.getresponse().read()))
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(repr(error))
                connection.close()
        connection.close()

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(WITHIN_S)


def test_no_request_fails_while_processes_follow_each_other(place: Place) -> None:
    serving = place.ready()
    callers = Callers(place.port, 8)
    try:
        for _ in range(4):
            successor = place.ready()
            serving.send(signal.SIGTERM)
            assert serving.wait(WITHIN_S) in (0, -signal.SIGTERM)
            seen = len(callers.answered)
            assert wait_until(lambda seen=seen: len(callers.answered) > seen + 16, WITHIN_S)
            assert set(callers.answered[seen + 8 :]) == {successor.pid}
            serving = successor
    finally:
        callers.end()
    assert callers.failed == []
    assert len(set(callers.answered)) == 5


def test_a_process_that_is_not_ready_serves_nobody_and_says_nothing(place: Place, tmp_path: Path) -> None:
    now = tmp_path / "now"
    process, reading = place.start(str(now))
    with socket.create_connection(("127.0.0.1", place.port), timeout=WITHIN_S) as caller:
        caller.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert not select.select([reading, caller], [], [], 1.5)[0]
        now.touch()
        assert os.read(reading, 64) == b"ready\n"
        with caller.makefile("rb") as answer:
            assert answer.read().endswith(str(process.pid).encode())  # it waited, and was not refused
    os.close(reading)


def test_the_pipe_ends_without_a_word_when_the_process_does(place: Place, tmp_path: Path) -> None:
    process, reading = place.start(str(tmp_path / "never"))
    process.send(signal.SIGKILL)
    assert os.read(reading, 64) == b""
    os.close(reading)


def test_callers_that_say_nothing_do_not_hold_up_an_end_for_long(place: Place) -> None:
    process = place.ready()
    with ExitStack() as open_ones:
        silent = [
            open_ones.enter_context(socket.create_connection(("127.0.0.1", place.port), timeout=WITHIN_S))
            for _ in range(3)
        ]
        idle = [http.client.HTTPConnection("127.0.0.1", place.port, timeout=WITHIN_S) for _ in range(3)]
        for caller in idle:  # callers are taken in their order: an answer to these says that the silent ones were
            open_ones.callback(caller.close)
            caller.request("GET", "/")
            assert caller.getresponse().read() == str(process.pid).encode()
        process.send(signal.SIGTERM)
        assert process.wait(WITHIN_S) in (0, -signal.SIGTERM)
        assert [caller.recv(10) for caller in silent] == [b""] * len(silent)
        assert [caller.sock.recv(10) for caller in idle] == [b""] * len(idle)
