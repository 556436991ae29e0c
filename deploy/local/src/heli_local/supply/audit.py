"""Known faults of the locked dependencies: pip-audit asks, a dated list says what is lived with.

Silence is not taken for safety: a service without data, or one that cannot be reached, answers "no known faults" to
everything or nothing to anything. So a release that is known to be bad is asked about first.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

LOOKED_AT = "deploy/accepted-faults.toml"
KNOWN_BAD = "flask==0.5"
"""Faults of it were published in 2018 and 2019; every service with data knows them."""
LONGEST = timedelta(days=180)
_FIELDS = {"package": str, "id": str, "reason": str, "by": str, "until": date}


class NotAudited(Exception):
    """Nobody could be asked, so nothing is known; the message says why."""


class ListRefused(Exception):
    """The list of accepted faults is not as it must be."""


@dataclass(frozen=True)
class Accepted:
    """A fault that somebody looked at."""

    package: str
    id: str
    reason: str
    by: str
    until: date


@dataclass(frozen=True)
class Fault:
    """A known fault of a locked release. ``names`` are its id and all aliases."""

    package: str
    version: str
    names: tuple[str, ...]
    mended_in: tuple[str, ...]

    def __str__(self) -> str:
        mended = f"mended in {', '.join(self.mended_in)}" if self.mended_in else "no release mends it yet"
        return f"{self.package} {self.version}: {self.names[0]}, {mended}"


@dataclass(frozen=True)
class Verdict:
    """What an audit found. Only ``faults``, ``over`` and ``unknown`` are failures."""

    asked: int
    faults: tuple[Fault, ...]
    over: tuple[Accepted, ...]
    """Accepted once, until a day that is past, and still there; their faults are among ``faults``."""
    unknown: tuple[str, ...]
    """Packages the service could say nothing about."""
    accepted: tuple[Accepted, ...]
    needless: tuple[Accepted, ...]
    """Accepted, and not found any more: to be taken off the list."""

    @property
    def holds(self) -> bool:
        """Whether nothing is known that nobody looked at."""
        return not (self.faults or self.unknown)

    def lines(self) -> list[str]:
        """The verdict in sentences."""
        return [
            *(f"KNOWN FAULT  {fault}" for fault in self.faults),
            *(f"OVER         {one.package}: {one.id} was accepted until {one.until}" for one in self.over),
            *(f"UNKNOWN      {one}: the service says nothing about it" for one in self.unknown),
            *(f"accepted     {one.package}: {one.id} to {one.until}, {one.by}: {one.reason}" for one in self.accepted),
            *(f"needless     {one.package}: {one.id} is not found any more; take it off {LOOKED_AT}"
              for one in self.needless),
            f"{self.asked} locked packages asked about, {len(self.faults)} known faults that nobody looked at",
        ]  # fmt: skip


@dataclass(frozen=True)
class Asker:
    """pip-audit with a vulnerability service: `pypi` or `osv`, the latter at any address that speaks its protocol."""

    service: str = "pypi"
    osv_url: str = ""
    timeout_s: int = 15

    def ask(self, requirements: Path) -> list[dict[str, Any]]:
        """What is known of each requirement. Raises NotAudited with pip-audit's own words."""
        command = [str(Path(sys.executable).with_name("pip-audit")), "--format", "json", "--progress-spinner", "off"]
        command += ["--vulnerability-service", self.service, "--timeout", str(self.timeout_s), "--disable-pip"]
        command += ["--no-deps", "--requirement", str(requirements)]
        command += ["--osv-url", self.osv_url] if self.osv_url else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
        except ValueError:
            words = [line for line in done.stderr.splitlines() if line.strip()]
            raise NotAudited(words[-1] if words else f"pip-audit ended with {done.returncode}") from None
        return found


def read_accepted(path: Path, today: date) -> tuple[Accepted, ...]:
    """The list of what was looked at. Raises ListRefused: a field missing, empty, or accepted for too long."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("accepted", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ListRefused(f"{path}: {error}") from error
    accepted = []
    for entry in entries:
        wrong = [name for name, kind in _FIELDS.items() if type(entry.get(name)) is not kind or not entry[name]]
        if wrong or set(entry) - set(_FIELDS):
            raise ListRefused(f"{path}: {entry.get('id', 'an entry')}: {wrong or sorted(set(entry) - set(_FIELDS))}")
        one = Accepted(**entry)
        if one.until > today + LONGEST:
            raise ListRefused(f"{path}: {one.id} until {one.until}: {LONGEST.days} days at most, then look again")
        accepted.append(one)
    return tuple(accepted)


def locked_requirements(root: Path) -> str:
    """Every package of the lock file, with hashes, our own left out."""
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv), "export", "--quiet", "--frozen", "--all-packages", "--all-groups", "--no-emit-workspace"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotAudited(done.stderr.strip())
    return done.stdout


def judge(found: Sequence[dict[str, Any]], accepted: Sequence[Accepted], today: date) -> Verdict:
    """What of the findings nobody looked at, or looked at too long ago."""
    faults = [
        Fault(one["name"], one["version"], (vuln["id"], *vuln.get("aliases", [])), tuple(vuln.get("fix_versions", [])))
        for one in found
        for vuln in one.get("vulns", [])
    ]
    matching = {
        one: [fault for fault in faults if fault.package == one.package and one.id in fault.names] for one in accepted
    }
    holding = {one for one, there in matching.items() if there and one.until >= today}
    covered = {fault for one in holding for fault in matching[one]}
    return Verdict(
        asked=len(found),
        faults=tuple(fault for fault in faults if fault not in covered),
        over=tuple(one for one, there in matching.items() if there and one.until < today),
        unknown=tuple(one["name"] for one in found if "skip_reason" in one),
        accepted=tuple(one for one in accepted if one in holding),
        needless=tuple(one for one, there in matching.items() if not there),
    )


def audit(root: Path, asker: Asker, today: date) -> Verdict:
    """Ask about everything in the lock file of a checkout. Raises NotAudited, ListRefused."""
    accepted = read_accepted(root / LOOKED_AT, today)
    with tempfile.TemporaryDirectory() as folder:
        known_bad, locked = Path(folder, "known-bad.txt"), Path(folder, "locked.txt")
        known_bad.write_text(KNOWN_BAD + "\n")
        if not any(one.get("vulns") for one in asker.ask(known_bad)):
            raise NotAudited(f"the service knows no fault of {KNOWN_BAD}, which has several: it has no data")
        locked.write_text(locked_requirements(root))
        return judge(asker.ask(locked), accepted, today)
