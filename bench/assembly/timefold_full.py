"""Timefold as a contestant: its own solver on the Java machine, from the jars that the ``timefold`` wheel carries."""

import importlib.util
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("Teams.java")


class TimefoldMissing(Exception):
    """What is not there; its text stands in the page."""


def timefold_full(document: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The whole round with Timefold's default configuration. Raises TimefoldMissing."""
    jars = f"{_jars()}/*"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["javac", "-cp", jars, "-d", folder, str(SOURCE)], check=True)
        done = subprocess.run(
            ["java", "-cp", f"{jars}:{folder}", "Teams", str(seconds)],
            input=_told(document), capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise TimefoldMissing(f"Timefold failed: {(done.stderr.strip().splitlines() or ['no reason given'])[0]}")
    lines = [line.split() for line in done.stdout.splitlines()]
    # A logger may speak on the same stream; seats are three numbers.
    seats = [[int(word) for word in line] for line in lines if len(line) == 3 and all(w.isdigit() for w in line)]
    return {"seats": seats, "proven": False, "bound": None}


def _jars() -> Path:
    for program in ("java", "javac"):
        if shutil.which(program) is None:
            raise TimefoldMissing(f"no {program} on this machine: Timefold needs a JDK of at least 17")
    found = importlib.util.find_spec("timefold")
    if found is None or not found.submodule_search_locations:
        raise TimefoldMissing("the package timefold is not installed")
    return Path(next(iter(found.submodule_search_locations))) / "solver" / "jars"


def _told(d: dict[str, Any]) -> str:
    """The round as lines of numbers; labels as bits."""
    bounds = [(t, b) for t, team in enumerate(d["teams"]) for b in team["bounds"]]
    rewards = [(t, r) for t, team in enumerate(d["teams"]) for r in team["rewards"]]
    home = [person["home_unit"] for person in d["people"]]
    rows: list[tuple[int, ...]] = [
        (
            len(d["home_units"]), len(d["teams"]), len(d["roles"]), len(d["eligible"]), len(bounds), len(rewards),
            len(d["never_together"]),
        ),
        *((unit["cap"], unit["quota"], unit["over_quota_penalty"]) for unit in d["home_units"]),
        *((team["home_unit_cap"], *team["roles"]) for team in d["teams"]),
        *((p, home[p], t, r, score, _bits(labels)) for p, t, r, score, labels in d["eligible"]),
        *((t, b["label"], b["min"] or 0, -1 if b["max"] is None else b["max"]) for t, b in bounds),
        *((t, r["label"], r["each"], r["up_to"]) for t, r in rewards),
        *((p, q) for p, q in d["never_together"]),
    ]  # fmt: skip
    return "".join(" ".join(map(str, row)) + "\n" for row in rows)


def _bits(labels: list[int]) -> int:
    return sum(1 << label for label in set(labels))
