"""What a clue shows: one as a whole, many in a list, its candidates."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from chassis.directory import UnitTree
from chassis.uow import Uow

from clue_service.access.policy import OFFICE_ROLES, Viewer
from clue_service.access.row_security import ask_as
from clue_service.candidates import service as candidates
from clue_service.candidates.domain import SETTLED, calls_for_alert
from clue_service.candidates.models import Candidate
from clue_service.clues import repository, rights, stages
from clue_service.clues.models import Allegation, Clue, Disposition, Result, Subject
from clue_service.clues.schemas import (
    AllegationOut,
    ApprovalOut,
    BlindCandidate,
    CandidateOut,
    ClueOut,
    ClueSummary,
    DispositionOut,
    ReporterOut,
    ResultOut,
    SubjectDetail,
    SubjectOut,
    VisibleCandidate,
)
from clue_service.matters import service as matters
from clue_service.overlap_alerts import detection

Shown = TypeVar("Shown", bound=SubjectOut)


@dataclass(frozen=True)
class Told:
    """A clue with all that it tells."""

    clue: Clue
    subjects: Sequence[Subject]
    allegations: Sequence[Allegation]


@dataclass(frozen=True)
class _Around:
    """What is said of a clue besides what it tells itself."""

    disposition: Disposition | None = None
    result: Result | None = None
    matter_ids: Sequence[UUID] = ()
    candidates: Sequence[CandidateOut] = ()
    is_matching_pending: bool = False


async def describe_clue(uow: Uow, viewer: Viewer, tree: UnitTree, clue: Clue) -> ClueOut:
    """The clue as the viewer sees it."""
    told = Told(
        clue,
        await repository.list_subjects(uow.session, [clue.id]),
        await repository.list_allegations(uow.session, [clue.id]),
    )
    is_handled = clue.version > 1
    matter_ids, shown = await _matters_and_candidates(uow, viewer, tree, clue)
    around = _Around(
        await repository.latest_disposition(uow.session, clue.id) if is_handled else None,
        await repository.latest_result(uow.session, clue.id) if is_handled else None,
        matter_ids,
        shown,
        await repository.is_matching_pending(uow.session, clue.id),
    )
    return _described(viewer, told, around)


async def describe_matched(
    uow: Uow, viewer: Viewer, tree: UnitTree, told: Told, pairs: Sequence[Candidate], *, is_withheld: bool
) -> ClueOut:
    """A clue that was registered and matched just now: it is in no matter yet, and ``pairs`` are all it has.

    Begins as the engine and goes on as the viewer: which of the other clues are for the viewer to see, PostgreSQL says.
    With ``is_withheld`` whoever registered it has seen too many blind hits that day to be shown these.
    """
    clue, shown = told.clue, list[CandidateOut]()
    is_for_office = viewer.has_any(*OFFICE_ROLES) and viewer.commission == clue.commission
    is_told = is_for_office and not (is_withheld and viewer.sub == clue.registered_by)
    hits = await _blind_hits(uow, viewer, tree, clue) if is_told else []
    await ask_as(uow.session, viewer, uow.now)
    if is_for_office:
        visible = await repository.visible_ids(uow.session, viewer, (pair.other_than(clue.id) for pair in pairs))
        seen = [_visible(clue, pair) for pair in pairs if pair.other_than(clue.id) in visible]
        counter = await _counter_hits(uow, viewer, tree, clue, _hidden(clue, pairs, visible)) if is_told else []
        shown = [*seen, *hits, *counter]
    return _described(viewer, told, _Around(candidates=shown))


def _described(viewer: Viewer, told: Told, around: _Around) -> ClueOut:
    clue = told.clue
    summary = _summary(clue, [_subject(one, SubjectDetail) for one in told.subjects], _categories(told.allegations))
    return ClueOut(
        **dict(summary),
        members=clue.members,
        allegations=[AllegationOut.model_validate(one) for one in told.allegations],
        summary=clue.summary,
        proposed_opinion=clue.proposed_opinion,
        reporter=ReporterOut.model_validate({"identity_type": clue.reporter_identity})
        if clue.reporter_identity
        else None,
        matter_id=next(iter(around.matter_ids), None),
        matter_ids=list(around.matter_ids),
        first_clue_id=clue.first_clue_id,
        split_from_id=clue.split_from_id,
        transfer_id=clue.transfer_id,
        came_by_transfer_id=clue.came_by_transfer_id,
        seal_requested_by=clue.seal_requested_by,
        assignment_approval=ApprovalOut(**clue.assignment_approval) if clue.assignment_approval else None,
        disposition=DispositionOut.model_validate(around.disposition) if around.disposition else None,
        result=ResultOut.model_validate(around.result) if around.result else None,
        due_rule=clue.due_rule,
        clock_start=clue.clock_start,
        paused_on=clue.paused_on,
        allowed_moves=rights.allowed_to(viewer, clue),
        is_matching_pending=around.is_matching_pending,
        candidates=list(around.candidates),
    )


def _categories(allegations: Iterable[Allegation]) -> list[str]:
    return sorted({one.category_code for one in allegations if one.category_code and one.moved_to_id is None})


async def summarise(uow: Uow, clues: Sequence[Clue]) -> list[ClueSummary]:
    """Clues as lists show them."""
    ids = [clue.id for clue in clues]
    subjects: dict[UUID, list[SubjectOut]] = defaultdict(list)
    for subject in await repository.list_subjects(uow.session, ids):
        subjects[subject.clue_id].append(_subject(subject, SubjectOut))
    categories: dict[UUID, list[str]] = defaultdict(list)
    for clue_id, code in await repository.list_categories(uow.session, ids):
        categories[clue_id].append(code)
    return [_summary(clue, subjects[clue.id], categories[clue.id]) for clue in clues]


def _subject(subject: Subject, shown: type[Shown]) -> Shown:
    columns = {name: getattr(subject, name) for name in shown.model_fields if name != "has_id_number"}
    return shown(**columns, has_id_number=subject.id_number_sealed is not None)


def _summary(clue: Clue, subjects: Sequence[SubjectOut], categories: list[str]) -> ClueSummary:
    given = {"subjects": subjects, "categories": categories, "due_at": clue.running_due_at}
    columns = {name: getattr(clue, name) for name in ClueSummary.model_fields if name not in given}
    return ClueSummary.model_validate({**columns, **given})


async def candidates_of(uow: Uow, viewer: Viewer, tree: UnitTree, clue: Clue) -> list[CandidateOut]:
    """What may report the same matter: clues the viewer may see, and other commissions as blind hits."""
    return (await _matters_and_candidates(uow, viewer, tree, clue))[1]


async def _matters_and_candidates(
    uow: Uow, viewer: Viewer, tree: UnitTree, clue: Clue
) -> tuple[list[UUID], list[CandidateOut]]:
    if not viewer.has_any(*OFFICE_ROLES) or viewer.commission != clue.commission:
        return await matters.matters_of_clue(uow, clue.id), []
    pairs = await candidates.pairs_of(uow, clue.id)
    visible = await repository.visible_ids(uow.session, viewer, (pair.other_than(clue.id) for pair in pairs))
    of = await matters.matters_of(uow, [clue.id, *visible])
    own = of.get(clue.id, [])
    seen = [
        _visible(clue, pair, is_joined=not set(own).isdisjoint(of.get(pair.other_than(clue.id), ())))
        for pair in pairs
        if pair.other_than(clue.id) in visible
    ]
    hits = await _blind_hits(uow, viewer, tree, clue)
    return own, [*seen, *(hits or await _counter_hits(uow, viewer, tree, clue, _hidden(clue, pairs, visible)))]


def _hidden(clue: Clue, pairs: Iterable[Candidate], visible: Collection[UUID]) -> list[Candidate]:
    """Pairs with clues of other commissions that the viewer may not see."""
    return [pair for pair in pairs if pair.is_across and pair.other_than(clue.id) not in visible]


def _visible(clue: Clue, pair: Candidate, *, is_joined: bool = False) -> VisibleCandidate:
    is_decided = is_joined or pair.decision in SETTLED
    columns = {**_columns(pair), "clue_id": pair.other_than(clue.id), "state": "decided" if is_decided else "open"}
    return VisibleCandidate.model_validate(columns)


def _is_withheld(viewer: Viewer, clue: Clue) -> bool:
    return clue.blind_hits_withheld and viewer.sub == clue.registered_by


async def _blind_hits(uow: Uow, viewer: Viewer, tree: UnitTree, clue: Clue) -> list[BlindCandidate]:
    """What is told of the other commissions that an announced clue overlaps with."""
    if _is_withheld(viewer, clue) or clue.overlap_policy == "silent":
        return []
    hits = await detection.blind_hits(uow, tree, clue.id, clue.commission, viewer.sub)
    return [BlindCandidate(id=alert_id, hit=hit) for alert_id, hit in hits]


def _columns(pair: Candidate) -> dict[str, object]:
    return {name: getattr(pair, name) for name in ("id", "band", "probability", "relation", "reasons", "decision")}


async def _counter_hits(
    uow: Uow, viewer: Viewer, tree: UnitTree, clue: Clue, hidden: Iterable[Candidate]
) -> list[BlindCandidate]:
    """What a silent clue overlaps with: told to its own office only, under the id of the surest pair."""
    if _is_withheld(viewer, clue) or clue.overlap_policy != "silent":
        return []
    met = [pair for pair in hidden if calls_for_alert(pair.band, pair.probability, pair.reasons)]
    others = await repository.find_clues(uow.session, [pair.other_than(clue.id) for pair in met])
    found: dict[str, BlindCandidate] = {}
    for pair in met:
        other = others[pair.other_than(clue.id)]
        if other.overlap_policy == "announce" and pair.decision != "different":
            hit = detection.blind_hit(tree, other.commission, stages.stage_of(other.status))
            found.setdefault(other.commission, BlindCandidate(id=pair.id, hit=hit))
    return [found[commission] for commission in sorted(found)]
