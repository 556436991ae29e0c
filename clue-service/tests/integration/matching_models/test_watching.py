"""What operators see of matching: bands, verdicts, calibration, drift; codes and counts only."""

import math
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from chassis.identity import SYSTEM
from chassis.service import Resources
from chassis.telemetry import REGISTRY
from clue_service.candidates.models import Candidate
from clue_service.matching.scoring import packaged_model
from clue_service.matching_models import service
from clue_service.matching_models.watching import watch_matching
from sqlalchemy import select


def sample(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"heli_matching_{name}", labels)


async def add_pairs(
    resources: Resources, clues: list[UUID], band: str, decisions: list[str | None], name: str, **changes: Any
) -> None:
    """Pairs among three hundred clues or fewer, each with a verdict or without."""
    ends = ((a, b) for n, a in enumerate(clues) for b in clues[n + 1 :])
    async with resources.transactions(SYSTEM) as uow:
        known = {(row.clue_a, row.clue_b) for row in await uow.session.scalars(select(Candidate))}
        free = (pair for pair in ends if pair not in known)
        for decision, (one, other) in zip(decisions, free, strict=False):
            values = {
                "clue_a": one, "clue_b": other, "probability": 0.97, "band": band, "relation": "related_subject",
                "reasons": [{"field": "name", "verdict": "agree", "weight": 1.0, "detail": name}], "is_across": False,
                "decision": decision, "decided_at": uow.now if decision else None, "version": 1, "detected_at": uow.now,
            }  # fmt: skip
            uow.session.add(Candidate(**(values | changes)))


async def test_a_search_is_timed_and_its_probabilities_and_pairs_are_counted(register: Any, matter: Any) -> None:
    before = sample("seconds_count", step="score") or 0, sample("candidates_sum", origin="intake") or 0
    for form in matter:
        await register("officer@pet-dh", form)
    assert (sample("seconds_count", step="score") or 0) - before[0] == 3
    assert (sample("seconds_count", step="retrieve") or 0) >= 3
    assert (sample("candidates_sum", origin="intake") or 0) - before[1] == 3
    assert (sample("probability_count", origin="intake") or 0) >= 3


async def test_bands_verdicts_and_calibration_follow_what_people_decided(
    register: Any, resources: Resources, unlike: Any
) -> None:
    clues = sorted([UUID((await unlike(number))["id"]) for number in range(20)])
    await add_pairs(resources, clues, "likely", ["same"] * 99 + ["different"] + [None] * 5, "equal")
    await watch_matching(resources)
    assert sample("pairs", band="likely", origin="intake") == 105
    assert sample("verdicts", band="likely", decision="same") == 99
    assert sample("verdicts", band="likely", decision="open") == 5
    assert sample("likely_decided_different_share") == pytest.approx(0.01)
    assert sample("calibration_gap", band="likely") == pytest.approx(0.97 - 0.99)
    assert sample("model", model=packaged_model().version) == 1


async def test_drift_is_told_when_pairs_look_other_than_those_the_model_knows(
    resources: Resources, unlike: Any
) -> None:
    shares = {"name": {"equal": 0.9, "missing": 0.1}}
    model = replace(packaged_model(), version=f"known-{uuid4().hex[:6]}", origin={"shares": shares})
    async with resources.transactions(SYSTEM) as uow:
        row = await service.store_fitted(uow, model, {}, [])
        await service.activate(uow, row.number, None)
    clues = sorted([UUID((await unlike(number))["id"]) for number in range(20)])
    await add_pairs(resources, clues, "review", [None] * 30, "equal")
    await watch_matching(resources)
    assert sample("level_drift", field="name") is None  # too few to tell
    await add_pairs(resources, clues, "review", [None] * 120, "missing")
    await watch_matching(resources)
    assert (sample("level_drift", field="name") or 0) > 0.25
    assert math.isnan(sample("likely_decided_different_share") or 0)
