"""The examples for integrators, run as they are printed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from chassis.broker import Message, connect
from chassis.embedded.nats import NatsUser, scratch_nats
from chassis.embedded.process import free_port
from heli_local.running import RunningStack
from notification_service.broker_partners.domain import Partner, durable_of, permissions_of
from notification_service.broker_partners.service import add_partner

EXAMPLES = Path(__file__).parents[2] / "sdk" / "python-examples"
UNIT = "pool.unit.upserted.v1"

pytestmark = pytest.mark.e2e


def run(name: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLES / name],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_story_in_python(stack: RunningStack) -> None:
    told = run("story.py", HELI=stack.url)
    assert "meets: {'unit': 'cdi-dh'" in told
    assert told.count("an overlap alert:") == told.count("resolved") == 1
    assert "a consultation:" in told
    assert "  read at " in told
    assert "a notice: overlap_detected" in told
    assert "404 not_found" in told


def test_the_webhook_receiver_takes_each_message_once(
    stack: RunningStack, gateway: httpx2.Client, person: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    port = free_port()
    owner = person("example-owner", "cmo-dh", "case_supervisor")
    wanted = {"url": f"http://127.0.0.1:{port}/heli", "event_types": ["pool.unit.upserted.v1"]}
    hook = gateway.post("/v1/webhooks", json=wanted, headers=owner).json()
    receiver = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "webhook_receiver:app", "--port", str(port), "--log-level", "warning"],
        cwd=EXAMPLES,
        env={**os.environ, "SECRET": hook["secret"], "DATABASE": str(tmp_path / "messages.db")},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                forged = httpx2.post(wanted["url"], content=b"{}", headers={"webhook-id": "x"})
                break
            except httpx2.TransportError:
                assert time.monotonic() < deadline
        assert forged.status_code == 401
        assert gateway.post(f"/v1/webhooks/{hook['id']}/test", headers=owner).status_code < 300
        assert receiver.stdout is not None
        assert receiver.stdout.readline().startswith("heli.webhook.test.v1")
        page = gateway.get(f"/v1/webhooks/{hook['id']}/deliveries", headers=owner).json()
        sent = page["items"][0]["id"]
        again = gateway.post(f"/v1/webhooks/{hook['id']}/deliveries/{sent}/redeliver", headers=owner)
        assert again.status_code < 300, again.text
        gateway.post(f"/v1/webhooks/{hook['id']}/test", headers=owner)
        assert receiver.stdout.readline().startswith("heli.webhook.test.v1")
    finally:
        receiver.terminate()
        rest, _ = receiver.communicate(timeout=120)
    assert rest == "", "what was sent again was taken once"


def _with_user(stack: RunningStack, user: dict[str, Any]) -> str:
    """The broker of a running stack with one more user, reloaded; the user's address."""
    folder = stack.home / "nats"
    configuration = json.loads((folder / "server.conf").read_text())
    configuration["accounts"]["HELI"]["users"].append(user)
    (folder / "server.conf").write_text(json.dumps(configuration))
    os.kill(stack.pids()["nats"], signal.SIGHUP)
    return f"nats://{user['user']}:{user['password']}@{configuration['listen']}"


def test_the_subscriber_follows_a_running_platform(
    spare_stack: RunningStack, person: Callable[..., dict[str, str]]
) -> None:
    pid = spare_stack.pids()["notification-service"]
    environment = dict(one.split("=", 1) for one in Path(f"/proc/{pid}/environ").read_text().split("\0") if one)
    command = ["partners", "add", "sister", "--type", UNIT, "--commission", "*"]
    made = subprocess.run(
        [Path(sys.executable).with_name("notification-service"), *command],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    user = {**json.loads(made.stdout)["user"], "password": uuid4().hex}
    address = _with_user(spare_stack, user)
    with httpx2.Client(base_url=spare_stack.url, timeout=120) as client:
        said = {"sub": "sister-admin", "unit": "cdi-dh", "roles": ["platform_admin"]}
        token = client.post("/dev/token", json=said).json()["access_token"]
        unit = {"name": "夏宁市姊妹平台联络站", "unit_type": "supervised_unit", "parent_code": None, "level": "city"}
        written = client.put("/v1/units/sister-1", json=unit, headers={"Authorization": f"Bearer {token}"})
        assert written.status_code == 201, written.text
    told, deadline = "", time.monotonic() + 240
    while f"{UNIT} sister-1" not in told:  # the event is on its way, and so may be the broker's new user
        assert time.monotonic() < deadline
        done = subprocess.run(
            [sys.executable, EXAMPLES / "nats_subscriber.py"],
            env={**os.environ, "NATS": address, "PARTNER": "sister", "ONCE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        told += done.stdout
    assert told.count(f"{UNIT} sister-1 ") == 1


async def test_the_subscriber_reads_as_a_partner() -> None:
    allowed = permissions_of("water")
    user = NatsUser(durable_of("water"), tuple(allowed["publish"]["allow"]), (), tuple(allowed["subscribe"]["allow"]))
    with scratch_nats([user]) as server:
        admin = await connect(server.url(), name="admin")
        await admin.ensure_streams([{"name": "EVT", "subjects": ["evt.>"]}])
        await add_partner(admin, Partner("water", (UNIT,), ("cdi-a",)), from_start=True)
        for code, number in (("cdi-a", "1"), ("cdi-b", "2"), ("cdi-a", "3")):
            headers = {"Nats-Msg-Id": str(uuid4()), "ce-type": UNIT, "ce-subject": "u", "ce-sequence": number}
            await admin.publish(Message(f"evt.{UNIT}.{code}", headers, b'{"code":"u"}'))
        environment = {"NATS": server.url(durable_of("water")), "PARTNER": "water", "ONCE": "1"}
        told = await asyncio.to_thread(run, "nats_subscriber.py", **environment)
        assert told.splitlines() == [f"{UNIT} u 1 {{'code': 'u'}}", f"{UNIT} u 3 {{'code': 'u'}}"]
        assert await asyncio.to_thread(run, "nats_subscriber.py", **environment) == ""
        await admin.drain()
