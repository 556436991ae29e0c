"""A token revoked on a running stack is refused by it, and by a gateway that starts afterwards; no other token is."""

import time
from collections.abc import Callable

import httpx2
import pytest
from heli_local.running import RunningStack

pytestmark = pytest.mark.e2e

PATIENCE_S = 120


def _until_answered(gateway: httpx2.Client, headers: dict[str, str], status: int) -> httpx2.Response:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            answer = gateway.get("/v1/units?limit=1", headers=headers)
        except httpx2.TransportError:  # the gateway is being started anew
            assert time.monotonic() < deadline
            continue
        if answer.status_code == status or time.monotonic() > deadline:
            return answer


def test_a_revoked_token_is_refused_now_and_after_a_restart(
    stack: RunningStack, gateway: httpx2.Client, person: Callable[..., dict[str, str]]
) -> None:
    leaving, staying = (person("one-who-leaves", "inv1-dh", "handler") for _ in range(2))
    for headers in (leaving, staying):
        assert gateway.get("/v1/units?limit=1", headers=headers).status_code == 200
    token = leaving["Authorization"].removeprefix("Bearer ")
    made = gateway.post("/v1/token-revocations", json={"token": token}, headers=leaving)
    assert made.status_code == 201, made.text
    assert _until_answered(gateway, leaving, 401).json()["code"] == "unauthenticated"
    assert gateway.get("/v1/units?limit=1", headers=staying).status_code == 200
    before = stack.pids()["gateway"]
    stack.kill("gateway")
    assert _until_answered(gateway, staying, 200).status_code == 200
    assert gateway.get("/v1/units?limit=1", headers=leaving).status_code == 401
    assert stack.pids()["gateway"] != before
