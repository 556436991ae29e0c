"""A database with generated clues whose truth is known."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from clue_service.corpus.generate import Corpus

TakeIn = Callable[..., Awaitable[dict[UUID, frozenset[str]]]]


@pytest.fixture
def take_in(call: Any) -> TakeIn:
    """``await take_in(count, seed=…, who=…)`` → clue → its true matters; taken in over HTTP, in order of receipt."""

    async def register(count: int, *, seed: int = 77, who: str = "officer@pet-dh", **changes: Any) -> Any:
        truth = {}
        for body in Corpus(seed).clues(count):
            matters = frozenset(body.pop("matter_ids"))
            form = {key: value for key, value in body.items() if key != "id"} | changes
            answer = await call(who, "POST", "/v1/clues", form)
            assert answer.status_code == 201, answer.text
            truth[UUID(answer.json()["id"])] = matters
        return truth

    return register
