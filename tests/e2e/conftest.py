"""Real stacks, started by the command people use."""

import importlib.util
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chassis.embedded import free_port
from chassis.embedded.process import scratch_folder
from heli_local.running import RunningStack
from heli_local.story.demo import play
from rich.console import Console


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is asked at random leaves a city in any state: it comes after everything that shares the platform."""
    items.sort(key=lambda item: item.path.name == "test_any_request.py" and item.path.parent == Path(__file__).parent)


_SHARED: dict[str, RunningStack] = {}
"""Fixture → the stack that its tests share."""


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """A stack is stopped after its last test: even idle it takes a quarter of two cores from the tests that follow."""
    for name in set(_SHARED).intersection(_fixtures_of(item)):
        if item is [one for one in item.session.items if name in _fixtures_of(one)][-1]:
            _SHARED.pop(name).stop()


def _fixtures_of(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


@pytest.fixture(scope="session")
def new_stack() -> Iterator[Callable[[], RunningStack]]:
    """Makes stacks that are stopped at the end.

    Their gateways wait longer for an answer to begin than the 10 s of production: the machine has other work as well.
    """
    stacks: list[RunningStack] = []
    with scratch_folder() as folder:

        def make() -> RunningStack:
            stack = RunningStack(folder / f"home-{len(stacks)}", free_port(), {"HELI_FIRST_BYTE_TIMEOUT_S": "25"})
            stacks.append(stack)
            return stack

        yield make
        for stack in stacks:
            if stack.process is not None and stack.process.poll() is None:
                stack.stop()


@pytest.fixture(scope="session")
def stack(new_stack: Callable[[], RunningStack]) -> RunningStack:
    """One stack with the demo city for all tests that do not harm it."""
    made = _SHARED["stack"] = new_stack()
    made.start()
    return made


@pytest.fixture(scope="session")
def spare_stack(new_stack: Callable[[], RunningStack]) -> RunningStack:
    """Another one, for tests that do anything to it: fill it, move its clock, kill its programs."""
    made = _SHARED["spare_stack"] = new_stack()
    made.start()
    return made


def module_beside(name: str) -> Any:
    """A module of this folder that holds no tests."""
    spec = importlib.util.spec_from_file_location(f"e2e_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def accounts() -> Any:
    """The module that says whether events are missing."""
    return module_beside("event_accounts")


@pytest.fixture(scope="session")
def pages() -> Any:
    """The module that reads the operators' pages and runs what stands there."""
    return module_beside("runbook_pages")


@pytest.fixture(scope="session")
def collector() -> Iterator[Any]:
    """A receiver of traces."""
    receiving = module_beside("collector").Collector()
    yield receiving
    receiving.close()


@pytest.fixture(scope="session")
async def played(new_stack: Callable[[], RunningStack], collector: Any) -> tuple[RunningStack, str]:
    """A stack on which the story was played once, and how it was told. It tells its traces."""
    made = _SHARED["played"] = new_stack()
    made.environment |= {"HELI_TRACES_ENDPOINT": collector.endpoint, "HELI_LOG_LEVEL": "debug"}
    made.start()
    told = io.StringIO()
    await play(made.url, Console(file=told, width=160))
    return made, told.getvalue()


@pytest.fixture(scope="session")
def gateway(stack: RunningStack) -> Iterator[httpx2.Client]:
    """A client of the shared stack's gateway."""
    with httpx2.Client(base_url=stack.url, timeout=120) as client:
        yield client


@pytest.fixture(scope="session")
def person(gateway: httpx2.Client) -> Callable[..., dict[str, str]]:
    """``person(sub, unit, role, …)`` → headers with a token of the local issuer."""

    def sign_in(sub: str, unit: str, *roles: str) -> dict[str, str]:
        answer = gateway.post("/dev/token", json={"sub": sub, "unit": unit, "roles": list(roles)})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept-Language": "en"}

    return sign_in
