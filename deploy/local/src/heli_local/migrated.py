"""Remembers which migrations each database has seen: asking again would cost every start 3 s of CPU per service."""

import contextlib
import hashlib
import importlib.util
import json
from pathlib import Path

from chassis.embedded.server import write_private


def fingerprint(service_package: str) -> str:
    """A digest of the service's migrations and of the platform tables they share. Imports nothing of the service."""
    digest = hashlib.sha256()
    for path in (*sorted((_folder(service_package) / "migrations").rglob("*.py")), _folder("chassis") / "tables.py"):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Migrated:
    """Kept in PostgreSQL's own folder, so that it goes when the data go."""

    def __init__(self, postgres_folder: Path) -> None:
        self._path = postgres_folder / "migrated.json"
        self._known: dict[str, str] = {}
        with contextlib.suppress(FileNotFoundError):
            self._known = json.loads(self._path.read_text())

    def is_current(self, database: str, fingerprint: str) -> bool:
        """Whether exactly these migrations have run on the database."""
        return self._known.get(database) == fingerprint

    def note(self, database: str, fingerprint: str) -> None:
        """They have run."""
        self._known[database] = fingerprint
        write_private(self._path, json.dumps(self._known))


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(package)
    return Path(spec.submodule_search_locations[0])
