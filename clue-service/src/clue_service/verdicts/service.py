"""Use cases of verdicts: decide a pair, take it back. A verdict never moves a clue."""

from uuid import UUID

from chassis.errors import MoveRefused, NotFound
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import Viewer
from clue_service.candidates import events
from clue_service.candidates import service as candidates
from clue_service.candidates.domain import SAME_MATTER, Decision, PairRelation, suggested_move
from clue_service.candidates.models import Candidate
from clue_service.clues import service as clues
from clue_service.matters import service as matters
from clue_service.verdicts.schemas import CandidateDetail, DecideIn

_SETTLED = frozenset({Decision.SAME, Decision.DIFFERENT})


async def visible_pair(uow: Uow, viewer: Viewer, candidate_id: UUID) -> Candidate:
    """A pair; raises NotFound unless the viewer may see both clues."""
    pair = await candidates.find_pair(uow, candidate_id)
    both = {pair.clue_a, pair.clue_b}
    if await clues.visible_ids(uow, viewer, both) != both:
        raise NotFound
    return pair


async def decide(uow: Uow, viewer: Viewer, candidate_id: UUID, body: DecideIn, seen: int | None) -> Candidate:
    """Say whether two clues report one matter. Raises NotFound, StaleVersion, MoveRefused."""
    await visible_pair(uow, viewer, candidate_id)
    await matters.serialise(uow)
    pair = await candidates.locked_pair(uow, candidate_id)
    check_version(seen, pair.version)
    if pair.decision in _SETTLED:
        raise MoveRefused(members={"state": "decided", "allowed_moves": ["undo"]})
    relation = body.relation
    if relation is None and body.decision is Decision.SAME:
        relation = _relation_proposed(pair)
    candidates.decide(uow, pair, body.decision, relation, body.reason)
    matter_id = None
    if body.decision is Decision.SAME:
        loose = {pair.clue_a, pair.clue_b} - set(await matters.matters_of(uow, [pair.clue_a, pair.clue_b]))
        standing = await clues.standing_leads(uow, loose)
        matter_id = await matters.link_clues(uow, [(pair.clue_a, pair.clue_b)], pair.id, standing)
    await _record(uow, pair, "decide_candidate")
    await events.emit_decided(uow, pair, await _commission(uow, pair), matter_id)
    return pair


def _relation_proposed(pair: Candidate) -> PairRelation:
    proposed = PairRelation(pair.relation)
    return proposed if proposed in SAME_MATTER else PairRelation.SAME_MATTER_OTHER_REPORTER


async def undo(uow: Uow, viewer: Viewer, candidate_id: UUID, reason: str, seen: int | None) -> Candidate:
    """Take a verdict back; the matter falls apart where nothing else holds it. Raises as ``decide`` does."""
    await visible_pair(uow, viewer, candidate_id)
    await matters.serialise(uow)
    pair = await candidates.locked_pair(uow, candidate_id)
    check_version(seen, pair.version)
    if pair.decision is None:
        raise MoveRefused(members={"state": "open", "allowed_moves": ["decide"]})
    previous = pair.decision
    candidates.clear_verdict(pair)
    pair.decision_reason = reason
    await matters.unlink_clues(uow, pair.id, [pair.clue_a, pair.clue_b])
    await _record(uow, pair, "undo_candidate")
    await events.emit_undone(uow, pair, await _commission(uow, pair), previous)
    return pair


async def _record(uow: Uow, pair: Candidate, action: str) -> None:
    await uow.session.flush()
    for clue_id in (pair.clue_a, pair.clue_b):
        await uow.audit(action, "clue", clue_id, detail={"candidate": str(pair.id), "decision": pair.decision})


async def _commission(uow: Uow, pair: Candidate) -> str:
    return (await clues.clues_by_id(uow, [pair.clue_b]))[pair.clue_b].commission


async def describe(uow: Uow, pair: Candidate) -> CandidateDetail:
    """A pair with its verdict."""
    both = await clues.clues_by_id(uow, [pair.clue_a, pair.clue_b])
    of = await matters.matters_of(uow, both)
    together = of.get(pair.clue_a) if of.get(pair.clue_a) == of.get(pair.clue_b) else None
    names = ("id", "band", "probability", "relation", "reasons", "version", "decision", "decided_relation")
    more = ("decision_reason", "decided_by", "decided_at")
    return CandidateDetail.model_validate(
        {
            **{name: getattr(pair, name) for name in (*names, *more)},
            "clue_id": pair.clue_b,
            "other_clue_id": pair.clue_a,
            "state": "decided" if pair.decision in _SETTLED else "open",
            "matter_id": together,
            "suggested_move": suggested_move(
                pair.decision, pair.decided_relation, both[pair.clue_a].status, both[pair.clue_b].status
            ),
        }
    )
