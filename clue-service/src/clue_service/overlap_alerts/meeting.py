"""What is known of clues that meet: asked under the lock of matters, in one statement, since all others wait for it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from chassis.statements import Statement
from sqlalchemy import ColumnElement, Uuid, bindparam, exists, func, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from clue_service.clues.models import Clue
from clue_service.overlap_alerts.models import AlertClue, AlertCommission, OverlapAlert
from clue_service.overlap_alerts.repository import in_effect

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_one = aliased(Clue)


def _gathered(column: Any, of: Any, by: Any) -> ColumnElement[Any]:
    """A column of what belongs to an alert, as one value."""
    rows = select(column).where(of == OverlapAlert.id).order_by(by).scalar_subquery()
    return func.array(rows, type_=ARRAY(column.type))


_met = (
    select(
        OverlapAlert.id,
        _gathered(AlertCommission.commission, AlertCommission.alert_id, AlertCommission.commission).label(
            "commissions"
        ),
        _gathered(AlertClue.clue_id, AlertClue.alert_id, AlertClue.clue_id).label("clue_ids"),
        _gathered(AlertClue.bound_by, AlertClue.alert_id, AlertClue.clue_id).label("scopes"),
    )
    .where(OverlapAlert.id.in_(select(AlertClue.alert_id).where(AlertClue.clue_id == func.any(_IDS))), in_effect())
    .cte("met")
)
_involved = union_all(
    select(func.unnest(_IDS, type_=Uuid).label("id")),
    select(func.unnest(_met.c.clue_ids, type_=Uuid)),
).subquery("involved")
_is_recused = exists().where(_one.id == _involved.c.id, func.cardinality(_one.recused) > 0)
_asked = select(_is_recused.label("is_recused")).subquery("asked")
_MEETING = Statement(select(_asked.c.is_recused, _met).select_from(_asked.outerjoin(_met, true())).order_by(_met.c.id))


class Met(NamedTuple):
    """An alert in effect: its commissions, and of each of its clues what binds it."""

    id: UUID
    commissions: Sequence[str]
    scopes: Mapping[UUID, UUID]


async def find_met(session: AsyncSession, clue_ids: Iterable[UUID]) -> tuple[list[Met], bool]:
    """The alerts in effect that any of some clues take part in, earliest first; and whether anybody is recused.

    From one of these clues, that is, or from another of these alerts.
    """
    rows = await _MEETING.rows(session, {"ids": list(clue_ids)})
    met = [
        Met(row.id, row.commissions, dict(zip(row.clue_ids, row.scopes, strict=True)))
        for row in rows
        if row.id is not None
    ]
    return met, rows[0].is_recused
