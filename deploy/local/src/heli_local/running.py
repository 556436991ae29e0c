"""A stack as a process of its own: for end-to-end tests, fault tests and benchmarks."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heli_local.home import StackError

HELI = Path(sys.executable).with_name("heli")
START_S, STOP_S = 120, 15


@dataclass
class RunningStack:
    """A ``heli run`` of its own, in a process group of its own."""

    home: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait for the ready line."""
        environment = {**os.environ, **self.environment, "HELI_HOME": str(self.home), "HELI_PORT": str(self.port)}
        self.process = subprocess.Popen(
            [HELI, "run"],
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
        assert self.process.stdout is not None
        self.output.append(self.process.stdout.read())
        self.process.stdout.close()
        return code

    def status(self) -> dict[str, Any]:
        """What ``heli status`` says."""
        done = subprocess.run(
            [HELI, "status", "--json", "--home", str(self.home)], capture_output=True, text=True, check=False
        )
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def pids(self) -> dict[str, int]:
        """Process ids by name."""
        return {name: int(pid) for name, pid in self.status()["processes"].items()}

    def kill(self, name: str) -> None:
        """SIGKILL one process."""
        os.kill(self.pids()[name], signal.SIGKILL)
