"""Use cases that read clues: one, many, its candidates, its steps."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound
from chassis.uow import Uow

from clue_service.access.policy import OFFICE_ROLES, Viewer
from clue_service.candidates import service as candidates
from clue_service.candidates.domain import SETTLED, calls_for_alert
from clue_service.candidates.models import Candidate
from clue_service.clues import domain, listing, repository, rights
from clue_service.clues.errors import SubjectOfClue
from clue_service.clues.filters import ClueFilter, Place
from clue_service.clues.models import Allegation, Clue, Result, Subject
from clue_service.clues.outcomes import LEADING_METHODS
from clue_service.clues.outlines import ClueOutline
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
    StepOut,
    SubjectOut,
    VisibleCandidate,
)
from clue_service.matter_changes.schemas import LaterAction
from clue_service.matters import service as matters
from clue_service.matters.leads import Lead
from clue_service.overlap_alerts import detection

MATTER_STEPS = ("merge_matters", "split_matter", "undo_matter", "assign_lead")
_VERDICTS = ("decide_candidate", "undo_candidate")
STEPS = ("register", "match", *(row.verb for row in domain.MOVE_ROWS), *_VERDICTS, *MATTER_STEPS, "delete")
"""Audit actions that are steps of a clue's life; reads are not."""
PEOPLES_STEPS = frozenset({*(row.verb for row in domain.MOVE_ROWS), *_VERDICTS, *MATTER_STEPS})
"""Steps that are flagged when a decision taken before them is undone."""


async def visible_clue(uow: Uow, viewer: Viewer, clue_id: UUID, *, lock: bool = False) -> Clue:
    """The clue; raises NotFound where the viewer may not see it, just as where there is none."""
    found = await repository.find_visible_clue(uow.session, viewer, clue_id, lock=lock)
    if found is None:
        raise NotFound
    return found


async def locked_clue(uow: Uow, clue_id: UUID) -> Clue | None:
    """A clue for the service's own work, locked."""
    return await repository.lock_clue(uow.session, clue_id)


async def find_clue(uow: Uow, viewer: Viewer, clue_id: UUID) -> Clue | None:
    """The clue, if the viewer may see all of it."""
    return await repository.find_visible_clue(uow.session, viewer, clue_id)


async def list_clues(
    uow: Uow, viewer: Viewer, wanted: ClueFilter, *, after: Place | None, limit: int
) -> Sequence[Clue]:
    """Clues the viewer may see, in the order wanted."""
    found = await listing.list_clues(uow.session, viewer, wanted, after=after, limit=limit)
    await uow.audit("list", "clue", "-", detail={"clues": [str(clue.id) for clue in found]})
    return found


async def describe_clue(
    uow: Uow, viewer: Viewer, tree: UnitTree, clue: Clue, matched: Sequence[Candidate] | None = None
) -> ClueOut:
    """The clue as the viewer sees it; ``matched``: its pairs, where this transaction has just found them."""
    subjects = [_subject(one) for one in await repository.list_subjects(uow.session, [clue.id])]
    allegations = await repository.list_allegations(uow.session, [clue.id])
    summary = _summary(clue, subjects, _categories(allegations))
    is_handled = clue.version > 1
    disposition = await repository.latest_disposition(uow.session, clue.id) if is_handled else None
    result = await repository.latest_result(uow.session, clue.id) if is_handled else None
    matter_ids, shown = await _matters_and_candidates(uow, viewer, tree, clue, matched)
    return ClueOut(
        **dict(summary),
        members=clue.members,
        allegations=[AllegationOut.model_validate(one) for one in allegations],
        summary=clue.summary,
        reporter=ReporterOut.model_validate({"identity_type": clue.reporter_identity})
        if clue.reporter_identity
        else None,
        matter_id=next(iter(matter_ids), None),
        matter_ids=matter_ids,
        first_clue_id=clue.first_clue_id,
        split_from_id=clue.split_from_id,
        transfer_id=clue.transfer_id,
        came_by_transfer_id=clue.came_by_transfer_id,
        seal_requested_by=clue.seal_requested_by,
        assignment_approval=ApprovalOut(**clue.assignment_approval) if clue.assignment_approval else None,
        disposition=DispositionOut.model_validate(disposition) if disposition else None,
        result=ResultOut.model_validate(result) if result else None,
        due_rule=clue.due_rule,
        clock_start=clue.clock_start,
        paused_on=clue.paused_on,
        allowed_moves=rights.allowed_to(viewer, clue),
        is_matching_pending=matched is None and await repository.is_matching_pending(uow.session, clue.id),
        candidates=shown,
    )


def _categories(allegations: Iterable[Allegation]) -> list[str]:
    return sorted({one.category_code for one in allegations if one.category_code and one.moved_to_id is None})


async def summarise(uow: Uow, clues: Sequence[Clue]) -> list[ClueSummary]:
    """Clues as lists show them."""
    ids = [clue.id for clue in clues]
    subjects: dict[UUID, list[SubjectOut]] = defaultdict(list)
    for subject in await repository.list_subjects(uow.session, ids):
        subjects[subject.clue_id].append(_subject(subject))
    categories: dict[UUID, list[str]] = defaultdict(list)
    for clue_id, code in await repository.list_categories(uow.session, ids):
        categories[clue_id].append(code)
    return [_summary(clue, subjects[clue.id], categories[clue.id]) for clue in clues]


def _subject(subject: Subject) -> SubjectOut:
    columns = {name: getattr(subject, name) for name in SubjectOut.model_fields if name != "has_id_number"}
    return SubjectOut(**columns, has_id_number=subject.id_number_sealed is not None)


def _summary(clue: Clue, subjects: list[SubjectOut], categories: list[str]) -> ClueSummary:
    given = {"subjects": subjects, "categories": categories, "due_at": clue.running_due_at}
    columns = {name: getattr(clue, name) for name in ClueSummary.model_fields if name not in given}
    return ClueSummary.model_validate({**columns, **given})


async def candidates_of(uow: Uow, viewer: Viewer, tree: UnitTree, clue: Clue) -> list[CandidateOut]:
    """What may report the same matter: clues the viewer may see, and other commissions as blind hits."""
    return (await _matters_and_candidates(uow, viewer, tree, clue))[1]


async def _matters_and_candidates(
    uow: Uow, viewer: Viewer, tree: UnitTree, clue: Clue, matched: Sequence[Candidate] | None = None
) -> tuple[list[UUID], list[CandidateOut]]:
    if not viewer.has_any(*OFFICE_ROLES) or viewer.commission != clue.commission:
        return await matters.matters_of_clue(uow, clue.id), []
    pairs = await candidates.pairs_of(uow, clue.id) if matched is None else matched
    others = {pair.id: pair.other_than(clue.id) for pair in pairs}
    visible = await repository.visible_ids(uow.session, viewer, others.values())
    of = await matters.matters_of(uow, [clue.id, *visible])
    own = of.get(clue.id, [])
    seen = [
        VisibleCandidate.model_validate(
            {
                **_columns(pair),
                "clue_id": others[pair.id],
                "state": "decided"
                if pair.decision in SETTLED or set(own) & set(of.get(others[pair.id], ()))
                else "open",
            }
        )
        for pair in pairs
        if others[pair.id] in visible
    ]
    hidden = [pair for pair in pairs if pair.is_across and others[pair.id] not in visible]
    return own, [*seen, *await _blind_candidates(uow, viewer, tree, clue, hidden)]


async def _blind_candidates(
    uow: Uow, viewer: Viewer, tree: UnitTree, clue: Clue, hidden: Sequence[Candidate]
) -> list[BlindCandidate]:
    """What is told of other commissions; ``hidden`` are the pairs across with clues the viewer may not see."""
    if clue.blind_hits_withheld and viewer.sub == clue.registered_by:
        return []
    if clue.overlap_policy == "silent":
        met = [pair for pair in hidden if calls_for_alert(pair.band, pair.probability, pair.reasons)]
        return await _counter_hits(uow, tree, clue, met)
    hits = await detection.blind_hits(uow, tree, clue.id, clue.commission, viewer.sub)
    return [BlindCandidate(id=alert_id, hit=hit) for alert_id, hit in hits]


def _columns(pair: Candidate) -> dict[str, object]:
    return {name: getattr(pair, name) for name in ("id", "band", "probability", "relation", "reasons", "decision")}


async def _counter_hits(uow: Uow, tree: UnitTree, clue: Clue, hidden: Sequence[Candidate]) -> list[BlindCandidate]:
    """What a silent clue overlaps with: told to its own office only, under the id of the surest pair."""
    others = await repository.find_clues(uow.session, [pair.other_than(clue.id) for pair in hidden])
    found: dict[str, BlindCandidate] = {}
    for pair in hidden:
        other = others[pair.other_than(clue.id)]
        if other.overlap_policy == "announce" and pair.decision != "different":
            hit = detection.blind_hit(tree, other.commission, domain.stage_of(other.status))
            found.setdefault(other.commission, BlindCandidate(id=pair.id, hit=hit))
    return [found[commission] for commission in sorted(found)]


async def timeline(uow: Uow, clue: Clue) -> list[StepOut]:
    """Every step of a clue, oldest first, without content."""
    return [
        StepOut(
            at=row.at,
            action=row.action,
            actor=row.actor,
            acting_for=row.acting_for,
            unit=row.unit,
            from_status=row.detail.get("from"),
            to_status=row.detail.get("to"),
            closure=row.detail.get("closure"),
            version=row.detail.get("version"),
        )
        for row in await repository.list_steps(uow.session, clue.id, STEPS)
    ]


async def last_step_at(uow: Uow, clue: Clue) -> datetime:
    """When people last moved the clue; its retention is counted from there."""
    moves = ("register", *(row.verb for row in domain.MOVE_ROWS))
    steps = await repository.list_steps(uow.session, clue.id, moves)
    return steps[-1].at if steps else clue.registered_at


async def latest_result(uow: Uow, clue_id: UUID) -> Result | None:
    """The outcome that counts."""
    return await repository.latest_result(uow.session, clue_id)


async def check_not_subject(uow: Uow, clue_ids: Collection[UUID]) -> None:
    """Raise SubjectOfClue where one of some clues reports on whoever acts, as far as name and code tell."""
    if await about_actor(uow, clue_ids):
        raise SubjectOfClue


async def about_actor(uow: Uow, clue_ids: Collection[UUID]) -> set[UUID]:
    """Those of some clues that report on whoever acts: by the name of the token, or by the person's code."""
    return await repository.about_person(
        uow.session, clue_ids, sub=uow.actor.acting_for or uow.actor.sub, name=uow.actor.name
    )


async def visible_ids(uow: Uow, viewer: Viewer, clue_ids: Iterable[UUID]) -> set[UUID]:
    """Those of some clues that the viewer may see."""
    return await repository.visible_ids(uow.session, viewer, clue_ids)


async def clues_by_id(uow: Uow, clue_ids: Iterable[UUID]) -> dict[UUID, Clue]:
    """Clues by id, for the service's own work."""
    return await repository.find_clues(uow.session, clue_ids)


async def outlines(uow: Uow, clue_ids: Iterable[UUID]) -> dict[UUID, ClueOutline]:
    """Whose some clues are and how far they are, for the service's own work."""
    return await repository.outlines(uow.session, clue_ids)


async def withhold_blind_hits(uow: Uow, clue_id: UUID) -> None:
    """Whoever registered a clue is not shown its blind hits."""
    await repository.withhold_blind_hits(uow.session, clue_id)


async def allegations_of(uow: Uow, clue_ids: Iterable[UUID]) -> Sequence[Allegation]:
    """The allegations of some clues, for the service's own work."""
    return await repository.list_allegations(uow.session, clue_ids)


async def standing_leads(uow: Uow, clue_ids: Iterable[UUID]) -> list[Lead]:
    """The leads that approvals of checks gave before the clues formed a matter, earliest first."""
    rows = await repository.approved_checks(uow.session, clue_ids, LEADING_METHODS)
    return [
        Lead(commission=row.commission, unit=row.lead_unit, clue_id=row.id, basis="approval", taken_at=row.decided_at)
        for row in rows
        if row.overlap_policy != "silent"
    ]


async def visible_actions(uow: Uow, viewer: Viewer, actions: Sequence[Mapping[str, Any]]) -> list[LaterAction]:
    """What people did, as far as the viewer may see the clues they did it with; on a matter only one's own unit's."""
    visible = await repository.visible_ids(
        uow.session, viewer, {UUID(clue) for one in actions for clue in one["clue_ids"]}
    )
    found = []
    for one in actions:
        clues = [UUID(clue) for clue in one["clue_ids"] if UUID(clue) in visible]
        if clues:
            found.append(LaterAction.model_validate({**one, "clue_ids": clues}))
    return found


async def subjects_of_open_clues(
    uow: Uow, *, person_codes: Iterable[str], names: Iterable[str]
) -> tuple[set[str], set[tuple[str, str | None]]]:
    """Of these person codes and names, those that open, announced clues report on: (codes, (name, unit) pairs)."""
    rows = await repository.open_subjects(uow.session, person_codes=person_codes, names=names)
    return {code for code, _, _ in rows if code}, {(name, unit) for _, name, unit in rows if name}
