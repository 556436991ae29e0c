"""What the images hold and what the whole checkout needs, read from the lock file by the recipes' own options."""

import re
import subprocess
import sys
from pathlib import Path

FOLDERS = ("clue-service", "personnel-pool-service", "inspection-service", "notification-service", "gateway")


class BillRefused(Exception):
    """uv does not write the bill; the message is uv's."""


def recipe_options(root: Path, folder: str, name: str = "LISTED") -> list[str]:
    """Options a folder's Dockerfile gives uv: `WANTED` for what is installed, `LISTED` for the bill. BillRefused."""
    found = re.search(rf'^ENV {name}="(.*)"$', (root / folder / "Dockerfile").read_text(), re.MULTILINE)
    if found is None:
        raise BillRefused(f"{folder}/Dockerfile does not say {name}")
    return found[1].split()


def bill_of_materials(root: Path, folder: str) -> str:
    """A CycloneDX document of everything Python in the image of a folder. Raises BillRefused."""
    return _export(root, recipe_options(root, folder))


def whole_bill(root: Path) -> str:
    """A CycloneDX document of everything that is locked: services, one-machine stack, tests, tools. BillRefused."""
    return _export(root, ["--frozen", "--all-packages", "--all-groups", "--all-extras"])


def _export(root: Path, options: list[str]) -> str:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "export", "--quiet", *options, "--format", "cyclonedx1.5"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BillRefused(done.stderr)
    return done.stdout
