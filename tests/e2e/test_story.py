"""The story, undisturbed and under fire."""

import io
import itertools
from collections.abc import Callable

import pytest
from heli_local.city.people import MARKER
from heli_local.running import RunningStack
from heli_local.story.demo import play
from rich.console import Console

pytestmark = pytest.mark.e2e

VICTIMS = (
    "clue-service",
    "nats",
    "personnel-pool-service",
    "gateway",
    "inspection-service",
    "postgres",
    "notification-service",
)


def test_the_story_holds_from_the_first_letter_to_the_last_notice(played: tuple[RunningStack, str]) -> None:
    assert "14 / 17 / 8" in played[1].splitlines()[-1]


def test_no_reporter_or_relative_is_anywhere_in_plain_text(played: tuple[RunningStack, str]) -> None:
    stack, told = played
    marker = MARKER.encode()
    files = [path for path in stack.home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in files)
    assert [path for path in files if marker in path.read_bytes()] == []
    assert MARKER not in "".join(stack.output) + told


async def test_the_story_holds_while_every_process_is_killed_in_turn(new_stack: Callable[[], RunningStack]) -> None:
    stack = new_stack()
    stack.start()
    killed: list[str] = []
    turns = itertools.cycle(VICTIMS)

    async def kill_one(_step: str) -> None:
        victim = next(turns)
        stack.kill(victim)
        killed.append(victim)

    told = io.StringIO()
    await play(stack.url, Console(file=told, width=160), between_steps=kill_one)
    assert set(killed) == set(VICTIMS)
    assert "14 / 17 / 8" in told.getvalue()
    assert stack.stop() == 0
