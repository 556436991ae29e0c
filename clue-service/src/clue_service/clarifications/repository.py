"""SQL of clarifications."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.access.paging import PartOf, any_of, each
from clue_service.access.policy import Viewer
from clue_service.access.row_security import reads_as_engine
from clue_service.clarifications.domain import ClarificationState
from clue_service.clarifications.models import Clarification
from clue_service.clues.models import Subject
from clue_service.proceedings.policy import represented_units

_GIVEN_UP = sorted({ClarificationState.REJECTED, ClarificationState.WITHDRAWN})


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """``policy.parts_in`` in SQL: whether the viewer has any part."""
    return any_of(parts_of(viewer))


def parts_of(viewer: Viewer) -> list[PartOf]:
    """The clarifications that the viewer has a part in."""
    met = and_(
        Clarification.secrecy_level.in_(sorted(viewer.cleared_for)),
        ~func.is_recused_from(Clarification.clue_id, viewer.sub),
    )
    columns = (Clarification.handling_unit, Clarification.commission)
    return [PartOf(one, met) for column in columns for one in each(column, represented_units(viewer))]


@reads_as_engine
async def standing_for(session: AsyncSession, subject_id: UUID) -> Clarification | None:
    """The clarification for a subject that was not given up."""
    query = select(Clarification).where(Clarification.subject_id == subject_id, Clarification.state.not_in(_GIVEN_UP))
    return await session.scalar(query.limit(1))


async def find_subject(session: AsyncSession, clue_id: UUID, subject_id: UUID) -> Subject | None:
    """A subject of a clue, as far as the caller may see the clue."""
    return await session.scalar(select(Subject).where(Subject.id == subject_id, Subject.clue_id == clue_id))
