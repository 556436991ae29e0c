from pathlib import Path

from heli_local.migrated import Migrated, fingerprint
from heli_local.topology import SERVICES


def test_every_service_has_a_fingerprint_of_its_own() -> None:
    prints = {fingerprint(service.package) for service in SERVICES}
    assert len(prints) == len(SERVICES)


def test_a_changed_history_is_not_current(tmp_path: Path) -> None:
    migrated = Migrated(tmp_path)
    assert not migrated.is_current("clue", "a")
    migrated.note("clue", "a")
    migrated.note("pool", "b")
    again = Migrated(tmp_path)
    assert again.is_current("clue", "a")
    assert again.is_current("pool", "b")
    assert not again.is_current("clue", "b")
