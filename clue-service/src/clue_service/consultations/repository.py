"""SQL of consultations. Every read that answers a caller is filtered by ``visible_to``."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import as_rows, inserting
from chassis.statements import Statement
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Text,
    and_,
    any_,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, any_of, each, newest
from clue_service.access.policy import LEADERS, Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.consultations.models import (
    Consultation,
    ConsultationAction,
    ConsultationClue,
    ConsultationOpinion,
    ConsultationParticipant,
    ConsultationRecusal,
)
from clue_service.overlap_alerts.models import OverlapAlert
from clue_service.proceedings.policy import represented_units

_CONVENED = (
    "kind", "state", "version", "topic", "secrecy_level", "convener_unit", "commission", "convened_by", "convened_at",
    "alert_id", "quorum", "opening", "scheduled_at", "opinions_due_at", "attended",
)  # fmt: skip
# Convened at every overlap of three: built once.
_ADD_FOR_ALERT = Statement(
    inserting(Consultation, *_CONVENED)
    .on_conflict_do_nothing(index_elements=[Consultation.alert_id])
    .returning(Consultation.id)
)
_ADD_PARTICIPANTS = Statement(
    inserting(ConsultationParticipant, "consultation_id", "unit", "persons").on_conflict_do_nothing()
)


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """``policy.standing_in`` in SQL: whether the viewer has any part."""
    return any_of(parts_of(viewer))


def parts_of(viewer: Viewer) -> list[PartOf]:
    """The consultations that the viewer has a part in."""
    own = sorted(represented_units(viewer))
    if not own:
        return []
    named = or_(
        func.cardinality(ConsultationParticipant.persons) == 0,
        literal(viewer.sub) == any_(ConsultationParticipant.persons),
    )
    invited = select(ConsultationParticipant.consultation_id).where(ConsultationParticipant.unit.in_(own), named)
    leads = {viewer.leads} if viewer.leads and viewer.has_any(*LEADERS) else set()
    met = _may_meet(viewer, Consultation.id)
    convened = [*each(Consultation.convener_unit, own), *each(Consultation.commission, leads)]
    scheduled = and_(Consultation.scheduled_at.is_not(None), Consultation.id.in_(invited))
    return [*(PartOf(one, met) for one in convened), PartOf(scheduled, met, is_sorted=False)]


async def find_visible(
    session: AsyncSession, viewer: Viewer, consultation_id: UUID, *, lock: bool = False
) -> Consultation | None:
    """The consultation, if the viewer has a part in it; with ``lock`` nobody else changes it meanwhile."""
    query = select(Consultation).where(Consultation.id == consultation_id)
    if lock:
        # Locked first: who takes part may change while this waits.
        await session.execute(query.with_only_columns(Consultation.id).with_for_update(key_share=True))
    return await session.scalar(query.where(visible_to(viewer)).execution_options(populate_existing=True))


@reads_as_engine
async def get_consultation(session: AsyncSession, consultation_id: UUID) -> Consultation:
    """A consultation for the service's own work."""
    return (await session.scalars(select(Consultation).where(Consultation.id == consultation_id))).one()


async def lock_one_overdue(session: AsyncSession, now: datetime) -> Consultation | None:
    """A consultation whose opinions are due and still sealed; those another has locked are left."""
    query = (
        select(Consultation)
        .where(
            Consultation.state == "scheduled",
            Consultation.opinions_opened_at.is_(None),
            Consultation.opinions_due_at < now,
        )
        .order_by(Consultation.opinions_due_at)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return await session.scalar(query.execution_options(populate_existing=True))


async def find_alert(session: AsyncSession, alert_id: UUID) -> OverlapAlert | None:
    """The alert that goes on for one: itself, or what it was merged into."""
    found = await session.get(OverlapAlert, alert_id, populate_existing=True)
    while found is not None and found.merged_into is not None:
        found = await session.get(OverlapAlert, found.merged_into, populate_existing=True)
    return found


async def add_for_alert(session: AsyncSession, values: Mapping[str, Any]) -> UUID | None:
    """A consultation for an alert; None where the alert has one. Waits for another's open transaction on it."""
    found: UUID | None = await _ADD_FOR_ALERT.scalar(session, {"rows": as_rows([values])})
    return found


async def add_for_origin(session: AsyncSession, values: Mapping[str, Any]) -> UUID | None:
    """A consultation for an origin; None where it has one. Waits for another's open transaction on it."""
    statement = insert(Consultation).values(**values).on_conflict_do_nothing(index_elements=[Consultation.origin_ref])
    return await session.scalar(statement.returning(Consultation.id))


async def lock_of_origin(session: AsyncSession, origin_ref: str) -> Consultation:
    """The consultation of an origin, locked."""
    query = select(Consultation).where(Consultation.origin_ref == origin_ref).with_for_update(key_share=True)
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def lock_of_alert(session: AsyncSession, alert_id: UUID) -> Consultation | None:
    """The consultation of an alert, locked."""
    query = select(Consultation).where(Consultation.alert_id == alert_id).with_for_update(key_share=True)
    return await session.scalar(query.execution_options(populate_existing=True))


async def lock_of_merged(session: AsyncSession, alert_id: UUID) -> Sequence[Consultation]:
    """Consultations of alerts that were merged into one, locked, oldest first."""
    merged = select(OverlapAlert.id).where(OverlapAlert.merged_into == alert_id)
    query = select(Consultation).where(Consultation.alert_id.in_(merged)).order_by(Consultation.id)
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


async def list_participants(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[ConsultationParticipant]:
    """The participants of some consultations, by unit."""
    query = select(ConsultationParticipant).where(ConsultationParticipant.consultation_id.in_(list(ids)))
    query = query.order_by(ConsultationParticipant.consultation_id, ConsultationParticipant.unit)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def add_participants(session: AsyncSession, consultation_id: UUID, units: Mapping[str, Sequence[str]]) -> None:
    """Let units take part; those that do already stay as they are."""
    rows = [
        {"consultation_id": consultation_id, "unit": unit, "persons": sorted(set(persons))}
        for unit, persons in sorted(units.items())
    ]
    if rows:
        await _ADD_PARTICIPANTS.run(session, {"rows": as_rows(rows)})


@reads_as_engine
async def recused_among(session: AsyncSession, viewer: Viewer, ids: Iterable[UUID]) -> set[UUID]:
    """Those of some consultations that the viewer is recused from, or from a clue they are about."""
    met = func.is_recused_from_item("consultation", Consultation.id, viewer.sub)
    return set(await session.scalars(select(Consultation.id).where(Consultation.id.in_(list(ids)), met)))


async def add_recusal(session: AsyncSession, consultation_id: UUID, sub: str, by: str, at: datetime) -> None:
    """Recuse somebody; safe to repeat."""
    values = {"consultation_id": consultation_id, "sub": sub, "recorded_by": by, "recorded_at": at}
    await session.execute(insert(ConsultationRecusal).values(**values).on_conflict_do_nothing())


async def add_clues(session: AsyncSession, consultation_id: UUID, clue_ids: Iterable[UUID]) -> None:
    """Say which clues a consultation is about."""
    rows = [{"consultation_id": consultation_id, "clue_id": clue_id} for clue_id in sorted(set(clue_ids))]
    if rows:
        await session.execute(insert(ConsultationClue).values(rows).on_conflict_do_nothing())


async def list_clues(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[tuple[UUID, UUID]]:
    """The clues of some consultations: (consultation, clue)."""
    query = select(ConsultationClue.consultation_id, ConsultationClue.clue_id)
    query = query.where(ConsultationClue.consultation_id.in_(list(ids)))
    found = await session.execute(query.order_by(ConsultationClue.consultation_id, ConsultationClue.clue_id))
    return [(one, clue) for one, clue in found]


async def list_opinions(session: AsyncSession, ids: Iterable[UUID]) -> Sequence[ConsultationOpinion]:
    """The opinions of some consultations, still sealed."""
    query = select(ConsultationOpinion).where(ConsultationOpinion.consultation_id.in_(list(ids)))
    query = query.order_by(ConsultationOpinion.consultation_id, ConsultationOpinion.unit)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def put_opinion(session: AsyncSession, values: Mapping[str, Any]) -> None:
    """Keep a unit's opinion in place of the one it gave before."""
    statement = insert(ConsultationOpinion).values(**values)
    keys = ("consultation_id", "unit")
    changes = {name: statement.excluded[name] for name in values if name not in keys}
    await session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changes))


async def list_actions(
    session: AsyncSession, ids: Iterable[UUID], *, lock: bool = False
) -> Sequence[ConsultationAction]:
    """The actions of some consultations, in their order."""
    query = select(ConsultationAction).where(ConsultationAction.consultation_id.in_(list(ids)))
    query = query.order_by(ConsultationAction.consultation_id, ConsultationAction.position)
    query = query.execution_options(populate_existing=True)
    return (await session.scalars(query.with_for_update(key_share=True) if lock else query)).all()


async def open_actions(session: AsyncSession, consultation_id: UUID) -> Sequence[ConsultationAction]:
    """Make the proposed actions of a consultation tasks; answers them in their order."""
    await session.execute(
        update(ConsultationAction)
        .where(ConsultationAction.consultation_id == consultation_id, ConsultationAction.state == "proposed")
        .values(state="open", version=1)
    )
    return await list_actions(session, [consultation_id])


async def drop_proposed_actions(session: AsyncSession, consultation_id: UUID) -> None:
    """Forget the actions of a conclusion that was rejected; the journal keeps them."""
    await session.execute(
        delete(ConsultationAction).where(
            ConsultationAction.consultation_id == consultation_id, ConsultationAction.state == "proposed"
        )
    )


async def find_action(session: AsyncSession, action_id: UUID, *, lock: bool = False) -> ConsultationAction | None:
    """One action that has become a task."""
    query = select(ConsultationAction).where(ConsultationAction.id == action_id, ConsultationAction.state != "proposed")
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


def _may_meet(viewer: Viewer, consultation_id: Any) -> ColumnElement[bool]:
    """Whether neither clearance nor recusal keeps the viewer away from a consultation."""
    levels = cast(sorted(viewer.cleared_for), ARRAY(Text))
    return func.may_meet_consultation(consultation_id, levels, viewer.sub, type_=Boolean)


async def may_meet(session: AsyncSession, viewer: Viewer, consultation_id: UUID) -> bool:
    """Whether neither clearance nor recusal keeps the viewer away from a consultation."""
    return bool(await session.scalar(select(_may_meet(viewer, consultation_id))))


async def list_tasks(
    session: AsyncSession, viewer: Viewer, *, state: str | None, before: UUID | None, limit: int
) -> Sequence[ConsultationAction]:
    """Actions that are tasks of the units the viewer acts for, newest first."""
    met = and_(ConsultationAction.state != "proposed", _may_meet(viewer, ConsultationAction.consultation_id))
    parts = [PartOf(one, met) for one in each(ConsultationAction.owner_unit, represented_units(viewer))]
    narrowed = [ConsultationAction.state == state] if state is not None else []
    return await newest(session, ConsultationAction, parts, narrowed=narrowed, before=before, limit=limit)


def of_clue(clue_id: UUID) -> ColumnElement[bool]:
    """Consultations on a clue."""
    return exists().where(ConsultationClue.consultation_id == Consultation.id, ConsultationClue.clue_id == clue_id)
