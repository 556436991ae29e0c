"""How a pair that only the batch linked is shown to people: for review, with the engine's own reasons beside."""

import math

from clue_service.matching.prepared import Prepared
from clue_service.matching.repository import StoredClue
from clue_service.matching.scoring import Band, Reason
from clue_service.matching.service import Matcher, ScoredCandidate

FIELD = "batch"


def as_review(matcher: Matcher, clue: Prepared, earlier: StoredClue, linked: float) -> ScoredCandidate:
    """The engine's comparison, in the band review whatever its score, with the batch's share as the first reason.

    The probability stays the engine's but at least where review begins: below that nobody would be shown the pair.
    """
    (scored,) = matcher.rank(clue, [earlier])
    sure = min(linked, 1 - 1e-6)
    first = Reason(FIELD, "agree", round(math.log(sure / (1 - sure)), 3), "reclustered")
    return scored._replace(
        band=Band.REVIEW,
        probability=max(scored.probability, matcher.model.review),
        reasons=(first, *matcher.model.reasons(scored.levels)),
    )
