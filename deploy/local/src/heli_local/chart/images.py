"""What the images hold, read from the lock file by the recipes' own options."""

import re
import subprocess
import sys
from pathlib import Path

FOLDERS = ("clue-service", "personnel-pool-service", "inspection-service", "notification-service", "gateway")


class BillRefused(Exception):
    """uv does not write the bill; the message is uv's."""


def wanted_options(root: Path, folder: str) -> list[str]:
    """The options of `uv sync` in a folder's Dockerfile: the package, its extras, what stays out."""
    found = re.search(r'^ENV WANTED="(.*)"$', (root / folder / "Dockerfile").read_text(), re.MULTILINE)
    if found is None:
        raise BillRefused(f"{folder}/Dockerfile does not say what it wants")
    return found[1].split()


def bill_of_materials(root: Path, folder: str) -> str:
    """A CycloneDX document of everything Python in the image of a folder. Raises BillRefused."""
    options = ["--prune" if option == "--no-install-package" else option for option in wanted_options(root, folder)]
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "export", "--quiet", *options, "--format", "cyclonedx1.5"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BillRefused(done.stderr)
    return done.stdout
