"""Every few minutes: what people decided and what pairs look like, against what the model in effect was fitted on."""

import math
from collections import defaultdict
from collections.abc import Sequence

from chassis.service import Resources

from clue_service.access.row_security import engine_session
from clue_service.candidates.domain import Band, Decision
from clue_service.matching import telemetry
from clue_service.matching.drift import drift, level_shares
from clue_service.matching_models import repository
from clue_service.matching_models.repository import JudgedPair
from clue_service.matching_models.service import active_model

EVERY_SECONDS = 300.0
_LAST = 2_000
_LEAST = 100  # below that a share is chance, and nothing is told


async def watch_matching(resources: Resources) -> None:
    """Set the gauges of bands, verdicts, calibration and drift."""
    async with engine_session(resources) as session:
        counts = await repository.count_pairs(session)
        judged = await repository.list_judged(session, limit=_LAST)
        levels = await repository.list_last_levels(session, limit=_LAST)
        model = await active_model(session)
    _set_counts(counts)
    _set_verdicts(judged)
    telemetry.MODEL.clear()
    telemetry.MODEL.labels(model.version).set(1)
    telemetry.DRIFT.clear()
    reference = model.origin.get("shares", {})
    if len(levels) >= _LEAST:
        for field, index in drift(reference, level_shares(levels)).items():
            telemetry.DRIFT.labels(field).set(index)


def _set_counts(counts: Sequence[tuple[str, str, str, int]]) -> None:
    pairs: dict[tuple[str, str], int] = defaultdict(int)
    verdicts: dict[tuple[str, str], int] = defaultdict(int)
    for band, origin, decision, count in counts:
        pairs[band, origin] += count
        verdicts[band, decision] += count
    telemetry.PAIRS.clear()
    telemetry.VERDICTS.clear()
    for (band, origin), count in pairs.items():
        telemetry.PAIRS.labels(band, origin).set(count)
    for (band, decision), count in verdicts.items():
        telemetry.VERDICTS.labels(band, decision).set(count)


def _set_verdicts(judged: Sequence[JudgedPair]) -> None:
    telemetry.CALIBRATION_GAP.clear()
    telemetry.WRONG_LIKELY.set(math.nan)
    by_band: dict[str, list[JudgedPair]] = defaultdict(list)
    for pair in judged:
        by_band[pair.band].append(pair)
    for band, pairs in by_band.items():
        if len(pairs) < _LEAST:
            continue
        same = sum(pair.decision == Decision.SAME for pair in pairs)
        mean = sum(pair.probability for pair in pairs) / len(pairs)
        telemetry.CALIBRATION_GAP.labels(band).set(mean - same / len(pairs))
        if band == Band.LIKELY:
            telemetry.WRONG_LIKELY.set(1 - same / len(pairs))
