"""The people of the demo city: synthetic, the same for the same seed; relatives carry a marker for leak tests."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from heli_local.city.units import COOPERATIVE

MARKER = "䶮"
"""A rare character in every relative's and reporter's name of the demo, so that a leak can be found by searching."""

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵"
    "万钱严覃武戴莫孔向汤"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文斌志海燕玲辉鹏浩宇欣怡晨曦思远博雅琪俊峰立新春雨晓东云飞长青"
)
_TAGS = (
    "discipline",
    "organisation",
    "audit",
    "finance",
    "legal",
    "petition",
    "propaganda",
    "it",
    "engineering",
    "interview",
    "ledger_analysis",
    "writing",
)
_MEMBER_UNITS = (
    "sup1-xn",
    "sup2-xn",
    "sup3-xn",
    "sup4-xn",
    "inv1-xn",
    "con-xn",
    "cmo-xn",
    "pet-xn",
    "insp-xn",
    "insp-xn",
    "dg-build",
    "dg-livelihood",
    "ucdi-xn",
)
_RANKS = ("clerk", "section_deputy", "section_chief", "division_deputy", "division_chief")
_POSTS = ("科员", "副科长", "科长", "副处长", "处长")


@dataclass(frozen=True)
class Cadre:
    """A cadre as ``POST /v1/cadres`` takes it. ``key`` names it in the story and makes loading repeatable."""

    key: str
    body: dict[str, Any]


def _name(rng: random.Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.choice(_GIVEN) for _ in range(rng.choice((1, 2, 2))))


def _cadre(rng: random.Random, key: str, home_unit: str, **more: Any) -> Cadre:
    level = rng.randrange(len(_RANKS))
    start = f"{rng.randint(2012, 2019)}-0{rng.randint(1, 9)}-01"
    body = {
        "name": _name(rng),
        "home_unit": home_unit,
        "rank": _RANKS[level],
        "gender": rng.choice(("male", "female")),
        "birth_date": f"{rng.randint(1970, 1995)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}",
        "party_member": True,
        "tags": sorted(rng.sample(_TAGS, 3)),
        "pool_kinds": ["inspection_member"],
        "work_history": [{"unit_code": home_unit, "post": _POSTS[level], "from": start, "to": None}],
        "relatives": [],
        "sub": f"user-{key}",
    }
    return Cadre(key, {**body, **more})


def story_cadres(rng: random.Random) -> Iterator[Cadre]:
    """Who the story needs: one who inspected the co-operative before, its supervisor, one who must step aside."""
    yield _cadre(
        rng,
        "commissioner",
        "insp-xn",
        rank="division_chief",
        pool_kinds=["inspection_leader", "inspection_member"],
        tags=["audit", "discipline", "interview"],
    )
    yield _cadre(
        rng,
        "office-deputy",
        "sup2-xn",
        rank="division_deputy",
        pool_kinds=["inspection_leader", "inspection_member"],
        tags=["discipline", "interview", "writing"],
        work_history=[{"unit_code": "sup2-xn", "post": "副主任", "from": "2021-03-01", "to": None}],
    )
    # The strongest record of all, and a sibling on the co-operative's staff: lawfully left out.
    yield _cadre(
        rng,
        "kin-of-target",
        "insp-xn",
        rank="division_chief",
        pool_kinds=["inspection_leader", "inspection_member"],
        tags=["audit", "discipline", "finance", "interview", "ledger_analysis", "writing"],
        relatives=[{"relation": "sibling", "unit_code": COOPERATIVE, "name": f"何{MARKER}宁"}],
    )
    yield _cadre(rng, "former-liaison", "insp-xn", rank="section_chief", tags=["petition", "writing", "finance"])


def cadres(seed: int, count: int, units: Sequence[str]) -> list[Cadre]:
    """``count`` cadres; the first four are the story's."""
    rng = random.Random(seed)  # noqa: S311 - synthetic people, not secrets
    homes = [unit for unit in _MEMBER_UNITS if unit in units]
    made = list(story_cadres(rng))
    while len(made) < count:
        number = len(made)
        kinds = {"ucdi-xn": ["university_backbone"], "inv1-xn": ["case", "inspection_member"]}
        home = homes[number % len(homes)]
        made.append(_cadre(rng, f"c{number:04d}", home, pool_kinds=kinds.get(home, ["inspection_member"])))
    return made


def supervised_persons(seed: int, count: int, units: Sequence[str]) -> Iterator[dict[str, Any]]:
    """``count`` supervised persons spread over ``units``."""
    rng = random.Random(seed + 1)  # noqa: S311 - synthetic people, not secrets
    for number in range(count):
        level = min(int(rng.expovariate(1.2)), len(_RANKS) - 1)
        yield {
            "code": f"sp-{number:06d}",
            "name": _name(rng),
            "unit_code": units[number % len(units)],
            "post": _POSTS[level],
            "rank": _RANKS[level],
            "managing_committee": "pc-xn",
            "is_party_member": rng.random() < 0.8,
            "is_supervision_object": True,
        }
