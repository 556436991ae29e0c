"""SQL of rounds. Every read that answers a caller is filtered by what the caller may meet."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from inspection_service.involvements.conditions import is_recused_from, may_see_target
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds.models import Participation, Round, RoundTarget


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    target = may_see_target(
        viewer,
        round_id=Round.id,
        unit_code=RoundTarget.unit_code,
        office=Round.office_unit,
        commission=RoundTarget.commission,
    )
    ways: list[ColumnElement[bool]] = [exists().where(RoundTarget.round_id == Round.id, target)]
    if viewer.own_offices:
        # A partner office knows the round it takes part in; teams and findings stay with the office that runs it.
        partner = Round.partner_offices.overlap(sorted(viewer.own_offices))
        ways.append(and_(partner, exists().where(RoundTarget.round_id == Round.id, ~_recused(viewer))))
    return or_(*ways)


def _recused(viewer: Viewer) -> ColumnElement[bool]:
    return is_recused_from(viewer, Round.id, RoundTarget.unit_code)


async def find_visible_round(session: AsyncSession, viewer: Viewer, round_id: UUID) -> Round | None:
    """The round, if the viewer may meet at least one of its targets."""
    return await session.scalar(select(Round).where(Round.id == round_id, _visible(viewer)))


async def find_round(session: AsyncSession, round_id: UUID) -> Round | None:
    """The round, for the service's own work."""
    return await session.get(Round, round_id)


async def lock_round(session: AsyncSession, round_id: UUID) -> Round | None:
    """The round, locked until the transaction ends and read anew."""
    return await session.scalar(
        select(Round).where(Round.id == round_id).with_for_update().execution_options(populate_existing=True)
    )


async def list_visible_rounds(
    session: AsyncSession,
    viewer: Viewer,
    *,
    state: str | None,
    round_type: str | None,
    unit_code: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Round]:
    """Rounds, newest first."""
    query = select(Round).where(_visible(viewer)).order_by(Round.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Round.state == state)
    if round_type is not None:
        query = query.where(Round.type == round_type)
    if unit_code is not None:
        query = query.where(exists().where(RoundTarget.round_id == Round.id, RoundTarget.unit_code == unit_code))
    if before is not None:
        query = query.where(Round.id < before)
    return (await session.scalars(query)).all()


async def list_targets(session: AsyncSession, round_ids: Iterable[UUID]) -> Sequence[RoundTarget]:
    """Targets of some rounds, in the order they were given."""
    query = (
        select(RoundTarget)
        .where(RoundTarget.round_id.in_(list(round_ids)))
        .order_by(RoundTarget.round_id, RoundTarget.position)
    )
    return (await session.scalars(query)).all()


async def find_target(session: AsyncSession, round_id: UUID, unit_code: str) -> RoundTarget | None:
    """One target of a round."""
    return await session.get(RoundTarget, (round_id, unit_code))


async def add_participations(
    session: AsyncSession, round_id: UUID, unit_code: str, members: Iterable[tuple[UUID, str]]
) -> None:
    """Write who inspected a unit; whoever is known already is left as they are."""
    rows = [
        {"round_id": round_id, "unit_code": unit_code, "cadre_id": cadre_id, "role": role} for cadre_id, role in members
    ]
    if rows:
        await session.execute(insert(Participation).values(rows).on_conflict_do_nothing())


async def list_participations(session: AsyncSession, round_ids: Iterable[UUID]) -> Sequence[Participation]:
    """Who took part in some rounds."""
    query = (
        select(Participation)
        .where(Participation.round_id.in_(list(round_ids)))
        .order_by(Participation.unit_code, Participation.role, Participation.cadre_id)
    )
    return (await session.scalars(query)).all()


async def list_history(session: AsyncSession) -> Sequence[tuple[Participation, str, date]]:
    """Everybody who ever took part in a closed round, with the round's type and the day it closed."""
    query = (
        select(Participation, Round.type, Round.closed_on)
        .join(Round, Round.id == Participation.round_id)
        .where(Round.state == "closed", Round.closed_on.is_not(None))
        .order_by(Round.closed_on, Round.id, Participation.unit_code, Participation.cadre_id)
    )
    return [(row, kind, closed_on) for row, kind, closed_on in (await session.execute(query)).all() if closed_on]


async def list_closed(session: AsyncSession, round_ids: Iterable[UUID]) -> set[UUID]:
    """Which of some rounds are closed."""
    query = select(Round.id).where(Round.id.in_(list(round_ids)), Round.state == "closed")
    return set(await session.scalars(query))
