"""Clues with truth: matters of an invented world, each reported several times in different words.

Three disjoint sets of wording: a model fitted on ``fit`` is calibrated on that and on ``calibrate``, and judged on
``unseen``. Hard negatives are part of every corpus: same person other matter; same unit and kind other person; same
name other unit; and two officials of one office accused over the same affair.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Literal

from clue_service.corpus import writing
from clue_service.corpus.world import Official, World, read_corpus_data

Wording = Literal["fit", "calibrate", "unseen"]
Body = dict[str, Any]

_LETTERS = 0.12  # share of matters that are long letters without a named person
_MIXED = 0.04
_SCANNED = 0.12
_OTHER_SCRIPT = 0.03
_SAME_AFFAIR = 0.01  # another official of one office accused over the same project, money or event
_LONG = 0.12  # share of letters about an official that are told at length
_SOURCES = ("PETITION",) * 6 + ("INSPECTION", "SUPERIOR_ASSIGNED", "AUDIT", "OTHER")


@dataclass(frozen=True)
class Matter:
    """One matter: who, what kind, with which particulars, and when."""

    id: str
    official: Official | None
    kind: str
    slots: dict[str, str]
    sum: int
    happened: date
    first: date


@dataclass
class Corpus:
    """Draws matters and writes clues about them."""

    seed: int
    wording: Wording = "fit"
    start: date = date(2019, 1, 1)
    days: int = 2_600
    random: Random = field(init=False)
    world: World = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - reproducible test data, no secret
        self.world = World.build(self.random)
        self._kinds = read_corpus_data("wording.json")["kinds"]
        self._phrases = read_corpus_data("wording.json")["phrases"]
        self._letters = read_corpus_data("letters.json")

    def clues(self, count: int) -> list[Body]:
        """About ``count`` clues in order of receipt: ``POST /v1/clues`` bodies with ``id`` and ``matter_ids``."""
        written: list[Body] = []
        matters: list[Matter] = []
        while len(written) < count:
            matter = self._matter(len(matters), matters)
            matters.append(matter)
            written += self._reports(matter, matters)
        written.sort(key=lambda body: (body["received_on"], body["id"]))
        del written[count:]
        for number, body in enumerate(written):
            body["id"] = f"g{number}"
        return written

    def _matter(self, number: int, earlier: list[Matter]) -> Matter:
        random = self.random
        first = self.start + timedelta(days=random.randrange(self.days))
        happened = first - timedelta(days=int(random.expovariate(1 / 150)) + 3)
        if random.random() < _LETTERS:
            return Matter(f"m{number}", None, "letter", self._letter_slots(), 0, happened, first)
        if random.random() < _SAME_AFFAIR and (like := self._recent(earlier)):
            return self._same_affair(number, like, happened, first)
        official, kind = self._who_and_what(earlier)
        amount = random.choice(
            (random.randrange(1, 60) * 10_000, random.randrange(2, 90) * 1_000, random.randrange(3_000, 500_000))
        )
        slots = {
            "third": self.world.person(), "firm": self.world.firm(), "plate": self.world.plate(),
            "village": self.world.stem() + "村", "project": self.world.stem() + self.world.pick("project_kinds"),
            "fund": self.world.pick("funds"), "relation": self.world.pick("relations"),
            "event": self.world.pick("events"),
            "hotel": self.world.pick("firm_first") + self.world.pick("firm_second") + self.world.pick("hotels"),
            "place": self.world.stem() + self.world.pick("places"), "count": str(random.randrange(2, 90)),
            "area": f"{random.randrange(2, 90)}亩",
        }  # fmt: skip
        return Matter(f"m{number}", official, kind, slots, amount, happened, first)

    def _recent(self, earlier: list[Matter]) -> Matter | None:
        known = [matter for matter in earlier[-400:] if matter.official is not None]
        return self.random.choice(known) if known else None

    def _same_affair(self, number: int, like: Matter, happened: date, first: date) -> Matter:
        """The hardest negative: only the names tell the two apart, and half of the time the day or the sum."""
        assert like.official is not None
        random = self.random
        slots = like.slots if random.random() < 0.5 else like.slots | {"third": self.world.person()}
        if random.random() < 0.5:
            happened, first = like.happened, max(like.first, like.happened) + timedelta(days=random.randrange(200))
        amount = like.sum if random.random() < 0.5 else random.randrange(2, 90) * 1_000
        return Matter(f"m{number}", self.world.official(like.official.place), like.kind, slots, amount, happened, first)

    def _who_and_what(self, earlier: list[Matter]) -> tuple[Official, str]:
        """An official and a kind; half of them lie close to a matter there already is."""
        random, kinds = self.random, list(self._kinds)
        like, draw = self._recent(earlier), random.random()
        if like is None or like.official is None or draw > 0.45:
            return self.world.official(), random.choice(kinds)
        if draw < 0.18:  # same person, other matter
            return like.official, like.kind if random.random() < 0.15 else random.choice(kinds)
        if draw < 0.33:  # same unit and kind, other person
            return self.world.official(like.official.place), like.kind
        other = self.world.official()  # same name, other unit
        return Official(
            like.official.name, other.place, other.posts
        ), like.kind if random.random() < 0.4 else random.choice(kinds)

    def _letter_slots(self) -> dict[str, str]:
        return {
            "s": self.random.choice(self._letters["subjects"]),
            "p": self.world.stem() + self.world.pick("places"),
            "u": self.random.choice(self.world.counties) + self.random.choice(("住建局", "城管局", "街道办", "教育局")),
            "f": self.world.firm(),
        }

    def _reports(self, matter: Matter, matters: list[Matter]) -> Iterator[Body]:
        random = self.random
        times = 1
        while times < 40 and random.random() < (0.5 if times < 2 else 0.72):
            times += 1
        when = matter.first
        for number in range(times):
            body = self._clue(matter, when, number)
            if matter.official is not None and random.random() < _MIXED:
                self._mix(body, matter, matters, when)
            yield body
            when += timedelta(days=int(random.expovariate(1 / random.choice((5, 30, 120)))) + random.randrange(3))

    def _mix(self, body: Body, matter: Matter, matters: list[Matter], when: date) -> None:
        same = [
            one for one in matters if one.official == matter.official and one.id != matter.id and one.happened < when
        ]
        if not same:
            return
        other = self.random.choice(same)
        body["allegations"][0]["text"] += self.random.choice(self._phrases[f"mixed_{self.wording}"]) + self._account(
            other, self._who(other, other.official.name if other.official else ""), when
        )
        body["matter_ids"].append(other.id)

    def _clue(self, matter: Matter, when: date, number: int) -> Body:
        random = self.random
        subjects: list[dict[str, Any]] = []
        place = None
        if matter.official is None:
            text = self._letter(matter)
        else:
            name = writing.subject_name(random, matter.official)
            in_text = name or (
                matter.official.name if random.random() < 0.8 else writing.hide(random, matter.official.name)
            )
            text = self._dressed(self._account(matter, self._who(matter, in_text), when))
            unit = None if random.random() < 0.1 else self._unit_name(matter.official)
            post = None if random.random() < 0.25 else random.choice(matter.official.posts)
            if random.random() < 0.94 and (name or unit):
                subjects = [{"name": name, "unit_name": unit, "post": post}]
            place = matter.official.place.county if random.random() < 0.75 else None
        if random.random() < _SCANNED:
            text = writing.scan(random, text, random.choice((0.01, 0.02, 0.04)))
        if random.random() < _OTHER_SCRIPT:
            text = writing.other_script(random, text)
        return {
            "id": f"{matter.id}-{number}", "matter_ids": [matter.id], "source_code": random.choice(_SOURCES),
            "channel": random.choice(("letter", "visit", "phone", "online")), "received_on": when.isoformat(),
            "reporter": {"identity_type": "anonymous"}, "subjects": subjects,
            "allegations": [{"text": text, "place": place}],
        }  # fmt: skip

    def _unit_name(self, official: Official) -> str:
        names = official.place.names
        return names[0] if self.random.random() < 0.35 else self.random.choice(names)

    def _who(self, matter: Matter, name: str) -> str:
        official = matter.official
        assert official is not None
        unit, post = self._unit_name(official), self.random.choice(official.posts)
        forms = (name, name, f"{unit}{post}{name}", f"{name}（{unit}{post}）", f"{post}{name}", f"{unit}{name}")
        return self.random.choice(forms)

    def _account(self, matter: Matter, who: str, when: date) -> str:
        """What happened: one paraphrase of the fact and up to three particulars in any order."""
        random = self.random
        kind = self._kinds[matter.kind]
        told = [random.choice(kind[self.wording])]
        pools = kind[f"details_{self.wording}"]
        told += [
            random.choice(pool) for pool in random.sample(pools, min(len(pools), random.choice((0, 0, 1, 1, 2, 3))))
        ]
        slots = dict(matter.slots)
        if random.random() < 0.12:
            slots["third"] = writing.hide(random, slots["third"])
        elif random.random() < 0.05:
            slots["third"] = writing.misspell(random, slots["third"])
        surname_only = who if len(who) < 4 else who[:3]
        sentences = []
        for number, sentence in enumerate(told):
            filled = sentence.format(
                who=who if number == 0 else surname_only, sum=writing.money(random, matter.sum), **slots
            )
            sentences.append(filled)
        if random.random() < 0.2:
            random.shuffle(sentences)
        lead = writing.moment(random, matter.happened, when)
        return lead + ("，" if random.random() < 0.3 else "。").join(sentences) + "。"

    def _dressed(self, account: str) -> str:
        random, phrases, wording = self.random, self._phrases, self.wording
        opener = random.choice(phrases[f"openers_{wording}"]).format(t=random.choice(("干部", "领导", "有关人员")))
        fillers = random.sample(phrases[f"filler_{wording}"], random.choice((0, 0, 1, 1, 2)))
        closer = random.choice(phrases[f"closers_{wording}"])
        if random.random() < _LONG:
            talk = self._letters[f"talk_{wording}"]
            before, after = (random.sample(talk, random.randrange(1, 5)) for _ in "ab")
            return f"{opener}{''.join(before)}{account}{''.join(after)}{''.join(fillers)}{closer}"
        return f"{opener}{account}{''.join(fillers)}{closer}"

    def _letter(self, matter: Matter) -> str:
        pool = list(self._letters[f"body_{self.wording}"])
        chosen = self.random.sample(pool, self.random.randrange(3, 10))
        return "".join(one.format(n=self.random.randrange(2, 60), **matter.slots) for one in chosen)
