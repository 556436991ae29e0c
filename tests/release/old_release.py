"""The programs of an earlier commit, in an environment of their own that uv makes from that commit's own lock."""

import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOW = "fetch the whole history (git fetch --unshallow), or unpack it and say where: HELI_PREVIOUS_RELEASE=/folder"


class NotToBeHad(Exception):
    """Neither this checkout's history nor the caller has the commit; the message says what to do."""


def sources_of(commit: str, folder: Path) -> Path:
    """The tree of a commit below a folder, or the one that HELI_PREVIOUS_RELEASE names."""
    given = os.environ.get("HELI_PREVIOUS_RELEASE")
    if given:
        return Path(given)
    archive = subprocess.run(["git", "-C", ROOT, "archive", commit], capture_output=True, check=False)
    if archive.returncode != 0:
        raise NotToBeHad(f"{commit} is not in this checkout's history: {HOW}")
    sources = folder / "sources"
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as tar:
        tar.extractall(sources, filter="data")
    return sources


def programs_of(commit: str, folder: Path) -> Path:
    """Install the commit's programs as its own lock says; returns the folder of its commands."""
    sources = sources_of(commit, folder)
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "sync", "--quiet", "--frozen", "--all-packages", "--no-dev", "--no-editable"]
    env = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    env |= {"UV_PROJECT_ENVIRONMENT": str(folder / "environment"), "UV_PYTHON": sys.executable}
    done = subprocess.run(command, cwd=sources, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotToBeHad(f"what {commit} needs could not be installed: {done.stderr.strip()}")
    return folder / "environment" / "bin"
