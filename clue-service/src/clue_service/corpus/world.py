"""An invented city: places, units with the names people give them, officials, firms. All names are made by chance."""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from clue_service.matching.lexicon import given_characters, read_data


@cache
def read_corpus_data(name: str) -> dict[str, Any]:
    """One JSON file of the generator's wording and building blocks."""
    raw = (resources.files("clue_service.corpus") / "data" / name).read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(raw)
    return content


# Department: official name after the area, and how people shorten it. Written for the generator: the engine learns
# aliases from the unit directory, and must cope with those that are in no list.
_DEPARTMENTS: list[tuple[str, tuple[str, ...]]] = [
    ("住房和城乡建设局", ("住建局", "建设局")),
    ("自然资源局", ("国土局", "自规局")),
    ("人力资源和社会保障局", ("人社局", "社保局")),
    ("卫生健康委员会", ("卫健委", "卫生局")),
    ("教育局", ("教体局",)),
    ("农业农村局", ("农业局",)),
    ("乡村振兴局", ("扶贫办",)),
    ("水利局", ("水务局",)),
    ("林业局", ("林草局",)),
    ("交通运输局", ("交通局",)),
    ("民政局", ()),
    ("财政局", ()),
    ("市场监督管理局", ("市监局", "工商局")),
    ("城市管理局", ("城管局", "执法局")),
    ("生态环境局", ("环保局",)),
    ("应急管理局", ("安监局",)),
    ("退役军人事务局", ("退役军人局", "军人事务局")),
    ("供销合作社", ("供销社",)),
    ("人民医院", ("县医院",)),
    ("第一中学", ("一中",)),
    ("城市建设投资有限公司", ("城投公司", "城投")),
    ("公安局", ()),
    ("粮食和物资储备局", ("粮食局", "储备局")),
    ("文化广电旅游局", ("文旅局", "文广旅局")),
    ("机关事务管理局", ("事务局", "机关局")),
    ("地震监测中心", ("地震台",)),
    ("人民防空办公室", ("人防办", "国防动员办")),
    ("烟草专卖局", ("烟草局", "烟草公司")),
    ("医疗保障局", ("医保局",)),
    ("国家税务局", ("税务局", "国税局")),
    ("人民法院", ("法院",)),
    ("司法局", ()),
    ("信访局", ("信访办",)),
    ("气象局", ("气象台",)),
    ("残疾人联合会", ("残联",)),
    ("房产管理局", ("房管局", "房产局")),
    ("公路管理局", ("公路局", "公路段")),
    ("供电公司", ("电力公司", "供电局")),
    ("自来水公司", ("水厂", "供水公司")),
    ("农村商业银行", ("农商行", "信用社")),
    ("高新技术产业开发区管理委员会", ("高新区管委会", "开发区管委会", "管委会")),
    ("中心敬老院", ("敬老院", "养老院")),
    ("国有林场", ("林场",)),
    ("水库移民服务中心", ("移民局", "移民办")),
    ("疾病预防控制中心", ("疾控中心", "防疫站")),
    ("住房公积金管理中心", ("公积金中心",)),
]
_POSTS = {
    "department": [
        ("局长", "一把手", "主要负责人"), ("副局长", "分管领导", "班子成员"), ("科长", "股长", "科室负责人"),
        ("办公室主任", "办公室负责人"), ("干部", "工作人员"),
    ],
    "town": [
        ("党委书记", "书记", "镇领导"), ("镇长", "镇里主要领导"), ("副镇长", "分管领导"), ("民政所所长", "所长"),
        ("财政所所长", "所长"),
    ],
    "village": [
        ("村支书", "支书", "村书记"), ("村主任", "村长", "村委会主任"), ("村会计", "会计", "文书"),
        ("村干部", "村委成员"),
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A unit with its area: ``names`` are its full name and what people write instead, shorter ones last."""

    kind: str
    county: str
    names: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class Official:
    """An invented official; ``posts`` are ways of writing one post."""

    name: str
    place: Place
    posts: tuple[str, ...]


@dataclass
class World:
    """Draws everything the letters are about from one random source."""

    random: Random
    counties: list[str] = field(default_factory=list)
    _blocks: dict[str, Any] = field(default_factory=dict)
    _surnames: list[str] = field(default_factory=list)
    _given_characters: list[str] = field(default_factory=list)

    @classmethod
    def build(cls, random: Random, counties: int = 24) -> "World":
        """A world of so many counties."""
        world = cls(random)
        world._blocks = read_corpus_data("world.json")
        world._surnames = [name for name in read_data("surnames.txt") if not name.isspace()][:220]
        world._given_characters = sorted(given_characters())
        world.counties = [world.stem() + random.choice("县县区市") for _ in range(counties)]
        return world

    def pick(self, block: str) -> str:
        """One of the building blocks called ``block``."""
        return str(self.random.choice(self._blocks[block]))

    def stem(self) -> str:
        """The stem of a place's name."""
        return self.pick("place_first") + self.pick("place_second")

    def person(self) -> str:
        """A full name; surnames are as uneven as in life, one in a hundred has two characters or is transliterated."""
        if self.random.random() < 0.01:
            return "·".join(self.pick("syllables") + self.pick("syllables") + self.pick("syllable_ends") for _ in "ab")
        number = min(int(self.random.expovariate(1 / 14)), len(self._surnames) - 1)
        surname = self._surnames[number]
        if self.random.random() < 0.01:
            surname = self.random.choice(("欧阳", "司马", "上官", "诸葛", "令狐"))
        return surname + self._given() + (self._given() if self.random.random() < 0.8 else "")

    def _given(self) -> str:
        draw = self.random.random()
        if draw < 0.2:
            return self.random.choice(self._given_characters)
        return self.pick("given_common" if draw < 0.7 else "given")

    def firm(self) -> str:
        """A company."""
        return self.pick("firm_first") + self.pick("firm_second") + self.pick("firm_kinds")

    def plate(self) -> str:
        """A number plate."""
        tail = "".join(self.random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(5))
        return f"{self.pick('plates')}{self.random.choice('ABCDEFGH')}{tail}"

    def place(self) -> Place:
        """A department, town or village of one of the counties."""
        county = self.random.choice(self.counties)
        draw = self.random.random()
        if draw < 0.5:
            return self._department(county)
        return self._town(county) if draw < 0.72 else self._village(county)

    def _department(self, county: str) -> Place:
        official, aliases = self.random.choice(_DEPARTMENTS)
        stem, level = county[:-1], county[-1]
        short = [*aliases, official]
        names = [county + official, *(county + alias for alias in aliases)]
        names += [stem + alias for alias in aliases] + [level + alias for alias in short] + list(aliases)
        return Place("department", county, tuple(dict.fromkeys(names)), official)

    def _town(self, county: str) -> Place:
        town = self.stem() + self.random.choice("镇镇乡")
        names = (f"{county}{town}人民政府", f"{county}{town}", f"{town}人民政府", f"{town}政府", town)
        return Place("town", county, names, town)

    def _village(self, county: str) -> Place:
        town, village = self.stem() + "镇", self.stem() + "村"
        names = (
            f"{county}{town}{village}村民委员会", f"{county}{town}{village}", f"{town}{village}",
            f"{town}{village}委会", f"{village}村委会", village,
        )  # fmt: skip
        return Place("village", county, names, village)

    def official(self, place: Place | None = None) -> Official:
        """An official of a place."""
        where = place or self.place()
        return Official(self.person(), where, self.random.choice(_POSTS[where.kind]))
