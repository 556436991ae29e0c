"""Child processes that never outlive their parent, folders held by one owner at a time, and free ports."""

import contextlib
import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

LAUNCHER = Path(__file__).with_name("launch.py")
# Below Linux's range for outgoing connections (32768-60999), so that no client socket takes a port between the moment
# it is chosen and the moment its server binds it.
PORTS = range(20000, 32000)
POLL_S = 0.02
FORCED_S = 1.0


class EmbeddedServerError(RuntimeError):
    """A child server could not be started or stopped; the message is meant for the person at the keyboard."""


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could bind the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_port(preferred: int = 0) -> int:
    """A TCP port free on loopback now: the preferred one where it is free, else any of PORTS."""
    with reserve_port(preferred) as reservation:
        return int(reservation.getsockname()[1])


def reserve_port(preferred: int = 0) -> socket.socket:
    """A socket bound to a free port, the preferred one where that is free; keep it open while the port is to be ours.

    It does not listen, so a child can serve on the port (servers bind with SO_REUSEADDR), but nobody else who asks
    here gets it: two stacks that start in the same moment do not choose the same port.
    """
    for _ in range(200):
        reservation = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if preferred:  # closed connections of its last owner may linger on it
                reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            reservation.bind(("127.0.0.1", preferred or random.choice(PORTS)))  # noqa: S311 - not a secret
        except OSError:
            reservation.close()
            preferred = 0
        else:
            reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            return reservation
    raise EmbeddedServerError(f"no free TCP port found on 127.0.0.1 between {PORTS.start} and {PORTS.stop - 1}")


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Poll until the condition holds; False when the time is over."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


class FolderLock:
    """Holds a folder for this process. The kernel releases it with the process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Raise EmbeddedServerError when another live process holds the folder."""
        file = self._path.open("a+", encoding="ascii")
        if not wait_until(lambda: _flock(file, fcntl.LOCK_EX), 0.5):  # is_held() may look at it right now
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise EmbeddedServerError(f"{self._path.parent} is in use by process {holder}")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def is_held(self) -> bool:
        """Whether a live process holds the folder, without taking it."""
        try:
            with self._path.open(encoding="ascii") as file:
                return not _flock(file, fcntl.LOCK_SH)
        except FileNotFoundError:
            return False

    def is_in_place(self) -> bool:
        """Whether the folder still is where it was when it was taken: not deleted, moved or replaced since."""
        try:
            return self._file is not None and os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())
        except OSError:
            return False

    def release(self) -> None:
        """Let go. Safe to call twice."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _flock(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def processes_at_work_in(folder: Path, names: frozenset[str]) -> list[int]:
    """Pids of programs with one of the names whose working directory lies in the folder. Linux; elsewhere empty."""
    found: list[int] = []
    root = str(folder.resolve())
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended while we looked, or it belongs to somebody else
            work = os.readlink(entry / "cwd").removesuffix(" (deleted)")
            name = (entry / "comm").read_text().strip()
            if (work == root or work.startswith(root + "/")) and name in names:
                found.append(int(entry.name))
    return found


def end_leftovers(folder: Path, names: frozenset[str], timeout_s: float = 10.0) -> None:
    """End what a killed owner of the folder left running there; the caller holds the folder's lock."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in processes_at_work_in(folder, names):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if wait_until(lambda: not processes_at_work_in(folder, names), timeout_s / 2):
            return
    raise EmbeddedServerError(f"a process left over in {folder} does not end: {processes_at_work_in(folder, names)}")


class ChildProcess:
    """One program in a session of its own: Ctrl-C in the terminal does not reach it, the end of its parent does."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        log: Path,
        env: Mapping[str, str] | None = None,
        account: str = "same",
        on_parent_death: signal.Signals = signal.SIGKILL,
        handed: Mapping[str, int] | None = None,
    ) -> None:
        """Start it. `log` is appended to; `account` as in launch.py; `env` None passes only what finds programs.

        `handed` are open descriptors by name, which the program finds as sd_listen_fds(3) has them.
        """
        self.name = Path(command[0]).name
        handed = handed or {}
        names = ",".join(f"{name}={number}" for name, number in handed.items())
        whose = (str(os.getpid()), str(int(on_parent_death)), account, names)
        launch = [sys.executable, "-I", "-S", str(LAUNCHER), *whose]
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [*launch, *map(str, command)],
                cwd=cwd,
                env=dict(env) if env is not None else plain_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=tuple(handed.values()),
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        return self._popen.poll()

    def is_alive(self) -> bool:
        return self.returncode is None

    def wait(self, timeout_s: float) -> int:
        """Exit code of a program that ends by itself; raises EmbeddedServerError when it does not in time."""
        try:
            return self._popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise EmbeddedServerError(f"{self.name} did not end within {timeout_s:g} s") from None

    def send(self, number: signal.Signals) -> None:
        """Signal the program alone. Nothing happens when it has ended."""
        self._popen.send_signal(number)

    def end_group(self) -> None:
        """Kill whatever the program started and left behind in its session."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)

    def stop(
        self,
        number: signal.Signals = signal.SIGTERM,
        timeout_s: float = 8.0,
        force: signal.Signals = signal.SIGKILL,
    ) -> None:
        """Ask it to end, then force it, then kill it; returns when it and its group are gone."""
        for step, patience_s in ((number, timeout_s), (force, FORCED_S), (signal.SIGKILL, None)):
            if not self.is_alive():
                break
            self.send(step)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(patience_s)
        self.end_group()


def plain_environment() -> dict[str, str]:
    """Just enough of the environment for a C program to find its libraries and temporary folder."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZDIR") if name in os.environ}
    return kept | {"LC_ALL": "C"}


def log_tail(log: Path, lines: int = 8) -> str:
    """The last lines of a child's log, for an error message."""
    with contextlib.suppress(FileNotFoundError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    return ""


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A temporary folder any account may pass through, removed at the end; leftovers of killed owners go too."""
    import shutil
    import tempfile

    root = Path(tempfile.gettempdir())
    for stale in root.glob("heli-scratch-*"):
        with contextlib.suppress(OSError, EmbeddedServerError):  # somebody else's, or in use
            if time.time() - stale.stat().st_mtime < 60:  # perhaps just made and not locked yet
                continue
            lock = FolderLock(stale)
            lock.acquire()
            shutil.rmtree(stale, ignore_errors=True)
            lock.release()
    folder = Path(tempfile.mkdtemp(prefix="heli-scratch-"))
    folder.chmod(0o711)
    lock = FolderLock(folder)
    lock.acquire()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
