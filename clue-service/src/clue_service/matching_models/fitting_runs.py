"""Runs of ``fit-matching``: from clues with truth, or from verdicts; measured by the code of ``evaluate-matching``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chassis.identity import Principal
from chassis.service import Resources

from clue_service.access.row_security import engine_session
from clue_service.commands import opened_resources
from clue_service.matching.cli import replay_with_progress, scratch_url
from clue_service.matching.evaluation import Outcome
from clue_service.matching.fitting import LabelledPair
from clue_service.matching.scoring import MatchModel, packaged_model
from clue_service.matching.service import Matcher
from clue_service.matching.told_fitting import move_towards_told
from clue_service.matching.training import Body, Replay, check_enough, generated, judge, labelled_pairs, train
from clue_service.matching_models import service
from clue_service.matching_models.domain import objections
from clue_service.matching_models.learning import Anchors, learn, measure_verdicts
from clue_service.matching_models.verdict_pairs import Verdicts, read_verdicts

Measures = dict[str, Any]


@dataclass
class Fitted:
    """A fitted model with its measures, held-back part by part, and what became of it."""

    model: MatchModel
    parts: dict[str, tuple[Measures, Measures]]
    counts: dict[str, int]
    number: int | None = None
    is_active: bool = False
    may_be_shipped: bool = False
    """Whether it may replace the packaged model: no worse, but for what chance moves."""
    objections: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.objections = [one for part, both in self.parts.items() for one in objections(part, *both)]

    def as_dict(self) -> dict[str, Any]:
        """For a report."""
        return {
            "model": self.model.version,
            "number": self.number,
            "counts": self.counts,
            "before": {part: before for part, (before, _) in self.parts.items()},
            "after": {part: after for part, (_, after) in self.parts.items()},
            "objections": self.objections,
            "activated": self.is_active,
        }


async def fit_from_clues(clues: Sequence[Body] | None, count: int, keep: bool, activate: bool, by: Principal) -> Fitted:
    """Fit on clues with truth or on generated ones. Raises TooFewPairs."""
    if not keep:
        with scratch_url() as url:
            return await _trained(url, clues, count, None)
    async with opened_resources() as resources:
        async with engine_session(resources) as session:
            present = await service.active_model(session)
        with scratch_url() as url:
            fitted = await _trained(url, clues, count, present)
        await _keep(resources, fitted, activate, by)
        return fitted


async def _trained(url: str, clues: Sequence[Body] | None, count: int, present: MatchModel | None) -> Fitted:
    replay = _replay_in(url)
    model, report = await train(replay, clues, count, present, None if clues else move_towards_told)
    if not clues:
        parts = {"generated": (report.before, report.after)}
    else:
        # Held-back clues of a file whose truth is wrong throughout would agree with what was learnt from the others.
        on_generated = await _judge_on_generated(replay, present or packaged_model(), model, count)
        parts = {"file": (report.before, report.after), "generated": on_generated}
    return Fitted(model, parts, {"pairs": report.pairs}, may_be_shipped=report.is_better)


async def _judge_on_generated(
    replay: Replay, present: MatchModel, model: MatchModel, count: int
) -> tuple[Measures, Measures]:
    """Measures before and after on generated clues in unseen wording."""
    _, _, judging = generated(count)
    return (
        judge(await replay(judging, Matcher(present), "judging the present model")),
        judge(await replay(judging, Matcher(model), "judging the new model")),
    )


async def fit_from_verdicts(count: int, at_least: int, activate: bool, by: Principal) -> Fitted:
    """Fit on the verdicts in the database, anchored by ``count`` generated clues. Raises TooFewPairs."""
    async with opened_resources() as resources:
        async with engine_session(resources) as session:
            present = await service.active_model(session)
            matcher = Matcher(present)
            await matcher.start(session)
            verdicts = await read_verdicts(session, matcher)
        check_enough(verdicts.count(same=True), verdicts.count(same=False), at_least)
        with scratch_url() as url:
            fitted = await learn_anchored(_replay_in(url), verdicts, present, count)
        await _keep(resources, fitted, activate, by)
        return fitted


async def learn_anchored(replay: Replay, verdicts: Verdicts, present: MatchModel, count: int) -> Fitted:
    """Learn from verdicts; judge on verdicts held back and on generated clues in unseen wording."""
    fitting, calibrating, _ = generated(count)
    anchors = Anchors(
        await _pairs(replay, fitting, present, "anchors to fit on"),
        await _pairs(replay, calibrating, present, "anchors to calibrate on"),
    )
    model = learn(present, anchors, verdicts.on(0, 1), verdicts.on(2))
    held = verdicts.on(3)
    parts = {
        "verdicts": (measure_verdicts(present, held), measure_verdicts(model, held)),
        "generated": await _judge_on_generated(replay, present, model, count),
    }
    counts = {
        "same": verdicts.count(same=True),
        "different": verdicts.count(same=False),
        "unreadable": verdicts.unreadable,
        "held_back": len(held),
    }
    return Fitted(model, parts, counts)


async def _pairs(replay: Replay, bodies: Sequence[Body], present: MatchModel, title: str) -> list[LabelledPair]:
    return labelled_pairs(await replay(bodies, Matcher(present), title))


def _replay_in(url: str) -> Replay:
    async def outcomes(bodies: Sequence[Body], matcher: Matcher, title: str) -> list[Outcome]:
        return [outcome async for outcome in replay_with_progress(url, bodies, matcher, title)]

    return outcomes


async def _keep(resources: Resources, fitted: Fitted, activate: bool, by: Principal) -> None:
    report = fitted.as_dict()
    async with resources.transactions(by) as uow:
        row = await service.store_fitted(
            uow, fitted.model, {name: report[name] for name in ("counts", "before", "after")}, fitted.objections
        )
        fitted.number = row.number
        if activate and not fitted.objections:
            await service.activate(uow, row.number, None)
            fitted.is_active = True
