"""Events leave by webhook and stream: to whoever may read their subject, all of them, whatever dies meanwhile."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from heli_local.running import RunningStack
from standardwebhooks import Webhook as Verifier

pytestmark = pytest.mark.e2e

PATIENCE_S = 180  # what a killed worker held the broker repeats after 30 s, and the broker is killed too
CLUE = {
    "source_code": "PETITION",
    "channel": "letter",
    "received_on": "2026-01-05",
    "subjects": [{"name": "方启航", "unit_name": "夏宁市水利局"}],
    "allegations": [{"text": "水利局方启航违规发放津贴。"}],
}


@dataclass
class Receiver:
    """A receiver in a thread. Refuses every message while it is told to."""

    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    refuses: bool = False
    refused: int = 0
    url: str = ""

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]

    def clues(self) -> set[str]:
        return {json.loads(body)["data"]["clue_id"] for _, body in self.got}


@pytest.fixture
def new_receiver() -> Iterator[Callable[[], Receiver]]:
    servers: list[ThreadingHTTPServer] = []

    def make() -> Receiver:
        made = Receiver()

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                made.refused += made.refuses
                if not made.refuses:
                    made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(503 if made.refuses else 204)
                self.end_headers()

            def log_message(self, *_said: Any) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        made.url = f"http://127.0.0.1:{server.server_port}/hook"
        return made

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def outward(new_stack: Callable[[], RunningStack]) -> Iterator[tuple[RunningStack, httpx2.Client]]:
    """A stack of its own, since its processes are killed."""
    stack = new_stack()
    stack.start()
    with httpx2.Client(base_url=stack.url, timeout=120) as client:
        yield stack, client
    assert stack.stop() == 0


def sign_in(client: httpx2.Client, sub: str, unit: str, *roles: str) -> dict[str, str]:
    answer = client.post("/dev/token", json={"sub": sub, "unit": unit, "roles": list(roles)})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def register(client: httpx2.Client, who: dict[str, str], url: str) -> dict[str, Any]:
    answer = client.post("/v1/webhooks", json={"url": url, "event_types": ["clue.clue.registered.v1"]}, headers=who)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def take_in(client: httpx2.Client, who: dict[str, str], key: str) -> str:
    """One clue, however often the way there breaks."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            answer = client.post("/v1/clues", json=CLUE, headers={**who, "Idempotency-Key": key})
        except httpx2.HTTPError:
            answer = None
        if answer is not None and answer.status_code == 201:
            return str(answer.json()["id"])
        assert answer is None or answer.status_code in (409, 502, 503, 504), answer.text
        assert time.monotonic() < deadline
        time.sleep(0.2)


def wait_for(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.05)


EVENTS = ("/v1/events?types=clue.clue.registered.v1", "clue.", lambda data: data["data"]["clue_id"])
NOTICES = ("/v1/notifications/stream", "notice", lambda data: data["kind"] == "clue_registered" and data["item_id"])
"""Where a stream is, how its events are named, and which clue one is about, if it is one of those looked for."""


class Follower:
    """Holds a stream open in a thread for as long as the test lasts, and opens it again where it broke."""

    def __init__(self, url: str, who: dict[str, str], stream: tuple[str, str, Any]) -> None:
        self._where, self._named, self._about = url + stream[0], stream[1], stream[2]
        self._who = who
        self._position = ""
        self._is_leaving = False
        self.is_open = False
        self.openings: list[str] = []
        """What each connection began with: ``ready``, or ``reset`` if something was lost."""
        self.heard: list[tuple[str, str]] = []
        """Position and clue of each event, as they came."""
        threading.Thread(target=self._follow, daemon=True).start()

    def clues(self) -> list[str]:
        """Each clue once, in the order in which they came, by the ids of their events."""
        return list(dict(self.heard).values())

    def has_heard_of(self, clue: str) -> bool:
        return clue in self.clues()

    def has_come_back(self, since: int) -> bool:
        return len(self.openings) > since

    def leave(self) -> None:
        self._is_leaving = True

    def _follow(self) -> None:
        while not self._is_leaving:
            try:
                resume = {"Last-Event-ID": self._position} if self._position else {}
                with httpx2.stream("GET", self._where, headers={**self._who, **resume}, timeout=20) as answer:
                    self._take(answer)
            except httpx2.HTTPError:
                time.sleep(0.05)  # what it follows was killed and is on its way back
            self.is_open = False

    def _take(self, answer: httpx2.Response) -> None:
        one: dict[str, str] = {}
        for line in answer.iter_lines():
            if self._is_leaving:
                return
            name, _, value = line.partition(": ")
            one[name] = value
            if line or "event" not in one:
                continue
            self._position = one["id"]
            if one["event"] in ("ready", "reset"):
                self.openings.append(one["event"])
                self.is_open = True
            elif one["event"].startswith(self._named) and (about := self._about(json.loads(one["data"]))):
                self.heard.append((one["id"], about))
            one = {}


@pytest.fixture
def follow(outward: tuple[RunningStack, httpx2.Client]) -> Iterator[Callable[..., Follower]]:
    """``follow(who, EVENTS)`` → a stream that is open."""
    followers: list[Follower] = []

    def start(who: dict[str, str], stream: tuple[str, str, Any]) -> Follower:
        followers.append(Follower(outward[0].url, who, stream))
        wait_for(lambda: followers[-1].is_open)
        return followers[-1]

    yield start
    for one in followers:
        one.leave()


def test_the_owners_system_is_told_and_a_strangers_is_not(
    outward: tuple[RunningStack, httpx2.Client],
    new_receiver: Callable[[], Receiver],
    follow: Callable[..., Follower],
) -> None:
    _, client = outward
    clerk = sign_in(client, "out-clerk", "pet-dh", "intake_officer")
    owner = sign_in(client, "out-owner", "cmo-dh", "case_supervisor")
    stranger = sign_in(client, "out-stranger", "cmo-lh", "case_supervisor")
    ours, theirs = new_receiver(), new_receiver()
    hook = register(client, owner, ours.url)
    register(client, stranger, theirs.url)
    by_owner, by_stranger = follow(owner, EVENTS), follow(stranger, EVENTS)
    first = take_in(client, clerk, "outward-1")
    wait_for(lambda: ours.clues() == {first})
    headers, body = ours.got[0]
    document = Verifier(hook["secret"]).verify(body, headers)
    assert document["type"] == "clue.clue.registered.v1"
    assert CLUE["allegations"][0]["text"] not in body
    assert "方启航" not in body
    # Ordered after the first: had the stranger been told of that one, it would be here by the time of the second.
    mine = register(client, stranger, theirs.url)
    client.post(f"/v1/webhooks/{mine['id']}/test", headers=stranger)
    wait_for(lambda: len(theirs.got) >= 1)
    assert [json.loads(body)["type"] for _, body in theirs.got] == ["heli.webhook.test.v1"]
    # The same on the streams, and their own clue does come.
    second = take_in(client, sign_in(client, "out-clerk-lh", "pet-lh", "intake_officer"), "outward-2")
    wait_for(lambda: second in by_stranger.clues())
    assert by_stranger.clues() == [second]
    wait_for(lambda: first in by_owner.clues())
    assert by_owner.clues() == [first]


def test_nothing_is_lost_while_receiver_worker_and_broker_die(
    outward: tuple[RunningStack, httpx2.Client],
    new_receiver: Callable[[], Receiver],
    follow: Callable[..., Follower],
) -> None:
    stack, client = outward
    clerk = sign_in(client, "out-clerk", "pet-dh", "intake_officer")
    owner = sign_in(client, "out-owner", "cmo-dh", "case_supervisor")
    receiver = new_receiver()
    register(client, owner, receiver.url)
    streams = [follow(owner, EVENTS), follow(owner, NOTICES)]
    receiver.refuses = True
    clues = [take_in(client, clerk, f"outward-kill-{number}") for number in range(3)]
    wait_for(lambda: receiver.refused >= 1)
    for number, victim in enumerate(("notification-service", "nats", "notification-service", "gateway")):
        wait_for(lambda: all(one.is_open for one in streams))
        opened = [len(one.openings) for one in streams]
        stack.kill(victim)
        clues.append(take_in(client, clerk, f"outward-kill-again-{number}"))
        if victim != "nats":  # streams do not hang on the broker
            for one, before in zip(streams, opened, strict=True):
                wait_for(partial(one.has_come_back, before))
    receiver.refuses = False
    # However often messages were refused meanwhile: an hour on, their next attempt is due and the receiver is rested.
    assert client.post("/dev/clock", json={"advance_s": 3600}).status_code == 200
    clues.append(take_in(client, clerk, "outward-kill-last"))  # in order: what comes before it, came before it
    wait_for(lambda: receiver.clues() >= set(clues))
    by_id = {headers["webhook-id"]: json.loads(body)["data"]["clue_id"] for headers, body in receiver.got}
    assert sorted(by_id.values()) == sorted(clues), "a repeated message has the id it had before"
    for stream in streams:
        wait_for(partial(stream.has_heard_of, clues[-1]))
        assert stream.clues() == clues, "none lost, each in its turn"
        assert len(stream.heard) == len(clues), "a stream that resumes repeats nothing"
        assert set(stream.openings) == {"ready"}
    listed = client.get("/v1/notifications?kind=clue_registered&limit=200", headers=owner).json()["items"]
    assert [one["item_id"] for one in listed if one["item_id"] in clues] == clues[::-1]
