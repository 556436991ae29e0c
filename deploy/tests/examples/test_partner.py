"""The script that makes a trusted partner: its user reads its own off a broker that includes it, and nothing else."""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from chassis.broker import Message, connect
from chassis.embedded import EmbeddedNats
from chassis.embedded.nats import NatsUser
from chassis.embedded.process import plain_environment
from nats.aio.client import Client
from nats.errors import Error as NatsError

SCRIPT = Path(__file__).resolve().parents[2] / "partner.sh"
UNIT, EXITED = "pool.unit.upserted.v1", "pool.cadre.exited.v1"
SERVICE = NatsUser.service("notification", "notification-service")


class Including(EmbeddedNats):
    """The broker with the written file among its users, as an operator's configuration has it."""

    def _configuration(self, folder: Path) -> str:
        written = super()._configuration(folder)
        including = written.replace('"users": [', '"users": [ { include "../made/partner-water.conf" },', 1)
        assert including != written
        return including


def make(server: EmbeddedNats, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HELI_EXEC": "env",
        "HELI_NATS_URL": server.url("notification"),
    }
    command = [SCRIPT, *arguments, str(folder)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


@dataclass(frozen=True)
class Made:
    """What the script wrote about a partner."""

    configuration: str
    variable: str
    password: str
    modes: set[int]


def written(folder: Path) -> Made:
    variable, _, password = (folder / "partner-water.env").read_text().strip().partition("=")
    modes = {one.stat().st_mode & 0o777 for one in folder.iterdir()}
    return Made((folder / "partner-water.conf").read_text(), variable, password, modes)


@pytest.fixture
async def made(tmp_path: Path) -> Made:
    """A partner that the script made, on a broker that does not include it yet."""
    with EmbeddedNats(tmp_path / "nats", users=[SERVICE]) as server:
        early = await asyncio.to_thread(make, server, tmp_path / "made", "water", UNIT, "cdi-a")
        assert early.returncode == 1, "there is no stream yet"
        admin = await connect(server.url(), name="admin")
        await admin.ensure_streams([{"name": "EVT", "subjects": ["evt.>"]}])
        await admin.drain()
        done = await asyncio.to_thread(make, server, tmp_path / "made", "water", UNIT, "cdi-a")
        assert done.returncode == 0, done.stderr
        before = written(tmp_path / "made")
        more = await asyncio.to_thread(make, server, tmp_path / "made", "water", f"{UNIT},{EXITED}", "cdi-a,-")
        assert more.returncode == 0, more.stderr
    after = written(tmp_path / "made")
    assert after == before, "only the consumer changes: the password stays, and what the user may do"
    return after


async def test_a_partner_reads_its_own_and_is_refused_the_rest(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made.modes == {0o600}, "for its owner alone"
    assert made.password not in made.configuration
    environment = {**plain_environment(), made.variable: made.password}
    monkeypatch.setattr("chassis.embedded.process.plain_environment", lambda: environment)
    refusals: list[str] = []

    async def note(error: Exception) -> None:
        refusals.append(str(error).lower())

    with Including(tmp_path / "nats", users=[SERVICE]) as server:
        admin = await connect(server.url(), name="admin")
        for subject in (
            f"evt.{UNIT}.cdi-a",
            f"evt.{UNIT}.cdi-b",
            f"evt.{EXITED}.-",
            "evt.pool.x.y.v1.cdi-a",
        ):
            await admin.publish(Message(subject, {"Nats-Msg-Id": str(uuid4())}, b"{}"))
        partner = Client()
        address = f"nats://partner-water:{made.password}@127.0.0.1:{server.port}"
        await partner.connect(address, inbox_prefix=b"_INBOX_water", error_cb=note)
        waiting = await partner.jetstream().pull_subscribe_bind("partner-water", stream="EVT")
        got = await waiting.fetch(10, timeout=2)
        assert [one.subject for one in got] == [f"evt.{UNIT}.cdi-a", f"evt.{EXITED}.-"]
        for one in got:
            await one.ack_sync(timeout=10)
        await partner.subscribe("evt.>")
        await partner.publish(f"evt.{UNIT}.cdi-a", b"{}")
        await partner.flush()
        with pytest.raises(NatsError):
            await partner.request("$JS.API.CONSUMER.LIST.EVT", timeout=1)
        assert len([one for one in refusals if "permissions violation" in one]) == 3, refusals
        await partner.close()
        await admin.drain()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("water",), 2, "NAME TYPE"),
        (("Water!", UNIT, "cdi-a"), 1, "lower-case"),
        (("water", "clue.clue.registered.v1", "cdi-a"), 1, "not open to partners"),
    ],
)
def test_what_cannot_be_given_is_refused_and_nothing_is_left(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    with EmbeddedNats(tmp_path / "nats", users=[SERVICE]) as server:
        done = make(server, tmp_path / "made", *arguments)
    assert done.returncode == code, done.stderr
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert not (tmp_path / "made").exists() or not list((tmp_path / "made").iterdir())
