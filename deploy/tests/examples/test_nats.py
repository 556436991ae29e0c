"""deploy/examples/nats: its configuration runs as three real servers over TLS, with the rights the code knows."""

import asyncio
import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from chassis.broker import Broker, BrokerRefused, BrokerUnavailable, Message, connect
from chassis.embedded import ChildProcess, NatsUser, scratch_nats
from chassis.embedded.nats import nats_binary
from chassis.embedded.process import free_port
from chassis.settings import PlatformSettings
from chassis.streams import ensure_streams
from heli_local.topology import SERVICES

MANIFEST = Path(__file__).resolve().parents[2] / "examples/nats/nats.yaml"
PASSWORDS = {
    f"{name}_PASSWORD": f"p{index}word"
    for index, name in enumerate(("CLUE", "POOL", "INSPECTION", "NOTIFICATION", "OPERATOR", "SYSTEM"))
}
BOUND_S = 120


def configuration() -> str:
    documents = yaml.safe_load_all(MANIFEST.read_text())
    text: str = next(one["data"]["nats.conf"] for one in documents if one["kind"] == "ConfigMap")
    return text


class Cluster:
    """The example's three servers on loopback: ports and paths exchanged, everything else as it stands."""

    def __init__(self, folder: Path, authority: Any, stack: ExitStack) -> None:
        self.clients = [free_port() for _ in range(3)]
        self._routes = [free_port() for _ in range(3)]
        self.processes = [self._start(folder / f"nats-{number}", number, authority) for number in range(3)]
        for process in self.processes:
            stack.callback(process.stop)

    def _start(self, folder: Path, number: int, authority: Any) -> ChildProcess:
        folder.mkdir()
        text = configuration()
        exchanged = {
            '"0.0.0.0:4222"': f'"127.0.0.1:{self.clients[number]}"',
            '"0.0.0.0:8222"': f'"127.0.0.1:{free_port()}"',
            '"0.0.0.0:6222"': f'"127.0.0.1:{self._routes[number]}"',
            "/var/run/nats/nats.pid": str(folder / "nats.pid"),
            "/etc/nats/tls": str(authority.ca.parent),
            "store_dir: /data": f'store_dir: "{folder}"',
            "max_file_store: 50GB": "max_file_store: 1GB",
            **{f"tls://nats-{one}.nats-headless:6222": f"tls://127.0.0.1:{self._routes[one]}" for one in range(3)},
        }
        for old, new in exchanged.items():
            assert old in text, old
            text = text.replace(old, new)
        (folder / "nats.conf").write_text(text)
        return ChildProcess(
            [nats_binary(), "--config", folder / "nats.conf"],
            cwd=folder,
            log=folder / "nats.log",
            env={"PATH": os.environ["PATH"], "POD_NAME": f"nats-{number}", **PASSWORDS},
        )

    def url(self, user: str, server: int = 0, scheme: str = "tls") -> str:
        return f"{scheme}://{user}:{PASSWORDS[f'{user.upper()}_PASSWORD']}@127.0.0.1:{self.clients[server]}"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, authority: Any) -> Iterator[Cluster]:
    with ExitStack() as stack:
        yield Cluster(tmp_path_factory.mktemp("nats"), authority, stack)


@pytest.fixture(autouse=True)
def _trust(authority: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca))


async def opened(url: str) -> Broker:
    async with asyncio.timeout(BOUND_S):
        return await connect(url, name="test")


async def with_streams(cluster: Cluster, user: str = "clue") -> Broker:
    """A connection, with the streams made as a worker makes them, once the servers have elected their leader."""
    broker = await opened(cluster.url(user))
    async with asyncio.timeout(BOUND_S):
        while True:
            try:
                await ensure_streams(broker, PlatformSettings(stream_replicas=3, stream_max_bytes=64 * 2**20))
            except BrokerRefused as refusal:
                if refusal.code != 10005:  # no suitable peers yet: the servers are still finding each other
                    raise
                await asyncio.sleep(0.1)
            else:
                return broker


def test_users_have_the_rights_that_the_code_knows() -> None:
    users = re.findall(
        r"user: (\w+)\s+password: \$(\w+)\s+permissions: (\{.*?\n\s*\}\n)\s*\}", configuration(), re.DOTALL
    )
    assert len(users) == len(SERVICES)
    for service, (user, password, permissions) in zip(SERVICES, sorted(users, key=_place), strict=True):
        expected = NatsUser.service(service.short, service.command)
        assert (user, password) == (expected.name, f"{user.upper()}_PASSWORD")
        lists = [json.loads(found) for found in re.findall(r"\[.*?\]", permissions)]
        assert lists == [list(expected.publish), list(expected.publish_never), list(expected.subscribe)]


def _place(user: tuple[str, ...]) -> int:
    return [service.short for service in SERVICES].index(user[0])


async def test_streams_live_on_three_servers_and_take_what_their_owner_says(cluster: Cluster) -> None:
    broker = await with_streams(cluster)
    try:
        for name in ("EVT", "DLQ"):
            info = await broker.request(f"STREAM.INFO.{name}")
            assert info["config"]["num_replicas"] == 3
            assert len(info["cluster"]["replicas"]) == 2
        await broker.publish(Message("evt.clue.case.registered.v1.-", {"Nats-Msg-Id": "a"}, b"{}"))
        with pytest.raises((BrokerRefused, BrokerUnavailable)):
            await broker.publish(Message("evt.pool.unit.upserted.v1.-", {"Nats-Msg-Id": "b"}, b"{}"), within=1)
        with pytest.raises((BrokerRefused, BrokerUnavailable)):
            await broker.request("STREAM.DELETE.EVT")
        assert (await broker.request("STREAM.INFO.EVT"))["state"]["messages"] == 1
    finally:
        await broker.drain()


class Said:
    """What the layer logs, whatever the level."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def _say(self, event: str, **facts: Any) -> None:
        self.lines.append(f"{event} {facts}")

    debug = info = warning = error = _say


async def test_a_wrong_password_and_an_unknown_authority_are_refused(
    cluster: Cluster, stranger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker goes on trying, and its log says why."""
    said = Said()
    monkeypatch.setattr("chassis.broker.log", said)  # a command that another test ran may have asked for errors alone
    await (await opened(cluster.url("clue"))).drain()  # the servers are up
    await refused(cluster.url("clue").replace(PASSWORDS["CLUE_PASSWORD"], "guess"))
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger.ca))
    async with asyncio.timeout(BOUND_S):
        while not any(
            "SSLCertVerificationError" in line for line in said.lines
        ):  # a slow machine takes more than one try
            await refused(cluster.url("clue"))


async def refused(url: str) -> None:
    """Try for a while, as a worker would for ever."""
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(1.5, stop.set)
    with pytest.raises(BrokerUnavailable, match="stopped before"):
        await connect(url, name="test", stop=stop)


async def test_tls_is_asked_for_before_a_password_is_told() -> None:
    """A server, or somebody in between, that offers none gets nothing: `tls://` does not fall back."""
    seen = bytearray()

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"version":"2.15.1","max_payload":1048576}\r\n')
        seen.extend(await reader.read(4096))
        writer.close()

    listener = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    await refused(f"tls://clue:told-to-nobody@127.0.0.1:{port}")
    listener.close()
    assert b"told-to-nobody" not in seen
    assert seen[:1] == b"\x16"  # a TLS handshake


async def test_without_tls_in_the_address_nothing_changes() -> None:
    with scratch_nats() as server:
        broker = await opened(server.url())
        await broker.ping()
        await broker.drain()


async def test_an_acknowledged_event_outlives_one_of_three_servers(cluster: Cluster) -> None:
    broker = await with_streams(cluster)
    await broker.publish(Message("evt.clue.case.registered.v1.-", {"Nats-Msg-Id": "kept"}, b"{}"))
    leader = (await broker.request("STREAM.INFO.EVT"))["cluster"]["leader"]
    await broker.drain()
    number = int(leader.removeprefix("nats-"))
    cluster.processes[number].end_group()
    other = await opened(cluster.url("pool", server=(number + 1) % 3))
    try:
        async with asyncio.timeout(BOUND_S):
            while True:
                try:
                    info = await other.request("STREAM.INFO.EVT")
                    break
                except (BrokerUnavailable, BrokerRefused):
                    await asyncio.sleep(0.1)  # until the two that are left have elected another leader
        assert info["cluster"]["leader"] not in ("", leader)
        assert info["state"]["messages"] >= 1
    finally:
        await other.drain()
