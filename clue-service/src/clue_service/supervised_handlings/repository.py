"""SQL of supervised handling. Every read that answers a caller is filtered by ``visible_to``."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, any_of, each
from clue_service.access.policy import Viewer
from clue_service.proceedings.policy import represented_units
from clue_service.supervised_handlings.domain import BEFORE_ISSUED
from clue_service.supervised_handlings.models import SupervisedHandling


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """``policy.parts_in`` in SQL: whether the viewer has any part, and is not recused."""
    return any_of(parts_of(viewer))


def parts_of(viewer: Viewer) -> list[PartOf]:
    """The orders that the viewer has a part in."""
    own = represented_units(viewer)
    met = and_(
        SupervisedHandling.secrecy_level.in_(sorted(viewer.cleared_for)),
        ~func.is_recused_from_item("clue", SupervisedHandling.clue_id, viewer.sub),
    )
    issued = and_(SupervisedHandling.state.not_in(sorted(BEFORE_ISSUED)), met)
    leads = {viewer.leads} & own if viewer.leads else set()
    ordered = [
        *each(SupervisedHandling.ordering_unit, own),
        *each(SupervisedHandling.commission, leads),
        *each(SupervisedHandling.escalated_to, own),
    ]
    targeted = each(SupervisedHandling.target_unit, own)
    return [PartOf(one, met) for one in ordered] + [PartOf(one, issued) for one in targeted]


async def find_visible(
    session: AsyncSession, viewer: Viewer, order_id: UUID, *, lock: bool = False
) -> SupervisedHandling | None:
    """The order, if the viewer has a part in it."""
    query = select(SupervisedHandling).where(SupervisedHandling.id == order_id, visible_to(viewer))
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)
