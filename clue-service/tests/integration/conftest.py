"""Generated clues whose truth is known; clues that have nothing in common, pairs of them, verdicts; consultations;
events handed to the service itself."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from chassis.identity import SYSTEM
from chassis.service import Resources
from clue_service.candidates import service as candidates
from clue_service.candidates.service import FoundPair
from clue_service.corpus.generate import Corpus
from contracts.registry import BY_TYPE

Document = dict[str, Any]
TakeIn = Callable[..., Awaitable[dict[UUID, frozenset[str]]]]


@pytest.fixture
def take_in(call: Any) -> TakeIn:
    """``await take_in(count, seed=…, who=…)`` → clue → its true matters; taken in over HTTP, in order of receipt."""

    async def register(count: int, *, seed: int = 77, who: str = "officer@pet-dh", **changes: Any) -> Any:
        truth = {}
        for body in Corpus(seed, days=1_500).clues(count):
            matters = frozenset(body.pop("matter_ids"))
            form = {key: value for key, value in body.items() if key != "id"} | changes
            answer = await call(who, "POST", "/v1/clues", form)
            assert answer.status_code == 201, answer.text
            truth[UUID(answer.json()["id"])] = matters
        return truth

    return register


SUPERVISOR = "supervisor@cmo-dh"
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
TOPICS = ("虚报冒领补贴", "违规操办酒席", "公车私用", "侵占集体土地", "干预工程招标", "收受礼金", "吃空饷", "打牌赌博")

Unlike = Callable[..., Awaitable[Document]]
PairUp = Callable[..., Awaitable[str]]


@pytest.fixture
def unlike(register: Any) -> Unlike:
    """``await unlike(n, who)`` → a clue that shares nothing with those of other numbers."""

    async def make(number: int, who: str = "officer@pet-dh", **changes: Any) -> Document:
        surname, topic = SURNAMES[number % len(SURNAMES)], TOPICS[number % len(TOPICS)]
        name = f"{surname}{'一二三四五六七八九'[number % 9]}{'东南西北中'[number % 5]}"
        form = {
            "subjects": [{"name": name, "unit_name": f"{surname}{topic[0]}镇{number}村"}],
            "allegations": [{"text": f"{name}{topic}，涉及第{number * 7 + 3}号。"}],
            "origin_ref": f"unlike:{number}",
        }
        return dict(await register(who, **{**form, **changes}))

    return make


@pytest.fixture
def pair_up(resources: Resources) -> PairUp:
    """``await pair_up(one, other, parts=…)`` → the id of their pair, recorded as matching would."""

    async def record(
        one: Document, other: Document, parts: tuple[str | None, str | None] = (None, None), **changes: Any
    ) -> str:
        found = FoundPair(
            other_id=UUID(other["id"]),
            probability=0.97,
            band="likely",
            relation="same_matter_other_reporter",
            reasons=[{"field": "name", "verdict": "agree", "weight": 3.0, "detail": None}],
            is_across=one["commission"] != other["commission"],
            parts=parts,
        )
        async with resources.transactions(SYSTEM) as uow:
            await candidates.record_pairs(uow, UUID(one["id"]), [found])
            (pair,) = [
                pair
                for pair in await candidates.pairs_of(uow, UUID(one["id"]))
                if pair.other_than(UUID(one["id"])) == UUID(other["id"])
            ]
            return str(pair.id)

    return record


@pytest.fixture
def decide(call: Any) -> Any:
    """``await decide(pair_id, "same")`` → the pair as answered."""

    async def say(
        pair_id: str, decision: str = "same", who: str = SUPERVISOR, clearance: str = "internal", **more: Any
    ) -> Document:
        body = {"decision": decision, "reason": "r", **more}
        answer = await call(who, "POST", f"/v1/candidates/{pair_id}/decide", body, clearance=clearance)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return say


@pytest.fixture
def undo(call: Any) -> Any:
    """``await undo(pair_id)`` → the pair as answered."""

    async def take_back(pair_id: str, who: str = SUPERVISOR) -> Document:
        answer = await call(who, "POST", f"/v1/candidates/{pair_id}/undo", {"reason": "mistaken"})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return take_back


@pytest.fixture
def matters_of(call: Any) -> Any:
    """``await matters_of(clue, …)`` → the matter ids of each clue."""

    async def read(*clues: Document) -> list[list[str]]:
        answers = [await call(SUPERVISOR, "GET", f"/v1/clues/{clue['id']}") for clue in clues]
        return [answer.json()["matter_ids"] for answer in answers]

    return read


@pytest.fixture
def joined(unlike: Unlike, pair_up: PairUp, decide: Any) -> Any:
    """``await joined(3, start=10)`` → three clues in one matter, the pairs that join them, and the matter's id."""

    async def make(size: int = 2, start: int = 0) -> tuple[list[Document], list[str], str]:
        clues = [await unlike(start + n) for n in range(size)]
        pairs = [await pair_up(one, other) for one, other in pairwise(clues)]
        verdicts = [await decide(pair) for pair in pairs]
        return clues, pairs, verdicts[-1]["matter_id"]

    return make


Act = Callable[..., Awaitable[Document]]

CONVENER = "supervisor@cmo-xn"
APPROVER = "principal@cdi-xn"
EAST = "supervisor@cmo-dh"
WEST = "supervisor@cmo-xs"
FORM: Document = {
    "kind": "important_clue",
    "topic": "会商议题䶮一",
    "participants": [{"unit": "cdi-dh"}, {"unit": "cdi-xs"}],
}
DUE = {"opinions_due_on": "2026-11-30"}
HELD = {"held_on": "2026-11-23", "attended": ["cdi-dh", "cdi-xs"], "minutes": "纪要䶮二"}


@pytest.fixture
def act(call: Any) -> Act:
    """``await act(who, item, verb, body)`` → the item as answered; ``expect`` another status and get the problem."""

    async def go(who: str, item: Document, verb: str, body: Any = None, expect: int = 200, **more: Any) -> Document:
        answer = await call(who, "POST", f"/v1/consultations/{item['id']}/{verb}", body, **more)
        assert answer.status_code == expect, answer.text
        return dict(answer.json())

    return go


@pytest.fixture
def convened(call: Any, act: Act) -> Act:
    """``await convened("scheduled", **changes)`` → a consultation brought to that state."""

    async def make(to: str = "scheduled", **changes: Any) -> Document:
        answer = await call(CONVENER, "POST", "/v1/consultations", {**FORM, **changes})
        assert answer.status_code == 201, answer.text
        item = dict(answer.json())
        opinion = {"position": "agree", "text": "同意䶮三"}
        steps: list[tuple[str, str, str, Any]] = [
            ("submitted", CONVENER, "submit", None),
            ("approved", APPROVER, "approve", None),
            ("scheduled", CONVENER, "schedule", DUE),
            ("", EAST, "give-opinion", opinion),
            ("opened", WEST, "give-opinion", opinion),
            ("held", CONVENER, "hold", HELD),
            ("", EAST, "sign-minutes", None),
            ("minutes_signed", WEST, "sign-minutes", None),
        ]
        if to == "draft":
            return item
        for reached, who, verb, body in steps:
            item = await act(who, item, verb, body)
            if reached == to:
                return item
        raise AssertionError(to)

    return make


@pytest.fixture
def follow(harness: Any) -> Any:
    """``await follow()``: hand every staged event of clues that was not yet handed over to the service, in order."""
    done: list[str] = []

    async def go(times: int = 1) -> None:
        for staged in await harness.staged_events("clue.clue."):
            ident = staged.headers["ce-id"]
            if staged.type in harness.handlers and ident not in done:
                done.append(ident)
                event = BY_TYPE[staged.type].model_validate(staged.data)
                await asyncio.gather(*(harness.deliver(event, version=staged.version) for _ in range(times)))

    return go
