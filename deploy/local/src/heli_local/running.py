"""A stack as a process of its own: for end-to-end tests, fault tests and benchmarks."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heli_local.home import StackError

HELI = Path(sys.executable).with_name("heli")
START_S, STOP_S = 300, 60


@dataclass
class RunningStack:
    """A ``heli run`` of its own, in a process group of its own."""

    home: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    heli: Path = HELI
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)
    _reader: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait for the ready line."""
        environment = {**os.environ, **self.environment, "HELI_HOME": str(self.home), "HELI_PORT": str(self.port)}
        self.process = subprocess.Popen(
            [self.heli, "run"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        deadline = time.monotonic() + START_S
        for line in self.process.stdout:
            self.output.append(line)
            if "ready" in line and self.url in line:
                self._reader = threading.Thread(target=self._read_on, daemon=True)
                self._reader.start()
                return
            if time.monotonic() > deadline:
                break
        message = "the stack did not become ready:\n" + "".join(self.output)
        raise StackError(message)

    def stop(self, signum: int = signal.SIGTERM) -> int:
        """Stop it and return the exit code."""
        assert self.process is not None
        self.process.send_signal(signum)
        code = self.process.wait(STOP_S)
        if self._reader is not None:
            self._reader.join(STOP_S)
        return code

    def _read_on(self) -> None:
        """Take what it says until it ends: a full pipe would stop the stack."""
        assert self.process is not None
        assert self.process.stdout is not None
        with self.process.stdout as said:
            self.output.extend(said)

    def status(self) -> dict[str, Any]:
        """What ``heli status`` says."""
        done = subprocess.run(
            [self.heli, "status", "--json", "--home", str(self.home)], capture_output=True, text=True, check=False
        )
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def pids(self) -> dict[str, int]:
        """Process ids by name."""
        return {name: int(pid) for name, pid in self.status()["processes"].items()}

    def kill(self, name: str) -> None:
        """SIGKILL one process, once it runs: it may have been killed a moment ago and not be back yet."""
        deadline = time.monotonic() + START_S
        while True:
            try:
                os.kill(self.pids()[name], signal.SIGKILL)
            except (KeyError, ProcessLookupError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return
