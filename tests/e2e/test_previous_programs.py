"""The programs of the release before run on this release's schema, data and events, as after a rollback; and back."""

import asyncio
import importlib.util
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import httpx2
import pytest
from chassis.embedded.process import scratch_folder
from heli_local.running import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.proof]

RELEASE = Path(__file__).parents[1] / "release"
COMMIT: str = json.loads((RELEASE / "previous.json").read_text())["commit"]
FINGERPRINTS = """
import json
from heli_local.migrated import fingerprint
from heli_local.topology import SERVICES
print(json.dumps({service.short: fingerprint(service.package) for service in SERVICES}))
"""
FOLLOWED = """
import json
from chassis.runtime import all_handlers
from chassis.service import build_resources
from chassis.settings import PlatformSettings
from clue_service.main import SERVICE as CLUE
from inspection_service.main import SERVICE as INSPECTION
from notification_service.main import SERVICE as NOTIFICATION
from personnel_pool_service.main import SERVICE as POOL
settings = PlatformSettings(database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none")
services = (CLUE, POOL, INSPECTION, NOTIFICATION)
followed = {one.short: list(all_handlers(one, build_resources(one, settings))) for one in services}
print(json.dumps(followed))
"""
STORY = """
import asyncio, sys
from heli_local.story.demo import play
from rich.console import Console
asyncio.run(play(sys.argv[1], Console(width=160)))
"""
LETTERS = 6


@pytest.fixture(scope="module")
def old() -> Iterator[Path]:
    """The folder of the old commands. Where they cannot be had the test fails and says how to help."""
    spec = importlib.util.spec_from_file_location("release_old_release", RELEASE / "old_release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with scratch_folder() as folder:
        try:
            yield module.programs_of(COMMIT, folder)
        except module.NotToBeHad as error:
            pytest.fail(f"NOT RUN, the programs of the release before: {error}", pytrace=False)


def said_by(old: Path, program: str, *arguments: str) -> str:
    done = subprocess.run(
        [old / "python", "-c", program, *arguments], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_these_are_the_old_programs(old: Path) -> None:
    names = ("clue_service", "chassis", "contracts", "heli_local", "gateway")
    program = f"import {', '.join(names)}; print(*({', '.join(f'{name}.__file__' for name in names)},))"
    for path in said_by(old, program).split():
        assert Path(path).is_relative_to(old.parent)


class Office:
    """People who register and read over HTTP, whatever release answers."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.Client(base_url=url, timeout=60)
        self._tokens = {
            who: self._sign_in(f"release-{who}", unit, role)
            for who, unit, role in (("clerk", "pet-dh", "intake_officer"), ("supervisor", "cmo-dh", "case_supervisor"))
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _sign_in(self, sub: str, unit: str, role: str) -> dict[str, str]:
        answer = self._client.post("/dev/token", json={"sub": sub, "unit": unit, "roles": [role]})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def register(self, mark: str) -> list[str]:
        found = []
        for number in range(LETTERS):
            body = {
                "source_code": "PETITION", "channel": "letter", "received_on": "2026-11-20",
                "subjects": [{"name": f"林试{'甲乙丙丁戊己'[number]}", "unit_name": f"夏宁市{mark}{number}号试验站"}],
                "allegations": [{"text": f"{mark}{number}号仓库的采购未经招标。"}],
                "reporter": {"identity_type": "anonymous"},
            }  # fmt: skip
            headers = {**self._tokens["clerk"], "Idempotency-Key": f"release-{mark.encode().hex()}-{number}"}
            answer = self._client.post("/v1/clues", json=body, headers=headers)
            assert answer.status_code == 201, answer.text
            found.append(answer.json()["id"])
        return found

    def handle(self, ids: list[str]) -> None:
        for clue in ids:
            answer = self._client.post(f"/v1/clues/{clue}/accept", json={}, headers=self._writing(clue, "accept"))
            assert answer.status_code == 200, answer.text
            body = {"lead_unit": "sup1-dh", "co_units": [], "approved_by": "release-leader"}
            answer = self._client.post(f"/v1/clues/{clue}/assign", json=body, headers=self._writing(clue, "assign"))
            assert answer.status_code == 200, answer.text

    def _writing(self, clue: str, verb: str) -> dict[str, str]:
        return {**self._tokens["supervisor"], "Idempotency-Key": f"{clue}-{verb}"}

    def reads(self, ids: list[str]) -> list[str]:
        """The states of clues; lists and the inbox must answer too."""
        for path in ("/v1/clues?limit=50", "/v1/notifications?limit=50", "/v1/overlap-alerts", "/v1/units/su-housing"):
            answer = self._client.get(path, headers=self._tokens["supervisor"])
            assert answer.status_code == 200, answer.text
        answers = [self._client.get(f"/v1/clues/{clue}", headers=self._tokens["supervisor"]) for clue in ids]
        return [answer.json()["status"] for answer in answers]


def as_if_migrated_by(old: Path, home: Path) -> None:
    """A rollback runs no migration: the old supervisor shall take the databases as they are."""
    (home / "postgres" / "migrated.json").write_text(said_by(old, FINGERPRINTS))


def new_since(old: Path, accounts: Any) -> dict[str, frozenset[str]]:
    """By service, the types of events that only this release follows: what was told before it ran is not told again."""
    before = json.loads(said_by(old, FOLLOWED))
    return {service.short: accounts.followed(service) - set(before[service.short]) for service in accounts.SERVICES}


def errors_logged(home: Path) -> list[str]:
    lines = [line for path in (home / "logs").iterdir() for line in path.read_text().splitlines()]
    return [line for line in lines if '"unexpected_error"' in line or '"event_buried"' in line]


async def test_old_programs_on_the_new_schema_play_the_whole_story_and_the_new_ones_go_on(
    old: Path, new_stack: Callable[[], RunningStack], accounts: Any
) -> None:
    new = new_stack()
    new.start()
    with Office(new.url) as office:
        by_new = office.register("新")
        office.handle(by_new[:2])
    assert new.stop() == 0

    before = RunningStack(new.home, new.port, heli=old / "heli")
    as_if_migrated_by(old, new.home)
    before.start()
    try:
        with Office(before.url) as office:
            assert office.reads(by_new) == ["assigned"] * 2 + ["registered"] * (LETTERS - 2)
            by_old = office.register("旧")
            office.handle([*by_old[:2], by_new[3]])
        told = await asyncio.to_thread(said_by, old, STORY, before.url)
        assert "14 / 17 / 8" in told.splitlines()[-1]
    finally:
        assert before.stop() == 0
    assert errors_logged(new.home) == []

    new.start()
    with Office(new.url) as office:
        assert office.reads([*by_old[:3], by_new[3]]) == ["assigned", "assigned", "registered", "assigned"]
        office.register("又")
    databases = accounts.Databases(new)
    assert await accounts.settled(databases, new_since(old, accounts)) == []
    assert await databases.dead() == 0
    assert errors_logged(new.home) == []
