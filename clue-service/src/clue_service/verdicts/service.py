"""Use cases of verdicts: decide a pair, take it back. A verdict never moves a clue."""

from uuid import UUID

from chassis.errors import MoveRefused
from chassis.uow import Uow
from chassis.web import check_version

from clue_service.access.policy import Viewer
from clue_service.candidates import events
from clue_service.candidates import service as candidates
from clue_service.candidates.domain import SAME_MATTER, SETTLED, Decision, PairRelation, suggested_move
from clue_service.candidates.models import Candidate
from clue_service.clues import service as clues
from clue_service.clues.service import PEOPLES_STEPS
from clue_service.matter_changes import service as changes
from clue_service.matters import service as matters
from clue_service.matters.domain import Link, SourceKind
from clue_service.verdicts.schemas import CandidateDetail, Covers, DecideIn


async def decide(uow: Uow, viewer: Viewer, candidate_id: UUID, body: DecideIn, seen: int | None) -> Candidate:
    """Say whether two clues report one matter. Raises NotFound, StaleVersion, MoveRefused."""
    await candidates.visible_pair(uow, viewer, candidate_id)
    await matters.serialise(uow)
    pair = await candidates.locked_pair(uow, candidate_id)
    check_version(seen, pair.version)
    if pair.decision in SETTLED:
        raise MoveRefused(members={"state": "decided", "allowed_moves": ["undo"]})
    relation = body.relation
    if relation is None and body.decision is Decision.SAME:
        relation = _relation_proposed(pair)
    candidates.decide(uow, pair, body.decision, relation, body.reason)
    matter_id = None
    if body.decision is Decision.SAME:
        both = (pair.clue_a, pair.clue_b)
        standing = await clues.standing_leads(uow, both)
        link = _link(pair, body.covers or _covered(pair, relation))
        joined = await matters.link_clues(uow, [link], SourceKind.CANDIDATE, body.reason, standing)
        matter_id = next(iter(joined.matters_with(*both)), None)
    await _record(uow, pair, "decide_candidate")
    await events.emit_decided(uow, pair, await _commission(uow, pair), matter_id)
    return pair


def _relation_proposed(pair: Candidate) -> PairRelation:
    proposed = PairRelation(pair.relation)
    return proposed if proposed in SAME_MATTER else PairRelation.SAME_MATTER_OTHER_REPORTER


_WHOLE_LETTERS = frozenset({PairRelation.EXACT_REPEAT, PairRelation.MULTI_RECIPIENT_COPY})


def _covered(pair: Candidate, relation: PairRelation | None) -> Covers:
    """A copy repeats its letter with all it tells; else the matters of the letters met that the engine compared."""
    return "letters" if relation in _WHOLE_LETTERS and pair.part_a and pair.part_b else "parts"


def _link(pair: Candidate, covers: Covers) -> Link:
    if covers == "letters":
        return Link(pair.clue_a, pair.clue_b, pair.id)
    return Link(pair.clue_a, pair.clue_b, pair.id, pair.part_a, pair.part_b)


async def undo(uow: Uow, viewer: Viewer, candidate_id: UUID, reason: str, seen: int | None) -> Candidate:
    """Take a verdict back: the matters it joined are as before, and what people did since is flagged.

    Raises as ``decide`` does.
    """
    await candidates.visible_pair(uow, viewer, candidate_id)
    await matters.serialise(uow)
    pair = await candidates.locked_pair(uow, candidate_id)
    check_version(seen, pair.version)
    if pair.decision is None:
        raise MoveRefused(members={"state": "open", "allowed_moves": ["decide"]})
    previous = pair.decision
    candidates.clear_verdict(uow, pair, reason)
    around = await matters.clues_around(uow, [pair.clue_a, pair.clue_b])
    undone = await matters.unlink_source(
        uow,
        pair.id,
        SourceKind.CANDIDATE,
        reason=reason,
        standing=await clues.standing_leads(uow, around),
        verbs=PEOPLES_STEPS,
    )
    await _record(uow, pair, "undo_candidate")
    later = len(undone.change.later_actions) if undone else 0
    await events.emit_undone(uow, [(pair, previous)], {pair.clue_b: await _commission(uow, pair)}, later)
    return pair


async def _record(uow: Uow, pair: Candidate, action: str) -> None:
    await uow.session.flush()
    for clue_id in (pair.clue_a, pair.clue_b):
        await uow.audit(action, "clue", clue_id, detail={"candidate": str(pair.id), "decision": pair.decision})


async def _commission(uow: Uow, pair: Candidate) -> str:
    return (await clues.clues_by_id(uow, [pair.clue_b]))[pair.clue_b].commission


async def describe(uow: Uow, viewer: Viewer, pair: Candidate) -> CandidateDetail:
    """A pair with its verdicts and, where one was taken back, what people had done since."""
    both = await clues.clues_by_id(uow, [pair.clue_a, pair.clue_b])
    of = await matters.matters_of(uow, both)
    together = sorted(set(of.get(pair.clue_a, [])) & set(of.get(pair.clue_b, [])))
    undoing = await changes.last_undoing(uow, pair.id) if pair.decision is None else None
    names = ("id", "band", "probability", "relation", "reasons", "version", "decision", "decided_relation")
    more = ("decision_reason", "decided_by", "decided_at")
    return CandidateDetail.model_validate(
        {
            **{name: getattr(pair, name) for name in (*names, *more)},
            "clue_id": pair.clue_b,
            "other_clue_id": pair.clue_a,
            "part": pair.part_b,
            "other_part": pair.part_a,
            "state": "decided" if pair.decision in SETTLED else "open",
            "matter_id": next(iter(together), None),
            "suggested_move": suggested_move(
                pair.decision, pair.decided_relation, both[pair.clue_a].status, both[pair.clue_b].status
            ),
            "history": await candidates.verdicts_on(uow, pair.id),
            "later_actions": await clues.visible_actions(uow, viewer, undoing.later_actions if undoing else []),
        }
    )
