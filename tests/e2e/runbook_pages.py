"""The operators' pages as tests read them: their blocks, and a shell in which people would run them."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from chassis.embedded.postgres import binary_folder
from heli_local.running import RunningStack
from heli_local.topology import SERVICES

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
KUBECTL = """#!{python}
import json, os, re, sys
found = re.fullmatch(r"-n heli exec deploy/heli-([a-z]+)-(?:worker|api) -- (.+)", " ".join(sys.argv[1:]))
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


def superuser_url(stack: RunningStack, database: str = "postgres") -> str:
    server = json.loads((stack.home / "postgres" / "server.json").read_text())
    return f"postgresql://postgres:{server['passwords']['postgres']}@127.0.0.1:{server['port']}/{database}"


def done(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def shell_of(stack: RunningStack, folder: Path) -> Shell:
    """A shell whose kubectl reaches the programs of a stack that run now."""
    pids = stack.pids()
    known = {service.short: pids[service.command] for service in SERVICES}
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    kubectl = folder / "kubectl"
    kubectl.write_text(KUBECTL.format(python=sys.executable, pids=json.dumps(known), path=path))
    kubectl.chmod(0o755)
    return Shell(folder, superuser_url(stack))
