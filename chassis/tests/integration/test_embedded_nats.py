"""The embedded NATS: synced writes, restarts, and what each user may do."""

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import nats
import nats.errors
import pytest
from chassis.embedded import EmbeddedNats, NatsUser, scratch_nats
from chassis.embedded.process import scratch_folder
from nats.aio.client import Client

USERS = (NatsUser.service("clue", "clue-service"), NatsUser.service("pool", "pool-service"), NatsUser.reader("gateway"))


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedNats]:
    with scratch_nats(USERS) as started:
        yield started


async def connect(server: EmbeddedNats, user: str) -> Client:
    async def ignore(_error: Exception) -> None:
        """Refusals are looked for where they matter, not reported by the client's default."""

    return await nats.connect(server.url(user), error_cb=ignore, allow_reconnect=False)


@pytest.fixture
async def stream(server: EmbeddedNats) -> AsyncIterator[Client]:
    client = await connect(server, "admin")
    await client.jetstream().add_stream(name="EVT", subjects=["evt.>"])
    yield client
    await client.jetstream().delete_stream("EVT")
    await client.close()


async def stored(client: Client) -> int:
    return int((await client.jetstream().stream_info("EVT")).state.messages)


def test_every_write_is_synced_before_it_is_acknowledged(server: EmbeddedNats) -> None:
    with urllib.request.urlopen(f"{server.monitor_url}/jsz", timeout=60) as answer:
        assert json.load(answer)["config"]["sync_always"] is True


async def test_service_publishes_under_its_own_prefix_and_no_other(server: EmbeddedNats, stream: Client) -> None:
    clue = await connect(server, "clue")
    await clue.jetstream().publish("evt.clue.clue.registered.v1.-", b"{}")
    with pytest.raises(nats.errors.TimeoutError):
        await clue.jetstream().publish("evt.pool.unit.upserted.v1.-", b"{}", timeout=0.3)
    await clue.close()
    assert await stored(stream) == 1


async def test_service_may_neither_delete_nor_purge_the_events(server: EmbeddedNats, stream: Client) -> None:
    clue = await connect(server, "clue")
    await clue.jetstream().publish("evt.clue.clue.registered.v1.-", b"{}")
    with pytest.raises(nats.errors.TimeoutError):
        await clue.jetstream(timeout=0.3).delete_stream("EVT")
    with pytest.raises(nats.errors.TimeoutError):
        await clue.jetstream(timeout=0.3).purge_stream("EVT")
    await clue.close()
    assert await stored(stream) == 1


async def test_reader_follows_events_and_publishes_none(server: EmbeddedNats, stream: Client) -> None:
    reader = await connect(server, "gateway")
    subscription = await reader.jetstream().pull_subscribe("evt.>", durable="gateway", stream="EVT")
    await stream.jetstream().publish("evt.clue.clue.registered.v1.-", b"hello")
    (message,) = await subscription.fetch(1, timeout=60)
    assert message.data == b"hello"
    await message.ack()
    with pytest.raises(nats.errors.TimeoutError):
        await reader.jetstream().publish("evt.clue.clue.registered.v1.-", b"{}", timeout=0.3)
    await reader.close()
    assert await stored(stream) == 1


async def test_nobody_connects_without_the_password(server: EmbeddedNats) -> None:
    client = Client()
    with pytest.raises(nats.errors.Error, match="Authorization"):
        await client.connect(f"nats://clue:wrong@127.0.0.1:{server.port}", allow_reconnect=False)
    await client.close()


async def test_killed_server_keeps_its_messages_and_its_address() -> None:
    with scratch_folder() as folder:
        with EmbeddedNats(folder / "nats") as server:
            before = server.url()
            client = await connect(server, "admin")
            await client.jetstream().add_stream(name="EVT", subjects=["evt.>"])
            await client.jetstream().publish("evt.x", b"kept")
            await client.close()
            server.kill()
            server.start()
            assert server.url() == before
        await assert_kept(folder / "nats", before)


async def assert_kept(folder: Path, url: str) -> None:
    with EmbeddedNats(folder) as again:
        assert again.url() == url
        client = await connect(again, "admin")
        assert await stored(client) == 1
        await client.close()


def test_passwords_are_readable_by_their_owner_only(server: EmbeddedNats) -> None:
    for name in ("server.json", "server.conf"):
        assert (server.log.parent / name).stat().st_mode & 0o077 == 0
