"""A partner reads what it was given off the broker, and every other door there is shut."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from chassis.broker import Broker, Message, connect
from chassis.embedded import EmbeddedNats
from chassis.embedded.nats import NatsUser, scratch_nats
from contracts.envelope import Egress
from contracts.registry import BY_TYPE
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.errors import APIError
from notification_service.broker_partners.domain import Partner, durable_of, inbox_of, open_types, permissions_of
from notification_service.broker_partners.service import add_partner, find_partner, remove_partner
from notification_service.main import main
from typer.testing import CliRunner

UNIT = "pool.unit.upserted.v1"
GIVEN, OTHERS = f"evt.{UNIT}.cdi-a", f"evt.{UNIT}.cdi-b"


def user_of(name: str) -> NatsUser:
    allowed = permissions_of(name)
    return NatsUser(durable_of(name), tuple(allowed["publish"]["allow"]), (), tuple(allowed["subscribe"]["allow"]))


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedNats]:
    users = [NatsUser.service("notification", "notification-service"), user_of("water"), user_of("fire")]
    with scratch_nats(users) as started:
        yield started


@pytest.fixture
async def owner(server: EmbeddedNats) -> AsyncIterator[Broker]:
    """The stream, empty, and the service that makes partners."""
    admin = await connect(server.url(), name="admin")
    stream = {"name": "EVT", "subjects": ["evt.>"], "allow_direct": True, "deny_delete": False}
    await admin.ensure_streams([stream])
    await admin.request("STREAM.PURGE.EVT")
    made = await connect(server.url("notification"), name="notification")
    yield made
    for name in ("water", "fire"):
        await remove_partner(made, name)
    await made.drain()
    await admin.drain()


async def say(server: EmbeddedNats, *subjects: str) -> None:
    admin = await connect(server.url(), name="admin")
    for subject in subjects:
        await admin.publish(Message(subject, {"Nats-Msg-Id": str(uuid4())}, subject.encode()))
    await admin.drain()


async def client(server: EmbeddedNats, name: str, refusals: list[str] | None = None) -> Client:
    async def note(error: Exception) -> None:
        if refusals is not None:
            refusals.append(str(error).lower())

    made = Client()
    await made.connect(server.url(durable_of(name)), inbox_prefix=inbox_of(name).encode(), error_cb=note)
    return made


async def fetched(made: Client, name: str, count: int) -> list[str]:
    subscription = await made.jetstream().pull_subscribe_bind(durable_of(name), stream="EVT")
    got = []
    for message in await subscription.fetch(count, timeout=60):
        got.append(message.subject)
        await message.ack_sync(timeout=60)
    return got


WATER = Partner("water", (UNIT, "pool.cadre.exited.v1"), ("cdi-a",))


async def test_it_reads_its_own_subjects_from_where_it_was(server: EmbeddedNats, owner: Broker) -> None:
    await add_partner(owner, WATER, from_start=True)
    await say(server, GIVEN, OTHERS, "evt.clue.clue.registered.v1.cdi-a", "evt.pool.cadre.exited.v1.cdi-a")
    first = await client(server, "water")
    assert await fetched(first, "water", 2) == [GIVEN, "evt.pool.cadre.exited.v1.cdi-a"]
    await first.close()
    await say(server, OTHERS, GIVEN)
    await add_partner(owner, WATER, from_start=False)  # asked again: the place is kept
    again = await client(server, "water")
    assert await fetched(again, "water", 1) == [GIVEN]
    state = await find_partner(owner, "water")
    assert state is not None
    assert (state["num_pending"], state["num_ack_pending"]) == (0, 0)
    await again.close()


async def test_every_other_door_is_shut(server: EmbeddedNats, owner: Broker) -> None:
    await add_partner(owner, WATER, from_start=True)
    await add_partner(owner, Partner("fire", (UNIT,), ("cdi-b",)), from_start=True)
    await say(server, OTHERS)
    refusals: list[str] = []
    made = await client(server, "water", refusals)
    heard = []
    for subject in ("evt.>", OTHERS, "_INBOX.>", f"{inbox_of('fire')}.>", "$JS.>", ">"):
        await made.subscribe(subject, cb=_collector(heard))
    for subject in (
        GIVEN,
        "$JS.ACK.EVT.partner-fire.1.1.1.1.1",
        "$JS.API.CONSUMER.CREATE.EVT.mine",
        "$JS.API.CONSUMER.DURABLE.CREATE.EVT.mine",
        "$JS.API.CONSUMER.MSG.NEXT.EVT.partner-fire",
        "$JS.API.CONSUMER.DELETE.EVT.partner-fire",
        "$JS.API.CONSUMER.INFO.EVT.partner-water",
        "$JS.API.STREAM.INFO.EVT",
        "$JS.API.STREAM.PURGE.EVT",
        "$JS.API.STREAM.DELETE.EVT",
        "$JS.API.DIRECT.GET.EVT",
        "$JS.API.STREAM.MSG.GET.EVT",
    ):
        with pytest.raises((NatsError, NatsTimeoutError, APIError)):
            await made.request(subject, b'{"last_by_subj":"evt.>"}', timeout=0.3)
    await say(server, OTHERS)
    await made.flush()
    assert heard == []
    assert sum("permissions violation for subscription" in one for one in refusals) == 6
    assert sum("permissions violation for publish" in one for one in refusals) == 12
    fire = await find_partner(owner, "fire")
    assert fire is not None
    assert fire["num_pending"] == 2
    await made.close()


def _collector(into: list[str]) -> object:
    async def collect(message: object) -> None:
        into.append(str(message))

    return collect


async def test_a_partner_that_is_removed_reads_nothing_more(server: EmbeddedNats, owner: Broker) -> None:
    await add_partner(owner, WATER, from_start=True)
    assert await remove_partner(owner, "water")
    assert not await remove_partner(owner, "water")
    assert await find_partner(owner, "water") is None
    await say(server, GIVEN)
    made = await client(server, "water")
    with pytest.raises(NatsError):
        await fetched(made, "water", 1)
    await made.close()


def test_only_types_open_to_everybody_can_be_given() -> None:
    for name in sorted(BY_TYPE):
        if BY_TYPE[name].egress is Egress.OPEN:
            Partner("water", (name,), ("cdi-a",))
        else:
            with pytest.raises(ValueError, match="not open to partners"):
                Partner("water", (UNIT, name), ("cdi-a",))
    assert UNIT in open_types()


@pytest.mark.parametrize(
    ("name", "types", "commissions"),
    [
        ("W", (UNIT,), ("a",)),
        ("a.b", (UNIT,), ("a",)),
        ("water>", (UNIT,), ("a",)),
        ("water", (), ("a",)),
        ("water", (UNIT,), ()),
        ("water", (UNIT,), ("a.>",)),
        ("water", (UNIT,), ("a b",)),
        ("water", ("pool.unit.upserted.*",), ("a",)),
    ],
)
def test_a_partner_that_cannot_be_is_refused(name: str, types: tuple[str, ...], commissions: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence differs
        Partner(name, types, commissions)


async def test_the_command_makes_shows_and_removes(
    server: EmbeddedNats, owner: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELI_NATS_URL", server.url("notification"))

    async def run(*words: str) -> tuple[int, str]:
        done = await asyncio.to_thread(CliRunner().invoke, main, ["partners", *words])
        return done.exit_code, done.output

    code, said = await run("add", "water", "--type", UNIT, "--commission", "cdi-a", "--from-start")
    assert code == 0, said
    assert json.loads(said)["user"]["permissions"] == permissions_of("water")
    await say(server, GIVEN, OTHERS)
    code, said = await run("show", "water")
    assert (code, json.loads(said)["waiting"], json.loads(said)["subjects"]) == (0, 1, [GIVEN])
    code, said = await run("add", "water", "--type", "clue.clue.registered.v1", "--commission", "cdi-a")
    assert code == 2
    assert "not open to partners" in " ".join(said.replace("│", " ").split())
    assert (await run("types"))[1].split() == open_types()
    assert (await run("remove", "water"))[0] == 0
    assert (await run("show", "water"))[0] == 2
