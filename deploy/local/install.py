# ruff: noqa: INP001, T201 - a script of its own that starts fixed commands and talks to a terminal
"""Prepares .venv: `python3 install.py <stamp>`, run by make with whatever Python the machine has.

Standard library only, and no syntax newer than Python 3.6, so that an old interpreter gets its message.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
UV = os.path.join(VENV, "bin", "uv")
OLDEST = (3, 11)
OTHERS = ("python3.14", "python3.13", "python3.12", "python3.11")


def works(*command):
    """Whether a command runs and ends well; its output is dropped."""
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def new_enough(python):
    """Whether the interpreter exists and is not too old."""
    return works(python, "-c", f"import sys; sys.exit(sys.version_info < {OLDEST!r})")


def run(*command, **options):
    """Run a command from the root of the checkout; end with its exit code if it fails."""
    code = subprocess.call(command, cwd=ROOT, **options)
    if code != 0:
        sys.exit(f"install: {' '.join(command[:4])} failed ({code})")


def find_python():
    """This interpreter if it will do, else a newer one on the PATH."""
    for python in (sys.executable, *OTHERS):
        if new_enough(python):
            return python
    sys.exit(
        f"install: Heli needs Python {OLDEST[0]}.{OLDEST[1]} or newer; {sys.executable} is {sys.version.split()[0]}. "
        "Install one and say where: make PYTHON=/path/to/python3 …"
    )


def make_venv(python):
    """A fresh .venv with pip, or without where the system's Python lacks ensurepip (Debian splits it off)."""
    if works(PYTHON, "-c", "") and new_enough(PYTHON) and made_here():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if works(python, "-c", "import ensurepip"):
        run(python, "-m", "venv", VENV)
    elif works(python, "-m", "pip", "--version"):
        run(python, "-m", "venv", "--without-pip", VENV)
    else:
        sys.exit(f"install: {python} has neither ensurepip nor pip; install python3-venv (or pip) and try again")


def made_here():
    """Whether .venv was made in this folder: its scripts name it by its whole path."""
    try:
        with open(os.path.join(VENV, "bin", "activate")) as script:
            return VENV in script.read()
    except OSError:
        return False


def uv_requirement():
    """The range of uv this workspace is locked with, from pyproject.toml."""
    with open(os.path.join(ROOT, "pyproject.toml"), encoding="utf-8") as file:
        found = re.search(r'"(uv[<>=~][^"]*)"', file.read())
    return found.group(1) if found else "uv"


def sync(python):
    """Install what uv.lock names, exactly."""
    if not works(UV, "--version"):
        inside = works(PYTHON, "-m", "pip", "--version")
        pip = [PYTHON, "-m", "pip"] if inside else [python, "-m", "pip", "--python", PYTHON]
        run(*pip, "install", "--quiet", "--disable-pip-version-check", uv_requirement())
    environment = dict(os.environ, VIRTUAL_ENV=VENV, UV_PROJECT_ENVIRONMENT=VENV, UV_PYTHON_DOWNLOADS="never")
    run(UV, "sync", "--quiet", "--frozen", "--all-packages", env=environment)


def main():
    """Install under a lock, since two stacks may be started at once."""
    stamp = os.path.join(ROOT, sys.argv[1])
    with open(os.path.join(ROOT, ".install.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python = find_python()
        print("preparing .venv", flush=True)
        make_venv(python)
        sync(python)
        with open(stamp, "w") as file:
            file.write(ROOT + "\n")


if __name__ == "__main__":
    main()
