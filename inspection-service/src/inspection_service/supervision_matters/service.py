"""Use cases of supervision matters: proposing one, the moves of their table, and reading them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import NotFound, RoleRequired
from chassis.moves import Move
from chassis.uow import Uow
from pydantic import BaseModel

from inspection_service.involvements.policy import Viewer
from inspection_service.rounds.errors import UnitRequired
from inspection_service.steps.service import record_step
from inspection_service.supervision_matters import domain, guards, referrals, repository
from inspection_service.supervision_matters.domain import MatterState
from inspection_service.supervision_matters.events import emit_matter
from inspection_service.supervision_matters.models import MatterRecord, MatterReferral, SupervisionMatter
from inspection_service.supervision_matters.schemas import (
    CarryOverIn,
    DecideIn,
    DifficultyIn,
    EvaluateIn,
    MatterOut,
    ProposeMatterIn,
    RecordOut,
    Referral,
    ReferralOut,
    ReopenIn,
)

STEP = "supervision_matter"
"""How matters are named in the journal of steps."""


@dataclass(frozen=True)
class Deed:
    """Who does what to a matter."""

    viewer: Viewer
    tree: UnitTree
    verb: str
    body: BaseModel


async def propose_matter(uow: Uow, tree: UnitTree, body: ProposeMatterIn) -> SupervisionMatter:
    """Draw up a matter. One of the same theme and unit closed lately is reopened, and the two are linked."""
    owner = uow.actor.unit
    if owner is None or owner not in tree:
        raise UnitRequired
    matter = SupervisionMatter(
        **body.model_dump(),
        planned_until=body.ends_on,
        owner_unit=owner,
        commission=tree.commission(owner),
        state=MatterState.PROPOSED,
        recurrences=0,
        proposed_by=uow.actor.acting_for or uow.actor.sub,
        created_at=uow.now,
        version=1,
    )
    earlier = await _closed_lately(uow, matter)
    if earlier is not None:
        matter.recurrence_of = earlier.id
    uow.session.add(matter)
    await uow.session.flush()
    await record_step(uow, STEP, matter.id, 1, "propose", source=None, target=matter.state)
    await uow.audit("propose", "supervision_matter", matter.id)
    if earlier is not None:
        await _reopen(uow, await repository.lock_matter(uow.session, earlier.id), {"matter_id": str(matter.id)})
    return matter


async def _closed_lately(uow: Uow, matter: SupervisionMatter) -> SupervisionMatter | None:
    since = uow.clock.today() - timedelta(days=domain.RECURRENCE_DAYS)
    for other in await repository.list_same_theme(uow.session, matter.commission, matter.theme):
        is_recent = other.closed_on is not None and other.closed_on >= since
        if (
            other.state == MatterState.CLOSED
            and is_recent
            and domain.covers_same(matter.scope_units, other.scope_units)
        ):
            return other
    return None


async def _reopen(uow: Uow, matter: SupervisionMatter, why: dict[str, Any]) -> None:
    if matter.state != MatterState.CLOSED:
        return  # somebody else was faster
    move = domain.MOVES["reopen"]
    matter.recurrences += 1
    matter.closed_on, matter.conclusion = None, None
    await _record(uow, matter, "reopen", why)
    await _move(uow, matter, move)


async def act(uow: Uow, deed: Deed, matter_id: UUID) -> SupervisionMatter:
    """Take one move of the table. Raises NotFound, RoleRequired, MoveRefused and what ``guards`` raise."""
    move = domain.MOVES[deed.verb]
    await _met(uow, deed, matter_id)
    if not uow.actor.has_any(*move.roles):
        raise RoleRequired(members={"roles": sorted(move.roles)})
    matter = await repository.lock_matter(uow.session, matter_id)
    guards.check_unit(deed.verb, deed.viewer.unit, matter, deed.tree)
    domain.MOVES.take(deed.verb, matter.state)
    await _check(uow, deed, matter)
    _apply(uow, deed, matter)
    document = deed.body.model_dump(mode="json", exclude_none=True)
    record = await _record(uow, matter, deed.verb, document)
    if isinstance(deed.body, DifficultyIn):
        await _refer(uow, matter, record, deed.body)
    await _move(uow, matter, move)
    return matter


async def _met(uow: Uow, deed: Deed, matter_id: UUID) -> None:
    found = await repository.find_visible_matter(uow.session, deed.viewer, matter_id)
    if found is None and deed.verb == "evaluate" and deed.viewer.unit is not None:
        # Who evaluates comes from outside the matter, but from the same commission.
        commission = deed.tree.commission(deed.viewer.unit)
        found = await repository.find_matter_of_commission(uow.session, matter_id, [commission])
    if found is None:
        raise NotFound


async def _check(uow: Uow, deed: Deed, matter: SupervisionMatter) -> None:
    records = [record.kind for record in await repository.list_records(uow.session, [matter.id])]
    if deed.verb == "start":
        others = await repository.list_overlapping(uow.session, matter)
        guards.check_start(deed.body, matter, records, others)
    if deed.verb == "evaluate":
        guards.check_evaluation(matter, records, uow.clock.today())
    if deed.verb == "close":
        guards.check_close(matter)
    if deed.verb == "carry-over":
        guards.check_carry_over(deed.body, matter)


def _apply(uow: Uow, deed: Deed, matter: SupervisionMatter) -> None:
    match deed.body:
        case DecideIn():
            matter.lead_unit = deed.body.lead_unit
            matter.co_units = sorted(set(deed.body.co_units) - {deed.body.lead_unit})
        case EvaluateIn():
            matter.conclusion = deed.body.conclusion.value
        case CarryOverIn():
            matter.ends_on, matter.conclusion = deed.body.ends_on, None
        case ReopenIn():
            matter.recurrences += 1
            matter.closed_on, matter.conclusion = None, None
    if deed.verb == "start" and matter.started_on is None:
        matter.started_on = uow.clock.today()
    if deed.verb == "close":
        matter.closed_on = uow.clock.today()


async def _refer(uow: Uow, matter: SupervisionMatter, record: MatterRecord, body: DifficultyIn) -> None:
    """A difficulty goes where it can be solved; whoever can help is asked after commit."""
    if body.referral is Referral.LEADERS:
        return
    uow.session.add(
        MatterReferral(
            difficulty_id=record.id,
            matter_id=matter.id,
            referral=body.referral.value,
            state=referrals.ASKING,
            version=1,
        )
    )
    await uow.session.flush()
    await uow.enqueue("refer-difficulty", {"difficulty_id": str(record.id)})


async def _record(uow: Uow, matter: SupervisionMatter, kind: str, document: dict[str, Any]) -> MatterRecord:
    record = MatterRecord(
        matter_id=matter.id,
        kind=kind,
        document=document,
        unit=uow.actor.unit,
        recorded_by=uow.actor.acting_for or uow.actor.sub,
        recorded_at=uow.now,
    )
    uow.session.add(record)
    await uow.session.flush()
    return record


async def _move(uow: Uow, matter: SupervisionMatter, move: Move) -> None:
    before = matter.state
    matter.state = str(move.target) if move.target is not None else before
    matter.version += 1
    await uow.session.flush()
    await record_step(uow, STEP, matter.id, matter.version, move.verb, source=before, target=matter.state)
    if move.event is not None:
        await emit_matter(uow, move.event, matter)
    await uow.audit(move.verb, "supervision_matter", matter.id)


async def visible_matter(uow: Uow, viewer: Viewer, matter_id: UUID) -> SupervisionMatter:
    """The matter; raises NotFound where the viewer may not meet it."""
    found = await repository.find_visible_matter(uow.session, viewer, matter_id)
    if found is None:
        raise NotFound
    return found


async def list_matters(
    uow: Uow, viewer: Viewer, *, state: str | None, unit: str | None, before: UUID | None, limit: int
) -> Sequence[SupervisionMatter]:
    """Matters the viewer may meet, newest first."""
    return await repository.list_visible_matters(
        uow.session, viewer, state=state, unit=unit, before=before, limit=limit
    )


async def describe_matters(uow: Uow, matters: Sequence[SupervisionMatter]) -> list[MatterOut]:
    """Matters as callers see them, with records and where difficulties went."""
    ids = [matter.id for matter in matters]
    records: dict[UUID, list[MatterRecord]] = defaultdict(list)
    for record in await repository.list_records(uow.session, ids):
        records[record.matter_id].append(record)
    referred: dict[UUID, list[MatterReferral]] = defaultdict(list)
    for referral in await repository.list_referrals(uow.session, ids):
        referred[referral.matter_id].append(referral)
    today = uow.clock.today()
    answers = []
    for matter in matters:
        columns = {column.key: getattr(matter, column.key) for column in SupervisionMatter.__table__.columns}
        filed = sum(record.kind == "report" for record in records[matter.id])
        due = guards.reports_due_of(matter, today)
        answers.append(
            MatterOut(
                **{name: columns[name] for name in MatterOut.model_fields if name in columns},
                allowed_moves=domain.MOVES.allowed(matter.state),
                reports_due=due,
                reports_filed=filed,
                light=guards.light_of(matter, due, filed, today),
                records=[RecordOut.model_validate(record) for record in records[matter.id]],
                referrals=[ReferralOut.model_validate(referral) for referral in referred[matter.id]],
            )
        )
    return answers
