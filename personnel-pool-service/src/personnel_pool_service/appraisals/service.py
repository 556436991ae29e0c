"""Use cases of appraisals: write down once, read the history."""

from collections.abc import Collection
from uuid import UUID

from chassis.errors import NotFound, invalid_field
from chassis.keyring import KeyRing
from chassis.uow import Uow

from personnel_pool_service.appraisals import repository
from personnel_pool_service.appraisals.domain import POOR, AppraisalDraft, AppraisalGrade
from personnel_pool_service.appraisals.models import AppraisalRow
from personnel_pool_service.sealing import open_text, seal_text
from personnel_pool_service.units import service as units


async def record_appraisal(uow: Uow, keys: KeyRing, cadre_id: UUID, draft: AppraisalDraft) -> AppraisalRow:
    """Write an appraisal down; the same source is written down once.

    Raises:
        Invalid: a period that lies in the future.
        UnknownUnit: the appraising unit is not in the directory.
    """
    if draft.last > uow.clock.today():
        raise invalid_field("/period/to", "date_in_future", "考核期间晚于今天", "The period lies in the future")
    await units.require_units(uow, {"/unit_code": draft.unit_code})
    if draft.source_ref is not None:
        known = await repository.find_by_source(uow.session, draft.source_ref)
        if known is not None:
            return known
    row = AppraisalRow(
        cadre_id=cadre_id, kind=draft.kind, period_from=draft.first, period_to=draft.last, grade=draft.grade,
        unit_code=draft.unit_code, comment=None, recommends_exit=draft.recommends_exit, source_ref=draft.source_ref,
        recorded_by=uow.actor.acting_for or uow.actor.sub, recorded_at=uow.now,
    )  # fmt: skip
    if draft.comment is not None:
        row.comment = seal_text(keys, draft.comment, f"appraisal:{cadre_id}:comment")
    uow.session.add(row)
    await uow.session.flush()
    await uow.audit("record_appraisal", "cadre", cadre_id, detail={"appraisal": str(row.id)})
    return row


async def get_appraisal(uow: Uow, cadre_id: UUID, appraisal_id: UUID) -> AppraisalRow:
    """The appraisal; raises ``NotFound``."""
    row = await repository.find_appraisal(uow.session, cadre_id, appraisal_id)
    if row is None:
        raise NotFound
    return row


async def list_appraisals(uow: Uow, cadre_id: UUID, *, before: UUID | None, limit: int) -> list[AppraisalRow]:
    """A cadre's appraisals, latest written first, one more than ``limit`` if there are more. Reading is audited."""
    await uow.audit("read_appraisals", "cadre", cadre_id)
    return await repository.list_of_cadre(uow.session, cadre_id, before=before, limit=limit)


async def latest_grades(uow: Uow, cadre_ids: Collection[UUID]) -> dict[UUID, AppraisalGrade]:
    """The grade of each cadre's latest appraisal, for scoring; those who were never appraised are absent."""
    found = await repository.list_latest_grades(uow.session, cadre_ids) if cadre_ids else {}
    return {cadre_id: AppraisalGrade(grade) for cadre_id, grade in found.items()}


async def has_poor(uow: Uow, cadre_id: UUID) -> bool:
    """Whether somebody judged the cadre unfit."""
    return await repository.has_poor(uow.session, cadre_id, POOR)


def comment_of(keys: KeyRing, row: AppraisalRow) -> str | None:
    """An appraisal's words, opened."""
    return None if row.comment is None else open_text(keys, row.comment, f"appraisal:{row.cadre_id}:comment")
