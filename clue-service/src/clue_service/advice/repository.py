"""SQL of advice. Every read that answers a caller is filtered by ``visible_to``."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, any_of, each
from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.advice.domain import BEFORE_SERVED
from clue_service.advice.models import Advice
from clue_service.proceedings.policy import represented_units


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """``policy.parts_in`` in SQL: whether the viewer has any part, and is not recused."""
    return any_of(parts_of(viewer))


def parts_of(viewer: Viewer) -> list[PartOf]:
    """The letters that the viewer has a part in."""
    own = sorted(represented_units(viewer))
    met = and_(
        Advice.secrecy_level.in_(sorted(viewer.cleared_for)),
        ~func.is_recused_from_item("advice", Advice.id, viewer.sub),
    )
    served = and_(Advice.state.not_in(sorted(BEFORE_SERVED)), met)
    drawn_up = [*each(Advice.issuing_unit, own), *each(Advice.commission, own)]
    found = [PartOf(one, met) for one in drawn_up] + [PartOf(one, served) for one in each(Advice.addressed_unit, own)]
    return [*found, PartOf(Advice.watchers.overlap(own), served, is_sorted=False)] if own else found


async def find_visible(session: AsyncSession, viewer: Viewer, advice_id: UUID, *, lock: bool = False) -> Advice | None:
    """The letter, if the viewer has a part in it."""
    query = select(Advice).where(Advice.id == advice_id, visible_to(viewer)).execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


async def find_letter(session: AsyncSession, advice_id: UUID) -> Advice | None:
    """A letter, for the service's own work."""
    return await session.scalar(select(Advice).where(Advice.id == advice_id))


@reads_as_engine
async def list_served_on(session: AsyncSession, unit_codes: Collection[str]) -> Sequence[Advice]:
    """Letters that were served on some units, oldest first."""
    query = select(Advice).where(Advice.addressed_unit.in_(list(unit_codes)), Advice.served_on.is_not(None))
    return (await session.scalars(query.order_by(Advice.served_on, Advice.id))).all()
