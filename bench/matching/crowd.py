"""Clues in any number: many invented cities, so that names, units and topics grow with the count, and no two alike."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

from clue_service.corpus.generate import Corpus
from clue_service.corpus.world import World

Body = dict[str, Any]

CITY = 5_000  # clues of one city: 24 counties
PLANTED_SEED = 7_001
_CROWD_SEED = 90_000
# What people add about themselves and their way through the offices: particulars that meet nobody else's.
_ASIDES = (
    "我是{stem}镇{other}村村民{person}的亲戚，电话里说不清楚。",
    "此前曾到{stem}信访接待室找过{person}，没有答复。",
    "当时{person}和{second}都在场，可以作证。",
    "知情人{person}现住{stem}小区{n}栋{m}室。",
    "附件共{n}页，原件在{stem}律师事务所{person}处。",
    "我们{n}户曾在{stem}广场集体签名，带头的是{person}。",
    "{stem}派出所{person}做过笔录，编号{n}{m}。",
    "有关票据由{firm}会计{person}保管。",
    "第{n}次写信，上次由{stem}邮局寄出。",
    "后来{person}去了{firm}上班，不愿再谈。",
    "村里{stem}水库、{other}桥头的人都知道。",
    "视频是{person}在{stem}饭店门口拍的，共{m}秒。",
)


@dataclass(frozen=True)
class Planted:
    """Clues that are searched for (``queries``) and what is stored before: their mates and others of their city."""

    stored: list[Body]
    queries: list[Body]


def crowd(number: int, count: int) -> list[Body]:
    """The clues of city ``number``; every second city writes in the wording that fitting never sees."""
    wording = "unseen" if number % 2 else "fit"
    corpus = Corpus(_CROWD_SEED + number, wording)  # type: ignore[arg-type]  # one of the two wordings
    return _with_asides(corpus.clues(count), corpus.world, Random(number))


def plant(queries: int, stored: int) -> Planted:
    """Of matters in unseen wording the last clue is asked for; the earlier ones are stored."""
    corpus = Corpus(PLANTED_SEED, "unseen")
    bodies = _with_asides(corpus.clues(stored + queries), corpus.world, Random(PLANTED_SEED))
    last = {matter: body["id"] for body in bodies for matter in body["matter_ids"]}
    seen: set[str] = set()
    asked: list[Body] = []
    for body in bodies:
        known = not seen.isdisjoint(body["matter_ids"])
        is_last = all(last[matter] == body["id"] for matter in body["matter_ids"])
        if known and is_last:
            asked.append(body)
        seen.update(body["matter_ids"])
    # Evenly over the time, since mates of late matters are many.
    asked = asked[:: max(1, len(asked) // queries)][:queries]
    taken = {body["id"] for body in asked}
    return Planted([body for body in bodies if body["id"] not in taken][:stored], asked)


def written_again(bodies: Sequence[Body], seed: int) -> list[Body]:
    """The same people write once more, each with another aside; by another seed with others."""
    world, random = Corpus(seed, "unseen").world, Random(seed)
    again = deepcopy(list(bodies))
    for body in again:
        _add_aside(body, random.choice(_ASIDES), world, random)
    return again


def _with_asides(bodies: list[Body], world: World, random: Random) -> list[Body]:
    for body in bodies:
        for aside in random.sample(_ASIDES, random.choice((0, 1, 1, 2))):
            _add_aside(body, aside, world, random)
    return bodies


def _add_aside(body: Body, aside: str, world: World, random: Random) -> None:
    body["allegations"][0]["text"] += aside.format(
        stem=world.stem(), other=world.stem(), person=world.person(), second=world.person(), firm=world.firm(),
        n=random.randrange(2, 99), m=random.randrange(100, 999),
    )  # fmt: skip
