"""The people of the story, their words, and how each step is told and measured."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
from rich.console import Console

from heli_local.city.people import MARKER
from heli_local.story.desk import Desk

# who: unit, roles
CAST: dict[str, tuple[str, tuple[str, ...]]] = {
    "letter-clerk": ("pet-dh", ("intake_officer",)),
    "supervisor-dh": ("cmo-dh", ("case_supervisor",)),
    "handler-dh": ("sup1-dh", ("handler",)),
    "hotline-clerk": ("pet-xs", ("intake_officer",)),
    "supervisor-xs": ("cmo-xs", ("case_supervisor",)),
    "supervisor-lh": ("cmo-lh", ("case_supervisor",)),
    "supervisor-xn": ("cmo-xn", ("case_supervisor",)),
    "handler-xn": ("inv1-xn", ("handler",)),
    "leader-xn": ("cdi-xn", ("principal_leader",)),
    "linked-office": ("sup2-xn", ("handler",)),
    "other-office": ("sup3-xn", ("handler",)),
    "dispatched-group": ("dg-build", ("handler",)),
    "inspection-office": ("insp-xn", ("inspection_office",)),
    "inspection-leader": ("pc-xn", ("leader",)),
    "pool-manager": ("org-xn", ("pool_manager",)),
    "user-commissioner": ("insp-xn", ("inspector",)),
}

HOUSING = "su-housing"
_UNIT_NAMES = ("夏宁市住房和城乡建设局", "市住建局", "夏宁市住建局")

# One matter in three wordings: who, where, what, how much, when agree; hardly a phrase does.
SAME_MATTER: tuple[dict[str, Any], ...] = (
    {
        "source_code": "PETITION",
        "channel": "letter",
        "subjects": [{"name": "钟国梁", "unit_name": _UNIT_NAMES[0], "post": "局长"}],
        "allegations": [
            {
                "category_code": "C1",
                "text": "住建局局长钟国梁于2024年3月在滨河路改造工程招标前，"
                "收受承建商宏远建筑公司现金20万元，随后该公司以最高价中标。",
                "occurred_from": "2024-03-01",
                "place": "夏宁市",
                "amount_cny": 200000,
            }
        ],
        "reporter": {"identity_type": "real_name", "name": f"陈{MARKER}安", "contact": f"letter-{MARKER}-box"},
    },
    {
        "source_code": "PETITION",
        "channel": "phone",
        "subjects": [{"name": "钟国梁", "unit_name": _UNIT_NAMES[1], "post": "局长"}],
        "allegations": [
            {
                "text": "来电反映：市住建局一把手钟局长前年春天拿了宏远建筑老板二十万好处费，"
                "滨河路改造的标就给了宏远，价格比别家都高。",
                "amount_cny": 200000,
            }
        ],
        "reporter": {"identity_type": "anonymous"},
    },
    {
        "source_code": "INSPECTION",
        "channel": "other",
        "subjects": [{"name": "钟国梁", "unit_name": _UNIT_NAMES[2], "unit_code": HOUSING, "post": "党组书记、局长"}],
        "allegations": [
            {
                "category_code": "C1",
                "text": "巡察移交：夏宁市住建局主要负责人钟国梁涉嫌在滨河路改造项目中"
                "为宏远建筑公司中标提供帮助，2024年3月前后收受财物约20万元。",
                "occurred_from": "2024-03-01",
                "amount_cny": 200000,
            }
        ],
    },
)

CATEGORIES = ("D3", "D5", "C1", "D2", "D4")


@dataclass
class Stage:
    """Desks by name, facts that later acts need, and the telling."""

    client: httpx2.AsyncClient
    console: Console
    between_steps: Callable[[str], Awaitable[None]] | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    _started: float = field(default_factory=time.perf_counter)

    async def open(self) -> None:
        """Everyone signs in."""
        self.desks = {name: Desk(self.client, name, unit, roles) for name, (unit, roles) in CAST.items()}
        await asyncio.gather(*(desk.sign_in() for desk in self.desks.values()))

    async def desk_of(self, sub: str, unit: str, *roles: str) -> Desk:
        """A person who joins later."""
        if sub not in self.desks:
            desk = Desk(self.client, sub, unit, roles)
            await desk.sign_in()
            self.desks[sub] = desk
        return self.desks[sub]

    def act(self, number: int, title: str) -> None:
        """Announce an act."""
        self.console.print(f"\n[bold]{number}. {title}[/bold]")

    async def step(self, sentence: str) -> None:
        """Tell a step that went as it must, with the time it took."""
        now = time.perf_counter()
        self.console.print(f"   [green]✓[/green] {sentence} [dim]({(now - self._started) * 1000:.0f} ms)[/dim]")
        if self.between_steps is not None:
            await self.between_steps(sentence)
        self._started = time.perf_counter()

    def __getitem__(self, name: str) -> Desk:
        return self.desks[name]
