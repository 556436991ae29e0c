"""The SQL of ``policy``: which rows a viewer may meet. Every list and every single read uses these."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from inspection_service.involvements.models import Involvement
from inspection_service.involvements.policy import Viewer

Column = Any  # a mapped attribute or a column; SQLAlchemy gives the two no common type


def is_recused_from(viewer: Viewer, round_id: Column, unit_code: Column) -> ColumnElement[bool]:
    """Whether the viewer must not meet the matter of this target."""
    if viewer.cadre_id is None:
        return false()
    return exists().where(
        *_matter(viewer.cadre_id, round_id), Involvement.unit_code == unit_code, Involvement.is_recused
    )


def may_see_target(
    viewer: Viewer, *, round_id: Column, unit_code: Column, office: Column, commission: Column
) -> ColumnElement[bool]:
    """Whether the viewer may meet the matter of this target: its team and findings."""
    ways: list[ColumnElement[bool]] = [office.in_(viewer.offices), commission.in_(viewer.commissions)]
    if viewer.sees_everything:
        ways.append(true())
    if viewer.cadre_id is not None:
        ways.append(
            exists().where(
                *_matter(viewer.cadre_id, round_id), Involvement.unit_code == unit_code, Involvement.is_member
            )
        )
    return and_(or_(*ways), ~is_recused_from(viewer, round_id, unit_code))


def _matter(cadre_id: UUID, round_id: Column) -> tuple[ColumnElement[bool], ...]:
    return Involvement.round_id == round_id, Involvement.cadre_id == cadre_id
