"""What matching found, as it is proposed: pairs for people to decide, clues of a matter together, blind hits across."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from chassis.uow import Uow

from clue_service.candidates import events as candidate_events
from clue_service.candidates import service as candidates
from clue_service.candidates.clusters import expand
from clue_service.candidates.domain import Band, Decision, PairRelation, binds, calls_for_alert
from clue_service.candidates.models import Candidate
from clue_service.candidates.service import FoundPair
from clue_service.clues import service as clues
from clue_service.clues.outlines import ClueOutline
from clue_service.clues.stages import stage_of
from clue_service.clues.vocabulary import OverlapPolicy
from clue_service.intake import repository as intake
from clue_service.intake.engine import ScoredCandidate
from clue_service.matters import service as matters
from clue_service.overlap_alerts import detection
from clue_service.overlap_alerts.domain import Party
from clue_service.transfers import service as transfers

BLIND_HITS_PER_DAY = 500  # a busy petition office registers some 200 clues a day; whoever probes needs many more


@dataclass(frozen=True)
class Proposed:
    """What became of a search."""

    new: int
    """How many pairs nobody knew before."""
    pairs: Sequence[Candidate]
    """All pairs of the clue, surest first."""
    is_withheld: bool = False
    """Whether whoever registered the clue has seen too many blind hits that day to be shown its own."""


def found_pair(
    clue: ClueOutline, other: ClueOutline, scored: ScoredCandidate, model_version: str, origin: str
) -> FoundPair:
    """What the engine says of a clue and one other, as it is recorded."""
    return FoundPair(
        other_id=other.id,
        probability=scored.probability,
        band=scored.band.value,
        relation=scored.relation.value,
        reasons=[
            {"field": why.field, "verdict": why.verdict, "weight": why.weight, "detail": why.detail}
            for why in scored.reasons
        ],
        is_across=other.commission != clue.commission,
        parts=scored.parts,
        model_version=model_version,
        origin=origin,
    )


async def pulled_in(
    uow: Uow,
    clue: ClueOutline,
    found: Sequence[FoundPair],
    scored: Sequence[ScoredCandidate],
    others: dict[UUID, ClueOutline],
) -> list[FoundPair]:
    """The other clues of the matters that likely hits belong to; adds them to ``others``."""
    likely = [one.other_id for one in found if one.band == Band.LIKELY and _may_show(clue, others[one.other_id])]
    if not any(others[clue_id].is_in_matter for clue_id in likely):
        return []
    of = await matters.matters_of(uow, likely)
    members = await matters.members_of(uow, {matter for ids in of.values() for matter in ids})
    scores = {one.clue_id: one.probability for one in scored}
    pulls = expand(
        scores,
        {matter: set(parts) for matter, parts in members.items()},
        likely,
        {clue.id, *(one.other_id for one in found)},
    )
    others |= await clues.outlines(uow, [pull.clue_id for pull in pulls]) if pulls else {}
    sample = found[0]
    return [
        FoundPair(
            other_id=pull.clue_id,
            probability=pull.probability,
            band=Band.REVIEW,
            relation=PairRelation.SAME_MATTER_OTHER_REPORTER,
            reasons=[{"field": "matter", "verdict": "member", "weight": 0.0, "detail": None}],
            is_across=others[pull.clue_id].commission != clue.commission,
            model_version=sample.model_version,
            origin=sample.origin,
        )
        for pull in pulls
        if pull.clue_id in others
    ]


def _may_show(clue: ClueOutline, other: ClueOutline) -> bool:
    """Whether the other clue may change what is done for this one: a silent one of another commission may not."""
    return other.commission == clue.commission or other.overlap_policy == OverlapPolicy.ANNOUNCE


async def propose(
    uow: Uow, clue: ClueOutline, found: Sequence[FoundPair], others: Mapping[UUID, ClueOutline]
) -> Proposed:
    """Record pairs of a clue for people to decide, and tell other commissions blindly.

    A search other than intake's tells only of pairs it found first: what is known was told when it was found.
    """
    recorded, pairs = await candidates.record_pairs(uow, clue.id, found)
    within = [pair for pair in recorded if not pair.is_across]
    await candidate_events.emit_detected(uow, within, clue.id, clue.commission)
    new = {pair.other_than(clue.id) for pair in recorded}
    told = [one for one in found if one.origin == "intake" or one.other_id in new]
    hits = await _hits(uow, clue, told, others, pairs)
    if hits:
        met = Party(clue.id, clue.commission, stage_of(clue.status))
        bound = {one.other_id for one in found if binds(one.band, one.probability)}
        standing = partial(clues.standing_leads, uow, [clue.id, *bound])
        await detection.report_overlap(uow, met, hits, bound, standing)
    is_counted = bool(hits) and any(one.origin == "intake" for one in found)
    is_withheld = await _count_blind_hit(uow, clue) if is_counted else False
    await uow.audit("match", "clue", clue.id, detail={"candidates": len(found), "across": len(hits)})
    return Proposed(len(recorded), pairs, is_withheld)


async def _hits(
    uow: Uow,
    clue: ClueOutline,
    found: Iterable[FoundPair],
    others: Mapping[UUID, ClueOutline],
    pairs: Iterable[Candidate],
) -> list[Party]:
    """The clues of other commissions to be told of: neither side silent, and nobody has said they differ."""
    if clue.overlap_policy == OverlapPolicy.SILENT:
        return []
    differing = {pair.other_than(clue.id) for pair in pairs if pair.decision == Decision.DIFFERENT}
    if clue.may_be_elsewhere:
        differing |= await transfers.counterparts(uow, clue.id)  # whoever handed a letter over knows of it
    hits = [
        others[pair.other_id]
        for pair in found
        if pair.is_across
        and pair.other_id not in differing
        and calls_for_alert(pair.band, pair.probability, pair.reasons)
    ]
    return [
        Party(other.id, other.commission, stage_of(other.status))
        for other in hits
        if other.overlap_policy == OverlapPolicy.ANNOUNCE
    ]


async def _count_blind_hit(uow: Uow, clue: ClueOutline) -> bool:
    """Whether the person has now seen too many of them."""
    if clue.registered_via is not None:
        return False
    of_today = clue.registered_by, uow.clock.today(), BLIND_HITS_PER_DAY
    is_withheld = await intake.count_blind_hit(uow.session, clue.id, *of_today)
    if is_withheld:
        await uow.audit("withhold_blind_hits", "clue", clue.id)
    return is_withheld
