"""Findings are handed over exactly once, whatever is repeated, cut off, lost or told again: random histories."""

import random
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from contracts.clue import ClueAccepted, ClueRegistered
from inspection_service.testing.killing import Guillotine, Killed

SEEDS = [pytest.param(n, marks=() if n < 4 else pytest.mark.proof) for n in range(60)]
STEPS = 25


class History:
    """Three findings of one team, and everything that may go wrong while they are handed over."""

    def __init__(self, city: Any, guillotine: Guillotine, findings: list[str], seed: int) -> None:
        self.city, self.guillotine, self.findings = city, guillotine, findings
        self.rng = random.Random(f"hand-over/{seed}")

    async def step(self) -> None:
        await self.rng.choice((self.ask, self.ask, self.work, self.work, self.cut, self.lose, self.replay, self.kill))()

    async def ask(self) -> None:
        finding = self.rng.choice(self.findings)
        answer = await self.city.office.send(f"/v1/findings/{finding}/hand-over", {})
        assert answer in {200, 202, 409}

    async def work(self) -> None:
        await self.city.make_jobs_due()
        await self.city.harness.run_jobs()

    async def cut(self) -> None:
        self.city.peers.clue_line.is_down = not self.city.peers.clue_line.is_down

    async def lose(self) -> None:
        self.city.peers.clue_line.lose(self.rng.choice(("lost_answer", "lost_request")), "/v1/clues")

    async def replay(self) -> None:
        """Events about a clue that is there, old and new, in any order and more than once."""
        for finding in self.findings:
            clue = self.city.peers.clue.clues.get(f"finding:{finding}")
            if clue is not None:
                facts: dict[str, Any] = {
                    "clue_id": UUID(clue["id"]),
                    "clue_no": clue["clue_no"],
                    "commission": "cdi-xn",
                    "receiving_unit": "cdi-xn",
                    "source_code": "INSPECTION",
                    "origin_ref": f"finding:{finding}",
                }
                if self.rng.random() < 0.5:
                    await self.city.harness.deliver(ClueAccepted(**facts, status="accepted"), version=2)
                else:
                    event = ClueRegistered(**facts, status="registered", registered_by="office")
                    await self.city.harness.deliver(event, version=1)

    async def kill(self) -> None:
        await self.city.make_jobs_due()
        self.guillotine.arm(self.rng.randint(1, 6))
        with suppress(Killed):
            await self.city.harness.run_jobs()
        self.guillotine.disarm()

    async def heal(self) -> None:
        """The line stands again, and every finding is asked for once more."""
        self.city.peers.clue_line.is_down = False
        for finding in self.findings:
            await self.city.office.send(f"/v1/findings/{finding}/hand-over", {})
        for _ in range(2 * STEPS):
            await self.work()


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_finding_becomes_exactly_one_clue(city: Any, guillotine: Guillotine, seed: int) -> None:
    team = await city.working_team()
    body = {"category": "C1", "severity": "grave", "text": "问题"}
    path = f"/v1/teams/{team['id']}/findings"
    findings = [str((await city.office.post(path, body, expect=201))["id"]) for _ in range(3)]
    history = History(city, guillotine, findings, seed)
    for _ in range(STEPS):
        await history.step()
    await history.heal()
    clues = city.peers.clue.clues
    assert set(clues) == {f"finding:{finding}" for finding in findings}
    seen = {finding: await city.office.get(f"/v1/findings/{finding}") for finding in findings}
    for finding, one in seen.items():
        assert (one["state"], one["clue_no"]) == ("handed_over", clues[f"finding:{finding}"]["clue_no"])
    told = [event.data["finding_id"] for event in await city.harness.staged_events("inspection.finding.handed_over")]
    assert sorted(told) == sorted(findings)
    assert (await city.office.get(f"/v1/rounds/{team['round_id']}/summary"))["clues_handed_over"] == 3
